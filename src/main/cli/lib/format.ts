import { isShare, shareDigits } from '../../../shared/format/metrics.ts';
import { wordsOfStatus } from '../../../shared/format/status.ts';
import {
  counted,
  formatDuration as durationIn,
  formatPercent as percentIn,
} from '../../../shared/format/units.ts';
import { language, translate } from './language.ts';

export { formatBytes } from '../../../shared/format/units.ts';

/** Milliseconds for people, in the language of the process. */
export function formatDuration(ms: number | null): string {
  return ms === null ? '–' : durationIn(ms, language);
}

/** A share (0 to 1) in percent, in the language of the process. */
export const formatPercent = (share: number) => percentIn(share, language);

/** `1 error`, `2 errors`, `오류 2개`. */
export function formatCount(count: number, english: string, korean: string): string {
  return translate(counted(count, english), `${korean} ${count}개`);
}

const two = (value: number) => String(value).padStart(2, '0');

/** An ISO time in the time zone of this machine, to the second. */
export function formatTime(iso: string | null): string {
  if (!iso) return '–';
  const time = new Date(iso);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${formatClock(iso)}`;
}

export function formatClock(iso: string): string {
  const time = new Date(iso);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** A metric's value: accuracies in percent, as on the page, others with four significant digits; what is no number stays as it is. */
export function formatMetric(name: string, value: number | string | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (isShare(name, value)) return percentIn(value, language, shareDigits);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** The first eight characters of an id: enough to name a run by. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A status, or what ended an attempt, as people read it; `--json` has the word itself. */
export function formatStatus(status: string): string {
  return wordsOfStatus(status)[language];
}
