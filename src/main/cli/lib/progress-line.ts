import type { z } from 'zod';
import type { fileProgressSchema } from '../../../shared/contract/file-progress.ts';
import { formatBytes, formatDuration, formatStatus } from './format.ts';
import { translate } from './language.ts';
import { remark, StatusLine } from './output.ts';

export type FileProgressWords = Omit<z.infer<typeof fileProgressSchema>, 'error'>;

const bytePhases = {
  exporting: ['exporting', '내보내는 중'],
  downloading: ['downloading', '내려받는 중'],
  storing: ['storing', '저장하는 중'],
} as const;

const redrawMs = 100;
const lineMs = 5000;

/** Progress for whoever watches: on a terminal one line that is drawn anew, elsewhere (a log, a pipe) a line every five seconds. */
export class ProgressLine {
  private readonly status = new StatusLine();
  private readonly everyMs: number | null;
  private shownAt = performance.now();
  private phase = '';

  /** @param isQuiet a program reads the output: progress is shown on a terminal only */
  constructor(isQuiet: boolean) {
    this.everyMs = process.stderr.isTTY ? redrawMs : isQuiet ? null : lineMs;
  }

  show(progress: FileProgressWords): void {
    this.draw(progress.phase, () => describeProgress(progress));
  }

  /** How far bytes are that are written somewhere. */
  showBytes(done: number, total: number | null, phase: keyof typeof bytePhases): void {
    this.draw(phase, () => {
      const amount = total === null ? formatBytes(done) : `${formatBytes(done)} / ${formatBytes(total)}`;
      const [english, korean] = bytePhases[phase];
      return `${translate(english, korean)}: ${amount}`;
    });
  }

  private draw(phase: string, describe: () => string): void {
    if (this.everyMs === null) return;
    const now = performance.now();
    const isNewPhase = process.stderr.isTTY === true && phase !== this.phase;
    if (!isNewPhase && now - this.shownAt < this.everyMs) return;
    [this.shownAt, this.phase] = [now, phase];
    const text = describe();
    if (process.stderr.isTTY) this.status.show(text);
    else remark(text);
  }

  clear(): void {
    this.status.clear();
  }
}

/** `checking: 12,000 / 100,000 files, 700/s, about 2 min 6 s left`. */
export function describeProgress({ phase, done, total, rate, secondsLeft }: FileProgressWords): string {
  const number = new Intl.NumberFormat('en').format;
  const of = total === null ? number(done) : `${number(done)} / ${number(total)}`;
  const isBytes = phase === 'downloading';
  const bytesOf = total === null ? formatBytes(done) : `${formatBytes(done)} / ${formatBytes(total)}`;
  const parts = [
    phase === 'committing'
      ? ''
      : isBytes
        ? bytesOf
        : translate(`${of} ${(total ?? done) === 1 ? 'file' : 'files'}`, `파일 ${of}개`),
  ];
  if (rate !== null && isBytes) parts.push(`${formatBytes(rate)}/s`);
  else if (rate !== null)
    parts.push(translate(`${number(Math.round(rate))}/s`, `초당 ${number(Math.round(rate))}개`));
  if (secondsLeft !== null) {
    const time = formatDuration(secondsLeft * 1000);
    parts.push(translate(`about ${time} left`, `약 ${time} 남음`));
  }
  return [formatStatus(phase), parts.filter((part) => part !== '').join(', ')]
    .filter((part) => part !== '')
    .join(': ');
}
