import path from 'node:path';
import type { FormatChoice, Validation } from '../../../shared/contract/datasets.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ExaminationWatch } from '../../features/datasets/examination.ts';
import { FileProgress } from '../../features/datasets/file-progress.ts';
import { homeFolder } from '../../platform/paths.ts';
import { type Command, type CommonOptions, defineCommand } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, styled, writeJson, writeLine } from '../lib/output.ts';
import { ProgressLine } from '../lib/progress-line.ts';
import { classList, formatFact, labelFacts, splitFact } from './label-facts.ts';
import {
  addReadingOptions,
  formatOf,
  isInBucket,
  type ReadingOptions,
  readingOf,
} from './reading-options.ts';

type Problem = Validation['errors'][number];

/** The engine looks at what lies in a bucket: it is the one that knows the servers, and that imports from them. */
async function checkInBucket(
  source: string,
  options: ReadingOptions & CommonOptions,
): Promise<{ validation: Validation; isOpened: boolean }> {
  const line = new ProgressLine(options.json ?? false);
  const format = formatOf(options);
  try {
    return await withEngine(async ({ datasets }) => {
      const { checkId } = await datasets.startCheck({ path: source, format, reading: readingOf(options) });
      for (let afterDone = -1; ; ) {
        const progress = await datasets.waitForCheck({ checkId, afterDone, waitMs: 5000 });
        if (progress.validation) return { validation: progress.validation, isOpened: true };
        if (progress.error)
          return { validation: await unopened(TrainyardError.from(progress.error), format), isOpened: false };
        line.show(progress);
        afterDone = progress.done;
      }
    });
  } finally {
    line.clear();
  }
}

async function unopened(error: TrainyardError, format: FormatChoice): Promise<Validation> {
  const { evaluateUnopened } = await import('../../features/datasets/validation.ts');
  return evaluateUnopened(error, format);
}

/** What reads images is loaded when a source is checked, not with every command on datasets. */
async function check(
  folder: string,
  options: ReadingOptions & CommonOptions,
): Promise<{ validation: Validation; isOpened: boolean }> {
  const { localExaminer } = await import('../../features/datasets/examiner/local-examiner.ts');
  const reading = readingOf(options);
  const format = formatOf(options);
  const progress = new FileProgress();
  const line = new ProgressLine(options.json ?? false);
  const watch = {
    // An interrupt ends this process.
    signal: new AbortController().signal,
    onProgress: (...at: Parameters<ExaminationWatch['onProgress']>) => {
      progress.follow(...at);
      line.show(progress.state);
    },
  };
  try {
    const request = { path: folder, uploadName: null, format, reading, scratch: null };
    return { validation: (await localExaminer(homeFolder())(request, watch)).validation, isOpened: true };
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    return { validation: await unopened(error, format), isOpened: false };
  } finally {
    line.clear();
  }
}

function describe(problem: Problem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const where = problem.path ? `${problem.path}${line}: ` : '';
  const { message, hint } = inOwnWords(problem);
  return `${where}${message} ${styled('dim', `[${problem.code}]`)}\n  → ${hint}`;
}

function list(
  problems: readonly Problem[],
  more: number,
  counts: Validation['errorCounts'],
  mark: string,
): string[] {
  const lines = problems.map((problem) => `${mark} ${describe(problem)}`);
  if (more === 0) return lines;
  const all = counts.map(({ code, count }) => `${code} ${count}`).join(', ');
  return [
    ...lines,
    `${mark} ${translate(`and ${more} more; all by code: ${all}`, `그 밖에 ${more}개. 코드별 전체: ${all}`)}`,
  ];
}

function summarise({ summary }: Validation): string {
  const sizes = (range: { min: number; max: number } | null) =>
    range === null ? '–' : range.min === range.max ? String(range.min) : `${range.min} – ${range.max}`;
  return facts([
    formatFact(summary),
    [translate('Images', '이미지'), `${summary.images} (${formatBytes(summary.bytes)})`],
    ...(summary.leftOut > 0
      ? [
          [
            translate('Left out', '제외'),
            translate(
              `${summary.leftOut} of them with --skip-invalid`,
              `--skip-invalid를 쓰면 그중 ${summary.leftOut}장`,
            ),
          ] as const,
        ]
      : []),
    [translate('Classes', '클래스'), classList(summary.classes)],
    ...labelFacts(summary),
    ...splitFact(summary.splits),
    [translate('Width', '너비'), sizes(summary.widths)],
    [translate('Height', '높이'), sizes(summary.heights)],
    [
      translate('Channels', '채널'),
      summary.channels.map(({ channels, count }) => `${channels} × ${count}`).join(', ') || '–',
    ],
    [
      translate('File types', '파일 형식'),
      summary.fileTypes.map(({ type, count }) => `${type} ${count}`).join(', ') || '–',
    ],
  ]);
}

async function validate(options: ReadingOptions & CommonOptions, source: string): Promise<number> {
  const { validation, isOpened } = await (isInBucket(source)
    ? checkInBucket(source, options)
    : check(path.resolve(source), options));
  const exitCode = validation.ok ? 0 : 1;
  if (options.json) {
    await writeJson(validation);
    return exitCode;
  }
  const problems = [
    ...list(validation.errors, validation.moreErrors, validation.errorCounts, styled('red', '✗')),
    ...list(validation.warnings, validation.moreWarnings, validation.warningCounts, styled('yellow', '!')),
  ];
  for (const problem of problems) await writeLine(problem);
  const { errors, warnings } = validation;
  const verdict = validation.ok
    ? translate('The dataset can be imported.', '가져올 수 있는 데이터셋입니다.')
    : translate('The dataset cannot be imported as it is.', '이대로는 가져올 수 없는 데이터셋입니다.');
  const counts = [
    formatCount(errors.length + validation.moreErrors, 'error', '오류'),
    formatCount(warnings.length + validation.moreWarnings, 'warning', '경고'),
  ];
  if (isOpened) await writeLine(`${summarise(validation)}\n`);
  await writeLine(`${verdict} ${counts.join(', ')}`);
  return exitCode;
}

export function defineValidate(group: Command): void {
  addReadingOptions(
    defineCommand(group, {
      usage: 'validate <path>',
      english: 'check a folder, zip or tar, which needs no engine, or s3://bucket/prefix; imports nothing',
      korean: '폴더, zip, tar(엔진 없이) 또는 s3://버킷/접두사를 검사합니다. 아무것도 가져오지 않습니다',
      examples: ['dataset validate photos', 'dataset validate photos.zip --names-encoding cp949 --json'],
      json: '{"ok", "errors": [{"code", "path", "message", "hint"}], "warnings": […], "summary"}',
    }),
  ).perform<ReadingOptions>(async (options, source = '') => validate(options, source));
}
