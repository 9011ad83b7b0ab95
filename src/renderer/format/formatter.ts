import { isShare, shareDigits } from '../../shared/format/metrics.ts';
import { formatBytes, formatDuration, formatPercent } from '../../shared/format/units.ts';

const relativeUnits = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A metric's value: accuracies in percent; what is not finite comes as a word and stays one. */
export function formatMetricValue(format: Formatter, name: string, value: number | string): string {
  if (typeof value === 'number' && isShare(name, value)) return format.percent(value, shareDigits);
  const number = Number(value);
  return typeof value === 'string' && !Number.isFinite(number) ? value : format.metric(number);
}

/** Numbers, sizes and times as a language writes them, as "ko" or "en". */
export function createFormatter(language: string) {
  const whole = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 2 });
  const significant = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const scientific = new Intl.NumberFormat(language, { notation: 'scientific', maximumFractionDigits: 2 });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  // The same width in every line and language: it stands in the log's first column.
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', hourCycle: 'h23' });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    number: (value: number) => whole.format(value),
    /** 12,400 as 12.4K: for axes. */
    compact: (value: number) => short.format(value),
    /** Four significant digits: losses, rates. */
    metric: (value: number) => {
      const size = Math.abs(value);
      return size > 0 && (size < 1e-4 || size >= 1e7) ? scientific.format(value) : significant.format(value);
    },
    /** A share (0 to 1) in percent. */
    percent: (value: number, digits = 1) => formatPercent(value, language, digits),
    bytes: formatBytes,
    /** Milliseconds in their two largest units. */
    duration: (milliseconds: number) => formatDuration(milliseconds, language),
    dateTime: (iso: string) => date.format(new Date(iso)),
    timeOfDay: (iso: string) => time.format(new Date(iso)),
    /** From now: "3 minutes ago". */
    relative: (iso: string, now: number) => {
      const seconds = (Date.parse(iso) - now) / 1000;
      const [name, length] =
        relativeUnits.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
      return ago.format(Math.trunc(seconds / length), name);
    },
  };
}
export type Formatter = ReturnType<typeof createFormatter>;
