import { eventLimits } from './event-limits.ts';

export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity' | null;
/** By name, of any script: `__proto__` is a name like others. Null is NaN. */
export type MetricValues = Readonly<Record<string, MetricValue>>;

/** Something of an event that was left out, while the rest of it was kept. */
export interface LeftOut {
  /** The field, or the metric; shortened where it is long. */
  readonly name: string;
  /** What it was, as the end of "train_loss is …". */
  readonly fault: string;
  /** Whether it is no value of a metric but something the trainer's writer must not write at all. */
  readonly grave: boolean;
}

export const nothingLeftOut: readonly LeftOut[] = [];

/** Any script; no control characters, line ends or halves of surrogate pairs, and not blank. */
const metricName = new RegExp(
  `^(?=.*\\S)[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${eventLimits.nameCharacters}}$`,
  'u',
);

/** Names that passed the check: nearly all lines of a run use the same few. */
const knownNames = new Set<string>();
const mostKnownNames = 4096;

function isMetricName(name: string): boolean {
  if (knownNames.has(name)) return true;
  // Before the pattern: it need not look at a name of a megabyte.
  if (name.length > 2 * eventLimits.nameCharacters || !metricName.test(name)) return false;
  if (knownNames.size < mostKnownNames) knownNames.add(name);
  return true;
}

/** What is wrong with a value, as the end of "train_loss is …"; null where it is a metric's. */
function faultOf(value: unknown): string | null {
  if (typeof value === 'number' || value === null) return null;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return null;
  if (typeof value === 'string') return 'a text, not a number';
  if (typeof value === 'boolean') return 'true or false, not a number';
  return Array.isArray(value) ? 'a list, not a number' : 'an object, not a number';
}

/** A name as it may stand in a sentence of the log. */
export function shownName(name: string): string {
  const cut = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return cut.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}

/**
 * Sorts the good values of an object from the others. Nearly always all are good: then they come back as they are.
 * @returns null where it is no object
 */
export function readValues(
  given: unknown,
): { readonly values: MetricValues; readonly leftOut: readonly LeftOut[] } | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const fields = given as Record<string, unknown>;
  let count = 0;
  let good = true;
  for (const name in fields) {
    count += 1;
    if (isMetricName(name) && faultOf(fields[name]) === null) continue;
    good = false;
    break;
  }
  if (good && count <= eventLimits.values) return { values: fields as MetricValues, leftOut: nothingLeftOut };
  return sortOut(fields);
}

function sortOut(fields: Record<string, unknown>): { values: MetricValues; leftOut: readonly LeftOut[] } {
  const values: [string, MetricValue][] = [];
  const leftOut: LeftOut[] = [];
  let tooMany = 0;
  for (const name in fields) {
    const value = fields[name];
    const fault = isMetricName(name)
      ? faultOf(value)
      : `no name of a metric (1 to ${eventLimits.nameCharacters} characters, no control characters)`;
    if (fault === null && values.length < eventLimits.values) values.push([name, value as MetricValue]);
    else if (fault === null || leftOut.length >= eventLimits.values) tooMany += 1;
    else leftOut.push({ name: shownName(name), fault, grave: false });
  }
  if (tooMany > 0) {
    leftOut.push({ name: 'an event', fault: `of more than ${eventLimits.values} values`, grave: false });
  }
  return { values: Object.fromEntries(values), leftOut };
}
