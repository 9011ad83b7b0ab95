import type { Project } from '../../../shared/contract/projects.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { formatTime } from '../format.ts';
import { translate } from '../language.ts';
import { facts, table, writeJson, writeLine } from '../output.ts';

export interface ProjectCreateOptions {
  readonly description?: string;
  readonly tag?: readonly string[];
}

export interface ProjectListOptions {
  readonly search?: string;
}

function describe(project: Project): string {
  return facts([
    [translate('Project', '프로젝트'), project.name],
    ['ID', project.id],
    [translate('Description', '설명'), project.description ?? '–'],
    [translate('Tags', '태그'), project.tags.join(', ') || '–'],
    [translate('Runs', '실행'), String(project.runCount)],
    [translate('Datasets', '데이터셋'), String(project.datasetCount)],
    [translate('Created', '만든 때'), formatTime(project.createdAt)],
  ]);
}

async function print(project: Project, options: CommonOptions): Promise<undefined> {
  if (options.json) await writeJson(project);
  else await writeLine(describe(project));
}

export async function createProject(
  options: ProjectCreateOptions & CommonOptions,
  name: string,
): Promise<undefined> {
  const { description, tag } = options;
  const input = {
    name,
    ...(description === undefined ? {} : { description }),
    ...(tag ? { tags: [...tag] } : {}),
  };
  return print(await withEngine((api) => api.projects.create(input)), options);
}

export async function listProjects(options: ProjectListOptions & CommonOptions): Promise<undefined> {
  const answer = await withEngine((api) =>
    api.projects.list(options.search ? { search: options.search } : {}),
  );
  if (options.json) {
    await writeJson(answer);
    return;
  }
  if (answer.projects.length === 0) {
    await writeLine(
      translate(
        'No projects. Make one: trainyard project create NAME',
        '프로젝트가 없습니다. 만들기: trainyard project create 이름',
      ),
    );
    return;
  }
  const columns = [
    { title: translate('NAME', '이름') },
    { title: translate('RUNS', '실행'), right: true },
    { title: translate('DATASETS', '데이터셋'), right: true },
    { title: translate('CREATED', '만든 때') },
    { title: 'ID' },
  ];
  const rows = answer.projects.map((project) => [
    project.name,
    String(project.runCount),
    String(project.datasetCount),
    formatTime(project.createdAt),
    project.id,
  ]);
  await writeLine(table(columns, rows));
}

export async function showProject(options: CommonOptions, project: string): Promise<undefined> {
  return print(await withEngine((api) => api.projects.show({ project })), options);
}
