import { formatBytes, formatDuration } from '../../shared/format/units.ts';

const relativeUnits = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Numbers, sizes and times as a language writes them. */
export interface Formatter {
  number(value: number): string;
  /** 12,400 as 12.4K: for axes. */
  compact(value: number): string;
  /** Four significant digits: losses, rates. */
  metric(value: number): string;
  /** A share (0 to 1) in percent. */
  percent(value: number, digits?: number): string;
  bytes(value: number): string;
  /** Milliseconds in its two largest units. */
  duration(milliseconds: number): string;
  dateTime(iso: string): string;
  timeOfDay(iso: string): string;
  /** From now: "3 minutes ago". */
  relative(iso: string, now: number): string;
}

/** Not-finite values come as words; whatever else, as it is. */
export function formatMetricValue(format: Formatter, value: number | string): string {
  const number = Number(value);
  return typeof value === 'string' && !Number.isFinite(number) ? value : format.metric(number);
}

/** A formatter for a language, as "ko" or "en". */
export function createFormatter(language: string): Formatter {
  const whole = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 2 });
  const significant = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const scientific = new Intl.NumberFormat(language, { notation: 'scientific', maximumFractionDigits: 2 });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  // The same width in every line and language: it stands in the log's first column.
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', hourCycle: 'h23' });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    number: (value) => whole.format(value),
    compact: (value) => short.format(value),
    metric: (value) => {
      const size = Math.abs(value);
      return size > 0 && (size < 1e-4 || size >= 1e7) ? scientific.format(value) : significant.format(value);
    },
    percent: (value, digits = 1) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value),
    bytes: formatBytes,
    duration: (milliseconds) => formatDuration(milliseconds, language),
    dateTime: (iso) => date.format(new Date(iso)),
    timeOfDay: (iso) => time.format(new Date(iso)),
    relative: (iso, now) => {
      const seconds = (Date.parse(iso) - now) / 1000;
      const [name, length] =
        relativeUnits.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
      return ago.format(Math.trunc(seconds / length), name);
    },
  };
}
