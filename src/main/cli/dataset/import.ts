import { existsSync } from 'node:fs';
import path from 'node:path';
import { Option } from 'commander';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { counted } from '../../../shared/format/units.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { uploadIdOf } from '../../features/uploads/uploads.ts';
import type { Api } from '../lib/client.ts';
import { type Command, type CommonOptions, defineCommand, given } from '../lib/define.ts';
import { remarkDisk } from '../lib/disk-remark.ts';
import { openReconnectingClient } from '../lib/engine.ts';
import { inOwnWords, sentenceOf } from '../lib/failure.ts';
import { formatBytes, formatStatus } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, writeJson, writeLine, writeResult } from '../lib/output.ts';
import { ProgressLine } from '../lib/progress-line.ts';
import { versionLine } from './label-facts.ts';
import {
  addReadingOptions,
  formatOf,
  isInBucket,
  type ReadingOptions,
  readingOf,
} from './reading-options.ts';

interface ImportOptions extends ReadingOptions, CommonOptions {
  readonly project: string;
  readonly name?: string;
  readonly description?: string;
  readonly inPlace?: true;
  readonly link?: true;
  readonly skipInvalid?: true;
}

type Progress = Awaited<ReturnType<Api['datasets']['waitForImport']>>;

/** Waits for an import's end. Ctrl-C cancels it in the engine, a second one leaves this command only. */
async function waitForEnd(api: Api, importId: string, isQuiet: boolean): Promise<Progress> {
  const line = new ProgressLine(isQuiet);
  const cancel = () => {
    line.clear();
    remark('Cancelling the import.', '가져오기를 취소하는 중입니다.');
    // The reads below show what becomes of it, even if the engine went away meanwhile.
    api.datasets.cancelImport({ importId }).catch((error) => remark(sentenceOf(error)));
  };
  process.once('SIGINT', cancel);
  try {
    return await followToEnd(api, importId, line);
  } finally {
    process.off('SIGINT', cancel);
  }
}

async function followToEnd({ datasets }: Api, importId: string, line: ProgressLine): Promise<Progress> {
  for (let afterDone = -1; ; ) {
    // An engine that was stopped goes on with its imports at its next start.
    const progress = await datasets.waitForImport({ importId, afterDone, waitMs: 20_000 });
    if (isOver(progress.phase)) {
      line.clear();
      return progress;
    }
    line.show(progress);
    afterDone = progress.done;
  }
}

/** The folder or archive as the engine, which runs elsewhere, can find it. */
function absolutePath(source: string): string {
  if (uploadIdOf(source) !== null || isInBucket(source)) return source;
  const absolute = path.resolve(source);
  if (existsSync(absolute)) return absolute;
  throw fault('PATH_NOT_FOUND', { path: absolute }, { place: { file: absolute } });
}

async function importDataset(options: ImportOptions, source: string): Promise<undefined> {
  const { project, name, description } = options;
  using client = await openReconnectingClient();
  const { datasetId, importId } = await client.once.datasets.import({
    path: source,
    project,
    format: formatOf(options),
    mode: options.inPlace ? 'in_place' : options.link ? 'link' : 'copy',
    skipInvalid: options.skipInvalid ?? false,
    reading: readingOf(options),
    ...given({ name, description }),
  });
  remarkDisk(await client.api.system.disk());
  const progress = await waitForEnd(client.api, importId, options.json ?? false);
  if (progress.error) throw TrainyardError.from(progress.error);
  const dataset = await client.api.datasets.show({ dataset: datasetId });
  const version = dataset.versions.find((candidate) => candidate.version === progress.version);
  if (!version)
    throw new TypeError(`The import answered version ${progress.version}, which the dataset lacks.`);
  const { id, projects } = dataset;
  const { reused } = progress;
  const warnings = progress.validation?.warnings ?? [];
  if (options.json)
    return void (await writeJson({ id, name: dataset.name, ...version, reused, projects, warnings }));
  const shown = warnings.slice(0, 10);
  for (const { path: place, line, message, hint } of shown.map(inOwnWords))
    remark(`${place ? `${place}${line === undefined ? '' : `:${line}`}: ` : ''}${message}\n  → ${hint}`);
  const more = warnings.length + (progress.validation?.moreWarnings ?? 0) - shown.length;
  if (more > 0)
    remark(
      `and ${counted(more, 'more warning')}: trainyard dataset validate lists them`,
      `그 밖에 경고 ${more}개가 더 있습니다. 전체 목록: trainyard dataset validate`,
    );
  const what = `${dataset.name}, ${translate(`version ${version.version}`, `버전 ${version.version}`)}`;
  const size = `${versionLine(version)}, ${formatBytes(version.sizeBytes)}`;
  const known = reused ? translate(' (was there already)', ' (이미 있던 버전)') : '';
  await writeLine(`${what}: ${size}${known}\nID ${id}`);
}

