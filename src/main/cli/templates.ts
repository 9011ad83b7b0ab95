import type { Template } from '../../shared/contract/templates.ts';
import { phrase } from '../../shared/errors/entry.ts';
import { writeConfigText } from '../../shared/format/config-text.ts';
import { taskWords } from '../../shared/format/task.ts';
import type { TrainingOverrides } from '../../shared/model/training-config.ts';
import type { Api } from './lib/client.ts';
import { type Command, type CommonOptions, defineCommand } from './lib/define.ts';
import { withEngine } from './lib/engine.ts';
import { usageError } from './lib/failure.ts';
import { findRun } from './lib/find-run.ts';
import { formatTime } from './lib/format.ts';
import { language, translate } from './lib/language.ts';
import { addLimit, type ListLimit, readList, withRest } from './lib/list-pages.ts';
import { facts, remark, table, writeResult } from './lib/output.ts';
import { readConfigFile } from './train/config-file.ts';

const modelOf = ({ config: { model } }: Template) =>
  [model?.source, model?.name].filter((part) => part !== undefined).join('/') || '–';

function listed(templates: readonly Template[], total: number): string {
  if (templates.length === 0)
    return translate(
      'No templates. Keep one: trainyard templates save NAME --run RUN',
      '템플릿이 없습니다. 저장하기: trainyard templates save 이름 --run 학습',
    );
  const shown = table(templates, [
    [translate('NAME', '이름'), ({ name }) => name],
    [translate('MODEL', '모델'), modelOf],
    [
      translate('TASK', '작업'),
      ({ config: { task } }) => (task?.type ? taskWords[task.type][language] : '–'),
    ],
    [translate('SAVED', '저장'), ({ updatedAt }) => formatTime(updatedAt)],
  ]);
  return withRest(shown, templates.length, total);
}

interface SaveOptions extends CommonOptions {
  readonly run?: string;
  readonly config?: string;
  readonly replace?: true;
}

async function configOf(api: Api, { run, config }: SaveOptions): Promise<TrainingOverrides> {
  if (config !== undefined) return readConfigFile(config);
  const found = await api.runs.show({ run: await findRun(api, run ?? '') });
  if (found.config === null) {
    throw usageError(
      phrase(
        'The run "{name}" is of a script of your own and has no settings',
        '"{name}" 학습은 직접 작성한 스크립트로 실행해 설정이 없습니다',
        {
          name: found.name,
        },
      ),
      translate('Choose a run of one of the models.', '모델을 학습한 실행을 고르세요.'),
    );
  }
  return found.config;
}

export function defineTemplates(group: Command): void {
  defineCommand(group, {
    usage: 'save <name>',
    english: 'keep the settings of a run or of a file to begin other trainings with, without their data',
    korean: '학습이나 파일의 설정을 데이터만 빼고 저장해 다른 학습의 시작점으로 씁니다',
    examples: ['templates save detector --run last', 'templates save quick --config train.yaml --replace'],
    json: '{"id", "name", "config", …}',
  })
    .flag('--run <run>', 'the run whose settings it has', '설정을 가져올 학습')
    .flag('--config <file>', 'YAML or JSON', 'YAML 또는 JSON 파일')
    .flag('--replace', 'in the place of one of that name', '같은 이름의 템플릿이 있으면 바꿉니다')
    .perform<SaveOptions>(async (options, name = '') => {
      if ((options.run === undefined) === (options.config === undefined)) {
        throw usageError(
          translate('Give either --run or --config', '--run과 --config 중 하나를 주세요'),
          translate(
            'Example: trainyard templates save detector --run last',
            '예: trainyard templates save detector --run last',
          ),
        );
      }
      const saved = await withEngine(async (api) =>
        api.templates.save({ name, config: await configOf(api, options), replace: options.replace ?? false }),
      );
      return writeResult(options, saved, () =>
        facts([
          [translate('Template', '템플릿'), saved.name],
          ['ID', saved.id],
          [translate('Model', '모델'), modelOf(saved)],
        ]),
      );
    });

  const list = defineCommand(group, {
    usage: 'list',
    english: 'list the templates, newest first',
    korean: '템플릿을 최신순으로 나열합니다',
    examples: ['templates list'],
    json: '{"templates": [{"id", "name", "config", …}], "total"}',
  });
  addLimit(list).perform<ListLimit>(async ({ json, ...limit }) => {
    const { items: templates, total } = await withEngine((api) =>
      readList(
        limit,
        (page) => api.templates.list(page),
        (answer) => answer.templates,
      ),
    );
    return writeResult({ json }, { templates, total }, () => listed(templates, total));
  });

  defineCommand(group, {
    usage: 'show <template>',
    english: 'print a template as a config file (YAML), by name or id',
    korean: '템플릿을 설정 파일(YAML)로 출력합니다. 이름이나 ID로 찾습니다',
    examples: ['templates show detector'],
    json: '{"id", "name", "config", …}',
  }).perform(async (options, reference = '') => {
    const template = await withEngine((api) => api.templates.show({ template: reference }));
    if (template.leftOut.length > 0) {
      const fields = template.leftOut.join(', ');
      remark(
        `! Settings of another release that can’t be read are left out: ${fields}`,
        `! 다른 버전에서 저장되어 읽을 수 없는 설정은 뺐습니다: ${fields}`,
      );
    }
    return writeResult(options, template, () => writeConfigText(template.config).trimEnd());
  });

  defineCommand(group, {
    usage: 'remove <template>',
    english: 'remove a template; runs that began with it stay as they are',
    korean: '템플릿을 지웁니다. 이미 시작한 학습에는 영향이 없습니다',
    examples: ['templates remove detector'],
    json: '{"id"}',
  }).perform(async (options, reference = '') => {
    const removed = await withEngine((api) => api.templates.remove({ template: reference }));
    return writeResult(options, removed, () =>
      translate(`Removed the template ${reference}.`, `템플릿을 지웠습니다: ${reference}`),
    );
  });
}
