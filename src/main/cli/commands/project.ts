import type { Command } from 'commander';
import type { ProjectCreateOptions, ProjectListOptions } from '../actions/project.ts';
import { collect, defineCommand, defineGroup, perform } from '../define.ts';
import { translate } from '../language.ts';

export function defineProject(program: Command): void {
  const group = defineGroup(
    program,
    'project',
    translate('projects: what datasets and runs belong to', '프로젝트: 데이터셋과 실행이 속하는 곳'),
  );

  const create = defineCommand(group, {
    usage: 'create <name>',
    description: translate('create a project', '프로젝트를 만듭니다'),
    examples: [
      'project create demo',
      'project create demo --description "First try" --tag fashion --tag small',
    ],
    json: '{"id", "name", "description", "tags", …}',
  })
    .option('--description <text>', translate('what it is about', '설명'))
    .option(
      '--tag <tag>',
      translate('a tag; may be given several times', '태그. 여러 번 쓸 수 있습니다'),
      collect,
    );
  perform<ProjectCreateOptions>(create, async (options, name = '') =>
    (await import('../actions/project.ts')).createProject(options, name),
  );

  const list = defineCommand(group, {
    usage: 'list',
    description: translate('list the projects, newest first', '프로젝트를 최신순으로 나열합니다'),
    examples: ['project list', 'project list --search fashion'],
    json: '{"projects": [{"id", "name", "runCount", "datasetCount", …}]}',
  }).option('--search <text>', translate('only those whose name holds this', '이름에 이 글이 든 것만'));
  perform<ProjectListOptions>(list, async (options) =>
    (await import('../actions/project.ts')).listProjects(options),
  );

  const show = defineCommand(group, {
    usage: 'show <project>',
    description: translate('show a project, by name or id', '이름이나 ID로 프로젝트를 보입니다'),
    examples: ['project show demo'],
    json: '{"id", "name", "description", "tags", "runCount", "datasetCount", …}',
  });
  perform(show, async (options, project = '') =>
    (await import('../actions/project.ts')).showProject(options, project),
  );
}