export function defineImport(group: Command): void {
  addReadingOptions(
    defineCommand(group, {
      usage: 'import <path>',
      english:
        'import a folder, zip, tar or s3://bucket/prefix (or an archive there); the same bytes again give the version that is there',
      korean:
        '폴더, zip, tar, s3://버킷/접두사(버킷의 압축 파일도)를 가져옵니다. 같은 내용이면 있던 버전을 씁니다',
      examples: [
        'dataset import photos --project demo',
        'dataset import /data/photos --project demo --in-place --name photos',
        'dataset import s3://lab/photos --project demo --s3-profile work',
      ],
      json: '{"id", "name", "version", "classes": [{"name", "count"}], "images", "sizeBytes", "mode", "reused"}',
    })
      .requiredOption(
        '--project <project>',
        translate('project that it is for, by name or id', '쓸 프로젝트의 이름이나 ID'),
      )
      .flag(
        '--name <name>',
        "the dataset's name (left out: the folder's)",
        '데이터셋 이름(생략하면 폴더 이름)',
      )
      .flag('--description <text>', 'what it is about', '설명')
      .addOption(
        new Option(
          '--in-place',
          translate(
            'leave the files where they are and watch for changes',
            '파일을 그 자리에 두고 바뀌었는지 확인합니다',
          ),
        ).conflicts('link'),
      )
      .flag(
        '--link',
        'link the files where the disk can (reflink, hard link)',
        '디스크가 지원하면 파일을 링크합니다(reflink, 하드 링크)',
      )
      .flag(
        '--skip-invalid',
        'leave out the files and labels with errors',
        '오류가 있는 파일과 라벨은 빼고 가져옵니다',
      ),
  ).perform<ImportOptions>(async (options, source = '') => importDataset(options, absolutePath(source)));
}

export function defineCancel(group: Command): void {
  defineCommand(group, {
    usage: 'cancel <dataset>',
    english: 'cancel the import of a dataset that is under way; nothing of it is kept',
    korean: '진행 중인 가져오기를 취소합니다. 가져온 것은 남지 않습니다',
    examples: ['dataset cancel photos'],
    json: '{"id", "name", "importId", "phase": "cancelled"}',
  }).perform(async (options, reference = '') => {
    using client = await openReconnectingClient();
    const { id, name, import: last } = await client.api.datasets.show({ dataset: reference });
    if (!last || isOver(last.phase)) throw fault('NOTHING_TO_CANCEL', { name });
    const importId = last.id;
    await client.api.datasets.cancelImport({ importId });
    const { phase } = await followToEnd(client.api, importId, new ProgressLine(options.json ?? false));
    return await writeResult(options, { id, name, importId, phase }, () =>
      phase === 'cancelled'
        ? translate(`The import of ${name} was cancelled.`, `${name} 가져오기를 취소했습니다.`)
        : translate(
            `The import of ${name} had ended before: ${phase}.`,
            `${name} 가져오기는 이미 끝났습니다: ${formatStatus(phase)}.`,
          ),
    );
  });
}
