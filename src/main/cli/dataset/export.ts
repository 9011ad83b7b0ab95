import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Option } from 'commander';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { counted } from '../../../shared/format/units.ts';
import { type ExportFormatName, exportFormats } from '../../../shared/model/export-formats.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import type { Client } from '../lib/client.ts';
import { type Command, type CommonOptions, defineCommand, given, integer } from '../lib/define.ts';
import { withClient } from '../lib/engine.ts';
import { openEngineFile } from '../lib/engine-files.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatBytes } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, writeResult } from '../lib/output.ts';
import { ProgressLine } from '../lib/progress-line.ts';
import { checkFits, type ExportTarget, exportTarget, receive } from './export-target.ts';

interface ExportOptions extends CommonOptions {
  readonly format: ExportFormatName;
  readonly to: string;
  readonly datasetVersion?: number;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function exportDataset(
  client: Client,
  { format, to, datasetVersion, json }: ExportOptions,
  dataset: string,
): Promise<undefined> {
  const target = await exportTarget(path.resolve(to));
  const plan = await client.api.datasets.exportPlan({
    dataset,
    format,
    ...given({ version: datasetVersion }),
  });
  const { name, version, images, objects, files, tarBytes, losses } = plan;
  if (!json) for (const { message, hint } of losses.map(inOwnWords)) remark(`! ${message}\n  → ${hint}`);
  await checkFits(target, tarBytes);
  await fetchTar(client, plan, target, new ProgressLine(json ?? false));
  const { datasetId: id } = plan;
  const result = { id, name, version, format, to: target.path, images, objects, files, tarBytes, losses };
  return writeResult({ json }, result, () => {
    const what = translate(`${name}, version ${version}`, `${name}, 버전 ${version}`);
    const amount = translate(
      `${counted(images, 'image')}, ${counted(objects, 'object')}, ${counted(files, 'file')}`,
      `이미지 ${images}장, 객체 ${objects}개, 파일 ${files}개`,
    );
    return `${what}: ${amount}\n${target.path}`;
  });
}

/** Ctrl-C ends it, and nothing of it is kept. */
async function fetchTar(
  { engine }: Client,
  { url, tarBytes }: { readonly url: string; readonly tarBytes: number },
  target: ExportTarget,
  line: ProgressLine,
): Promise<void> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  for (const signal of signals) process.once(signal, cancel);
  let done = 0;
  const brokenOff = (why: Parameter, cause: unknown) =>
    fault('EXPORT_BROKEN_OFF', { done: formatBytes(done), total: formatBytes(tarBytes), why }, { cause });
  let broken: Error | null = null;
  try {
    const answer = await openEngineFile(engine, url, abort.signal);
    answer.on('error', (error) => {
      broken ??= error;
    });
    answer.on('data', (chunk: Buffer) => {
      done += chunk.length;
      line.showBytes(done, tarBytes, 'exporting');
    });
    const body = answer.pipe(new PassThrough());
    answer.on('error', (error) => body.destroy(error));
    // It may end before anybody reads it, or behind its reader: without a listener that would end the command in words of Node's.
    body.on('error', () => undefined);
    body.once('close', () => answer.destroy());
    await receive(target, body, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) throw fault('EXPORT_CANCELLED', {}, { cause: error });
    if (error instanceof TrainyardError) throw error;
    if (broken) throw brokenOff({ en: 'the connection ended', ko: '연결이 끊김' }, error);
    throw systemFault(error) ?? brokenOff(errorMessage(error), error);
  } finally {
    line.clear();
    for (const signal of signals) process.off(signal, cancel);
  }
}

export function defineExport(group: Command): void {
  defineCommand(group, {
    usage: 'export <dataset>',
    english: 'write a version with its images as COCO or YOLO; what the format can’t hold is said',
    korean: '버전을 이미지와 함께 COCO나 YOLO로 내보냅니다. 형식에 담을 수 없는 것은 알려 줍니다',
    examples: [
      'dataset export parts --format coco --to parts-coco',
      'dataset export parts --format yolo --to parts.tar --dataset-version 2 --json',
    ],
    json: '{"id", "name", "version", "format", "to", "images", "objects", "files", "tarBytes", "losses": [{"code", "message", "hint"}]}',
  })
    .requiredOption(
      '--to <path>',
      translate(
        'a folder that is missing or empty, or a .tar file that is not there',
        '없거나 빈 폴더, 또는 아직 없는 .tar 파일',
      ),
    )
    .addOption(
      new Option('--format <format>', translate('how the labels are written', '라벨 형식'))
        .choices(exportFormats)
        .makeOptionMandatory(),
    )
    .flag('--dataset-version <number>', 'this version instead of the newest', '최신 대신 이 버전', integer(1))
    .perform<ExportOptions>((options, dataset = '') =>
      withClient((client) => exportDataset(client, options, dataset)),
    );
}
