import { counted } from '../../../shared/format/units.ts';
import type { Api } from '../lib/client.ts';
import { type Command, defineCommand, given } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { formatBytes, formatStatus, formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { addLimit, type ListLimit, readList, withRest } from '../lib/list-pages.ts';
import { facts, remark, table, writeResult } from '../lib/output.ts';
import { defineExport } from './export.ts';
import { defineCancel, defineImport } from './import.ts';
import { defineInbox } from './inbox.ts';
import { classList, formatFact, labelFacts, splitFact } from './label-facts.ts';
import { defineStatistics } from './statistics.ts';
import { defineValidate } from './validate.ts';

type Dataset = Awaited<ReturnType<Api['datasets']['show']>>;

const versionOf = ({ version }: { readonly version: number | null }) => version ?? '–';

function listed(datasets: Awaited<ReturnType<Api['datasets']['list']>>['datasets'], total: number): string {
  if (datasets.length === 0)
    return translate(
      'No datasets. Import one: trainyard dataset import FOLDER --project PROJECT',
      '데이터셋이 없습니다. 가져오기: trainyard dataset import 폴더 --project 프로젝트',
    );
  const shown = table(datasets, [
    [translate('NAME', '이름'), ({ name }) => name],
    [translate('VERSION', '버전'), versionOf, 'right'],
    [translate('STATUS', '상태'), ({ status }) => formatStatus(status)],
    [translate('IMAGES', '이미지'), ({ images }) => images, 'right'],
    [translate('CLASSES', '클래스'), ({ classes }) => classes.length, 'right'],
    [translate('SIZE', '크기'), ({ sizeBytes }) => formatBytes(sizeBytes), 'right'],
    ['ID', ({ id }) => id],
  ]);
  return withRest(shown, datasets.length, total);
}

function describe(dataset: Dataset): string {
  const current = dataset.versions.find(({ version }) => version === dataset.version);
  const about = facts([
    [translate('Dataset', '데이터셋'), dataset.name],
    ['ID', dataset.id],
    [translate('Status', '상태'), formatStatus(dataset.status)],
    [translate('Version', '버전'), String(versionOf(dataset))],
    [translate('Images', '이미지'), String(dataset.images)],
    ...labelFacts(dataset.labels),
    ...splitFact(current?.splits),
    [translate('Size', '크기'), formatBytes(dataset.sizeBytes)],
    ...(current ? [formatFact(current)] : []),
    [translate('Classes', '클래스'), classList(dataset.classes)],
    [translate('Projects', '프로젝트'), dataset.projects.map(({ name }) => name).join(', ') || '–'],
    [translate('Stored at', '저장 위치'), dataset.version === null ? '–' : dataset.storagePath],
  ]);
  const versions = table(dataset.versions, [
    [translate('VERSION', '버전'), ({ version }) => version, 'right'],
    [translate('IMAGES', '이미지'), ({ images }) => images, 'right'],
    [translate('SIZE', '크기'), ({ sizeBytes }) => formatBytes(sizeBytes), 'right'],
    [translate('MODE', '방식'), ({ mode }) => mode],
    [translate('CREATED', '생성'), ({ createdAt }) => formatTime(createdAt)],
    ['SHA-256', ({ manifestSha256 }) => manifestSha256.slice(0, 12)],
  ]);
  return `${about}\n\n${versions}`;
}

function remarkCorrections({ versions }: Dataset): void {
  for (const { version, correctedSizes } of versions.filter((one) => (one.correctedSizes ?? 0) > 0))
    remark(
      `Version ${version} was imported before sizes were kept upright: those of ${counted(correctedSizes ?? 0, 'turned photo')} are read from the images.`,
      `${version} 버전은 사진의 회전을 반영하기 전에 가져온 것이라, 회전된 사진 ${correctedSizes}장의 크기는 이미지에서 다시 읽습니다.`,
    );
}

export function defineDataset(group: Command): void {
  defineValidate(group);
  defineImport(group);
  defineCancel(group);
  defineInbox(group);

  const list = defineCommand(group, {
    usage: 'list',
    english: 'list the datasets, newest first',
    korean: '데이터셋을 최신순으로 나열합니다',
    examples: ['dataset list', 'dataset list --project demo'],
    json: '{"datasets": [{"id", "name", "version", "images", "classes", …}], "total"}',
  })
    .flag('--project <project>', 'only those of a project', '한 프로젝트의 것만')
    .flag('--search <text>', 'only those whose name holds this', '이름에 이 글자가 들어간 것만');
  addLimit(list).perform<ListLimit & { project?: string; search?: string }>(
    async ({ project, search, json, ...limit }) => {
      const { items: datasets, total } = await withEngine((api) =>
        readList(
          limit,
          (page) => api.datasets.list({ ...page, ...given({ project, search }) }),
          (answer) => answer.datasets,
        ),
      );
      return writeResult({ json }, { datasets, total }, () => listed(datasets, total));
    },
  );

  defineCommand(group, {
    usage: 'show <dataset>',
    english: 'show a dataset with its versions, by name or id',
    korean: '이름이나 ID로 데이터셋과 버전을 보여 줍니다',
    examples: ['dataset show photos'],
    json: '{"id", "name", "version", "classes", "versions": […], "validation", …}',
  }).perform(async (options, reference = '') => {
    const dataset = await withEngine((api) => api.datasets.show({ dataset: reference }));
    await writeResult(options, dataset, () => describe(dataset));
    if (!options.json) remarkCorrections(dataset);
    return 0;
  });

  defineExport(group);
  defineStatistics(group);
}
