import { existsSync } from 'node:fs';
import path from 'node:path';
import { isOver } from '../../../shared/contract/file-progress.ts';
import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import { formatBytes } from '../../../shared/model/disk.ts';
import type { Reading } from '../../features/datasets/reading.ts';
import type { Api } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { remarkDisk } from '../disk-remark.ts';
import { inOwnWords } from '../failure.ts';
import { formatStatus } from '../format.ts';
import { translate } from '../language.ts';
import { remark, writeJson, writeLine } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';

export interface DatasetImportOptions {
  readonly project: string;
  readonly format: 'imagenet';
  readonly classesAt?: number;
  readonly namesEncoding: Reading['namesEncoding'];
  readonly name?: string;
  readonly description?: string;
  readonly inPlace?: true;
  readonly link?: true;
  readonly skipInvalid?: true;
}

type Progress = Awaited<ReturnType<Api['datasets']['waitForImport']>>;

/** Waits for an import's end. Ctrl-C cancels it in the engine, a second one leaves this command only. */
async function waitForEnd(client: ReconnectingClient, importId: string, isQuiet: boolean): Promise<Progress> {
  const line = new ProgressLine(isQuiet);
  const cancel = () => {
    line.clear();
    remark(translate('Cancelling the import.', '가져오기를 취소하는 중입니다.'));
    // The reads below tell what becomes of it, also where the engine went away meanwhile.
    client
      .ask((api) => api.datasets.cancelImport({ importId }))
      .catch((error) => remark(errorSentence(error)));
  };
  process.once('SIGINT', cancel);
  try {
    return await followToEnd(client, importId, line);
  } finally {
    process.off('SIGINT', cancel);
  }
}

async function followToEnd(
  client: ReconnectingClient,
  importId: string,
  line: ProgressLine,
): Promise<Progress> {
  let afterDone = -1;
  for (;;) {
    const after = afterDone;
    // An engine that was stopped goes on with its imports at its next start.
    const progress = await client.ask((api) =>
      api.datasets.waitForImport({ importId, afterDone: after, waitMs: 20_000 }),
    );
    if (isOver(progress.phase)) {
      line.clear();
      return progress;
    }
    line.show(progress);
    afterDone = progress.done;
  }
}

/** The folder or archive as the engine, which runs elsewhere, can find it. */
function absolutePath(given: string): string {
  if (given.startsWith('upload://')) return given;
  const absolute = path.resolve(given);
  if (existsSync(absolute)) return absolute;
  throw new TrainyardError(
    'PATH_NOT_FOUND',
    translate(`There is no ${absolute}`, `${absolute} 이(가) 없습니다`),
    translate('Give the path of a folder, zip or tar.', '폴더나 zip, tar의 경로를 지정하세요.'),
    { place: { file: absolute } },
  );
}

export async function importDataset(
  options: DatasetImportOptions & CommonOptions,
  given: string,
): Promise<undefined> {
  const { project, name, description } = options;
  const source = absolutePath(given);
  using client = await ReconnectingClient.open();
  const { datasetId, importId } = await client.askOnce((api) =>
    api.datasets.import({
      path: source,
      project,
      format: options.format,
      mode: options.inPlace ? 'in_place' : options.link ? 'link' : 'copy',
      skipInvalid: options.skipInvalid ?? false,
      reading: { classesAt: options.classesAt ?? null, namesEncoding: options.namesEncoding },
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    }),
  );
  remarkDisk(await client.ask((api) => api.system.disk()));
  const progress = await waitForEnd(client, importId, options.json ?? false);
  if (progress.error) {
    throw TrainyardError.from(progress.error);
  }
  const dataset = await client.ask((api) => api.datasets.show({ dataset: datasetId }));
  const version = dataset.versions.find((candidate) => candidate.version === progress.version);
  if (!version)
    throw new TypeError(`The import answered version ${progress.version}, which the dataset lacks.`);
  const warnings = progress.validation?.warnings ?? [];
  if (options.json) {
    await writeJson({
      id: dataset.id,
      name: dataset.name,
      ...version,
      reused: progress.reused,
      projects: dataset.projects,
      warnings,
    });
    return;
  }
  const shown = warnings.slice(0, 10);
  for (const { path: place, message, hint } of shown.map(inOwnWords))
    remark(`${place ? `${place}: ` : ''}${message}\n  → ${hint}`);
  const more = warnings.length + (progress.validation?.moreWarnings ?? 0) - shown.length;
  if (more > 0)
    remark(
      translate(
        `and ${more} more warnings: trainyard dataset validate lists them`,
        `그 밖에 경고 ${more}개가 더 있습니다. 전체 목록: trainyard dataset validate`,
      ),
    );
  const what = `${dataset.name}, ${translate(`version ${version.version}`, `버전 ${version.version}`)}`;
  const size = translate(
    `${version.images} images in ${version.classes.length} classes, ${formatBytes(version.sizeBytes)}`,
    `이미지 ${version.images}장, 클래스 ${version.classes.length}개, ${formatBytes(version.sizeBytes)}`,
  );
  const reused = progress.reused ? translate(' (was there already)', ' (이미 있던 버전)') : '';
  await writeLine(`${what}: ${size}${reused}\nID ${dataset.id}`);
}

/** Cancels the import of a dataset that is under way, and waits until what it stored is removed. */
export async function cancelImport(options: CommonOptions, reference: string): Promise<undefined> {
  using client = await ReconnectingClient.open();
  const { id, name, import: last } = await client.ask((api) => api.datasets.show({ dataset: reference }));
  if (!last || isOver(last.phase)) {
    throw new TrainyardError(
      'NOTHING_TO_CANCEL',
      translate(`No import of "${name}" is under way`, `"${name}" 데이터셋은 가져오는 중이 아닙니다`),
      translate('"trainyard dataset list" shows which are.', '"trainyard dataset list"로 상태를 확인하세요.'),
      { status: 409 },
    );
  }
  await client.ask((api) => api.datasets.cancelImport({ importId: last.id }));
  const { phase } = await followToEnd(client, last.id, new ProgressLine(options.json ?? false));
  if (options.json) await writeJson({ id, name, importId: last.id, phase });
  else if (phase === 'cancelled')
    await writeLine(translate(`The import of ${name} was cancelled.`, `${name} 가져오기를 취소했습니다.`));
  else
    await writeLine(
      translate(
        `The import of ${name} had ended before: ${phase}.`,
        `${name} 가져오기는 이미 끝났습니다: ${formatStatus(phase)}.`,
      ),
    );
}
