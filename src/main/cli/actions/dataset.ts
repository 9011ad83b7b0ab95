import { formatBytes } from '../../../shared/model/disk.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { formatStatus, formatTime } from '../format.ts';
import { translate } from '../language.ts';
import { facts, remark, table, writeJson, writeLine } from '../output.ts';

export interface DatasetListOptions {
  readonly project?: string;
  readonly search?: string;
}

export async function listDatasets(options: DatasetListOptions & CommonOptions): Promise<undefined> {
  const { project, search } = options;
  const answer = await withEngine((api) =>
    api.datasets.list({ ...(project ? { project } : {}), ...(search ? { search } : {}) }),
  );
  if (options.json) {
    await writeJson(answer);
    return;
  }
  if (answer.datasets.length === 0) {
    await writeLine(
      translate(
        'No datasets. Import one: trainyard dataset import FOLDER --project PROJECT',
        '데이터셋이 없습니다. 가져오기: trainyard dataset import 폴더 --project 프로젝트',
      ),
    );
    return;
  }
  const columns = [
    { title: translate('NAME', '이름') },
    { title: translate('VERSION', '버전'), right: true },
    { title: translate('STATUS', '상태') },
    { title: translate('IMAGES', '이미지'), right: true },
    { title: translate('CLASSES', '클래스'), right: true },
    { title: translate('SIZE', '크기'), right: true },
    { title: 'ID' },
  ];
  const rows = answer.datasets.map((dataset) => [
    dataset.name,
    dataset.version === null ? '–' : String(dataset.version),
    formatStatus(dataset.status),
    String(dataset.images),
    String(dataset.classes.length),
    formatBytes(dataset.sizeBytes),
    dataset.id,
  ]);
  await writeLine(table(columns, rows));
}

export async function showDataset(options: CommonOptions, reference: string): Promise<undefined> {
  const dataset = await withEngine((api) => api.datasets.show({ dataset: reference }));
  if (options.json) {
    await writeJson(dataset);
    return;
  }
  const pairs: [string, string][] = [
    [translate('Dataset', '데이터셋'), dataset.name],
    ['ID', dataset.id],
    [translate('Status', '상태'), formatStatus(dataset.status)],
    [translate('Version', '버전'), dataset.version === null ? '–' : String(dataset.version)],
    [translate('Images', '이미지'), String(dataset.images)],
    [translate('Size', '크기'), formatBytes(dataset.sizeBytes)],
    [
      translate('Classes', '클래스'),
      dataset.classes.map(({ name, count }) => `${name} ${count}`).join(', ') || '–',
    ],
    [translate('Projects', '프로젝트'), dataset.projects.map(({ name }) => name).join(', ') || '–'],
    [translate('Stored at', '저장 위치'), dataset.storagePath],
  ];
  const columns = [
    { title: translate('VERSION', '버전'), right: true },
    { title: translate('IMAGES', '이미지'), right: true },
    { title: translate('SIZE', '크기'), right: true },
    { title: translate('MODE', '방식') },
    { title: translate('CREATED', '만든 때') },
    { title: 'SHA-256' },
  ];
  const rows = dataset.versions.map((version) => [
    String(version.version),
    String(version.images),
    formatBytes(version.sizeBytes),
    version.mode,
    formatTime(version.createdAt),
    version.manifestSha256.slice(0, 12),
  ]);
  await writeLine(`${facts(pairs)}\n\n${table(columns, rows)}`);
  for (const { version, correctedSizes } of dataset.versions.filter((one) => (one.correctedSizes ?? 0) > 0))
    remark(
      translate(
        `Version ${version} was imported before sizes were kept upright: those of ${correctedSizes} turned photos are read from the images.`,
        `버전 ${version}은(는) 사진의 회전을 반영하기 전에 가져온 것이라, 회전된 사진 ${correctedSizes}장의 크기는 이미지에서 다시 읽습니다.`,
      ),
    );
}
