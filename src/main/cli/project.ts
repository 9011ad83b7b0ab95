import type { Project } from '../../shared/contract/projects.ts';
import { type Command, collect, defineCommand, given } from './lib/define.ts';
import { withEngine } from './lib/engine.ts';
import { formatTime } from './lib/format.ts';
import { translate } from './lib/language.ts';
import { addLimit, type ListLimit, readList, withRest } from './lib/list-pages.ts';
import { facts, table, writeResult } from './lib/output.ts';

function describe(project: Project): string {
  return facts([
    [translate('Project', '프로젝트'), project.name],
    ['ID', project.id],
    [translate('Description', '설명'), project.description ?? '–'],
    [translate('Tags', '태그'), project.tags.join(', ') || '–'],
    [translate('Runs', '학습'), String(project.runCount)],
    [translate('Datasets', '데이터셋'), String(project.datasetCount)],
    [translate('Created', '생성'), formatTime(project.createdAt)],
  ]);
}

function listed(projects: readonly Project[], total: number): string {
  if (projects.length === 0)
    return translate(
      'No projects. Make one: trainyard project create NAME',
      '프로젝트가 없습니다. 만들기: trainyard project create 이름',
    );
  const shown = table(projects, [
    [translate('NAME', '이름'), ({ name }) => name],
    [translate('RUNS', '학습'), ({ runCount }) => runCount, 'right'],
    [translate('DATASETS', '데이터셋'), ({ datasetCount }) => datasetCount, 'right'],
    [translate('CREATED', '생성'), ({ createdAt }) => formatTime(createdAt)],
    ['ID', ({ id }) => id],
  ]);
  return withRest(shown, projects.length, total);
}

export function defineProject(group: Command): void {
  defineCommand(group, {
    usage: 'create <name>',
    english: 'create a project',
    korean: '프로젝트를 만듭니다',
    examples: [
      'project create demo',
      'project create demo --description "First try" --tag fashion --tag small',
    ],
    json: '{"id", "name", "description", "tags", …}',
  })
    .flag('--description <text>', 'what it is about', '설명')
    .flag('--tag <tag>', 'a tag; may be given several times', '태그. 여러 번 쓸 수 있습니다', collect)
    .perform<{ description?: string; tag?: string[] }>(
      async ({ description, tag: tags, json }, name = '') => {
        const project = await withEngine((api) =>
          api.projects.create({ name, ...given({ description, tags }) }),
        );
        return writeResult({ json }, project, () => describe(project));
      },
    );

  const list = defineCommand(group, {
    usage: 'list',
    english: 'list the projects, newest first',
    korean: '프로젝트를 최신순으로 나열합니다',
    examples: ['project list', 'project list --search fashion', 'project list --all --json'],
    json: '{"projects": [{"id", "name", "runCount", "datasetCount", …}], "total"}',
  }).flag(
    '--search <text>',
    'only those whose name or tag holds this',
    '이름이나 태그에 이 글자가 들어간 것만',
  );
  addLimit(list).perform<ListLimit & { search?: string }>(async ({ search, json, ...limit }) => {
    const { items: projects, total } = await withEngine((api) =>
      readList(
        limit,
        (page) => api.projects.list({ ...page, ...given({ search }) }),
        (answer) => answer.projects,
      ),
    );
    return writeResult({ json }, { projects, total }, () => listed(projects, total));
  });

  defineCommand(group, {
    usage: 'show <project>',
    english: 'show a project, by name or id',
    korean: '이름이나 ID로 프로젝트를 보여 줍니다',
    examples: ['project show demo'],
    json: '{"id", "name", "description", "tags", "runCount", "datasetCount", …}',
  }).perform(async (options, reference = '') => {
    const project = await withEngine((api) => api.projects.show({ project: reference }));
    return writeResult(options, project, () => describe(project));
  });
}
