import { taskWords } from '../../shared/format/task.ts';
import { type TaskType, taskTypes } from '../../shared/model/training-config.ts';
import { type Command, defineCommand } from './lib/define.ts';
import { withEngine } from './lib/engine.ts';
import { inOwnWords } from './lib/failure.ts';
import { language, translate } from './lib/language.ts';
import { table, writeResult } from './lib/output.ts';

const tasks = (types: readonly TaskType[]) => types.map((type) => taskWords[type][language]).join(', ');

export function defineModels(group: Command): void {
  defineCommand(group, {
    usage: 'list',
    english:
      'list the models that are offered by name; any other of timm, torchvision, huggingface and ultralytics works as source/name',
    korean:
      '이름으로 고를 수 있는 모델을 나열합니다. timm, torchvision, huggingface, ultralytics의 다른 모델도 출처/이름으로 쓸 수 있습니다',
    examples: ['models list', 'models list --task detection --json'],
    json: '{"models": [{"id", "executors", "taskTypes", "description", "license", "defaults"}]}',
  })
    .flag('--task <name>', 'only those for this', '이 작업을 하는 모델만', taskTypes)
    .perform<{ task?: TaskType }>(async ({ task, json }) => {
      const all = await withEngine((api) => api.runs.models({}));
      const models = all.models.filter(({ taskTypes: types }) => task === undefined || types.includes(task));
      return writeResult({ json }, { models }, () =>
        table(models, [
          [translate('MODEL', '모델'), ({ id }) => id],
          [translate('TASK', '작업'), (model) => tasks(model.taskTypes)],
          [translate('EXECUTORS', '실행기'), ({ executors }) => executors.join(', ')],
          [translate('LICENCE', '라이선스'), ({ license }) => license ?? '–'],
          ['', ({ description }) => description[language]],
        ]),
      );
    });

  defineCommand(group, {
    usage: 'executors',
    english: 'where trainers can run here, or why not, and the GPUs',
    korean: '이 컴퓨터에서 학습이 실행될 수 있는 곳과 안 되는 이유, GPU',
    examples: ['models executors', 'models executors --json'],
    json: '{"executors": [{"name", "fault"}], "gpus": [{"uuid", "name"}]}',
  }).perform(async ({ json }) => {
    const found = await withEngine((api) => api.runs.executors({}));
    return writeResult({ json }, found, () => {
      const shown = table(found.executors, [
        [translate('EXECUTOR', '실행기'), ({ name }) => name],
        [translate('STATE', '상태'), ({ fault }) => stateOf(fault)],
      ]);
      const gpus = table(found.gpus, [
        ['GPU', ({ name }) => name],
        ['UUID', ({ uuid }) => uuid],
      ]);
      return found.gpus.length === 0 ? shown : `${shown}\n\n${gpus}`;
    });
  });
}

type Fault = Parameters<typeof inOwnWords>[0] | null;

function stateOf(fault: Fault): string {
  if (fault === null) return translate('works', '사용 가능');
  const { message, hint } = inOwnWords(fault);
  return `${message} → ${hint}`;
}
