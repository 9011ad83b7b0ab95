import path from 'node:path';
import type { Validation } from '../../../shared/contract/datasets.ts';
import { formatBytes } from '../../../shared/model/disk.ts';
import { TrainyardError } from '../../../shared/model/errors.ts';
import { LocalSources } from '../../adapters/files/local-sources.ts';
import { SharpImageReader } from '../../adapters/images/sharp-image-reader.ts';
import { defaultLimits } from '../../domain/datasets/limits.ts';
import type { Reading } from '../../domain/datasets/reading.ts';
import { type Scan, scanSource, unopened } from '../../domain/datasets/scan.ts';
import { evaluate } from '../../domain/datasets/validation.ts';
import { homeFolder } from '../../paths.ts';
import type { CommonOptions } from '../define.ts';
import { formatCount } from '../format.ts';
import { say } from '../language.ts';
import { facts, StatusLine, styled, writeJson, writeLine } from '../output.ts';

export interface DatasetValidateOptions {
  readonly format: 'imagenet';
  readonly classesAt?: number;
  readonly namesEncoding: Reading['namesEncoding'];
}

type Problem = Validation['errors'][number];

async function scan(folder: string, reading: Reading): Promise<Scan> {
  const status = new StatusLine();
  try {
    const source = await new LocalSources(defaultLimits, homeFolder()).open(folder, reading);
    const total = await source.count((found) =>
      status.show(say(`counting: ${found} files`, `세는 중: 파일 ${found}개`)),
    );
    const began = performance.now();
    const onProgress = (done: number) => {
      const rate = Math.round((done * 1000) / Math.max(1, performance.now() - began));
      const of = total === null ? '' : ` / ${total}`;
      status.show(
        say(`checking: ${done}${of} files, ${rate}/s`, `검사 중: 파일 ${done}${of}개, 초당 ${rate}개`),
      );
    };
    return await scanSource(source, { reader: new SharpImageReader(), limits: defaultLimits, onProgress });
  } catch (error) {
    if (error instanceof TrainyardError) return unopened(error);
    throw error;
  } finally {
    status.clear();
  }
}

function describe(problem: Problem): string {
  const where = problem.path ? `${problem.path}: ` : '';
  return `${where}${problem.message} ${styled('dim', `[${problem.code}]`)}\n  → ${problem.mend}`;
}

function list(problems: readonly Problem[], more: number, mark: string): string[] {
  const lines = problems.map((problem) => `${mark} ${describe(problem)}`);
  return more > 0 ? [...lines, `${mark} ${say(`and ${more} more`, `그 밖에 ${more}개`)}`] : lines;
}

function summarise({ summary }: Validation): string {
  const sizes = (range: { min: number; max: number } | null) =>
    range === null ? '–' : range.min === range.max ? String(range.min) : `${range.min} – ${range.max}`;
  return facts([
    [say('Images', '이미지'), `${summary.images} (${formatBytes(summary.bytes)})`],
    [
      say('Classes', '클래스'),
      summary.classes.map(({ name, count }) => `${name} ${count}`).join(', ') || '–',
    ],
    [say('Width', '너비'), sizes(summary.widths)],
    [say('Height', '높이'), sizes(summary.heights)],
    [
      say('Channels', '채널'),
      summary.channels.map(({ channels, count }) => `${channels} × ${count}`).join(', ') || '–',
    ],
    [
      say('File types', '파일 형식'),
      summary.fileTypes.map(({ type, count }) => `${type} ${count}`).join(', ') || '–',
    ],
  ]);
}

/** Checks a folder or archive in this process; nothing is imported. */
export async function validateDataset(
  options: DatasetValidateOptions & CommonOptions,
  given: string,
): Promise<number> {
  const reading = { classesAt: options.classesAt ?? null, namesEncoding: options.namesEncoding };
  const { validation } = evaluate(await scan(path.resolve(given), reading), options.format, reading);
  const exitCode = validation.ok ? 0 : 1;
  if (options.json) {
    await writeJson(validation);
    return exitCode;
  }
  const problems = [
    ...list(validation.errors, validation.moreErrors, styled('red', '✗')),
    ...list(validation.warnings, validation.moreWarnings, styled('yellow', '!')),
  ];
  for (const problem of problems) await writeLine(problem);
  const { errors, warnings } = validation;
  const verdict = validation.ok
    ? say('The dataset can be imported.', '가져올 수 있는 데이터셋입니다.')
    : say(
        'The dataset has errors; nothing was imported.',
        '데이터셋에 오류가 있습니다. 아무것도 가져오지 않았습니다.',
      );
  const counts = [
    formatCount(errors.length + validation.moreErrors, 'error', '오류'),
    formatCount(warnings.length + validation.moreWarnings, 'warning', '경고'),
  ];
  await writeLine(`${summarise(validation)}\n\n${verdict} ${counts.join(', ')}`);
  return exitCode;
}
