import type { StoredLine } from '../logs/log-buckets.ts';

/** How much of a trainer's event is kept (docs/run-directory.md, "Limits"). What is over a limit is left out and reported; the rest of the event is kept. */
export const eventLimits = {
  /** Values of one metric, checkpoint or result event. */
  values: 1000,
  /** Characters of a metric's name. */
  nameCharacters: 256,
  /** Levels of arrays and objects in one field. */
  levels: 16,
  /** Fields, elements and values in one field. */
  parts: 2000,
  /** Characters of a line that is no event, in the log: the file has all of it. */
  quotedCharacters: 2000,
} as const;

/** The largest step: whole numbers are exact up to it. */
export const largestStep = Number.MAX_SAFE_INTEGER;

/** Numbers that JSON has no word for, as Python, C and others print them. */
const bareWord = /[+-]?\b(?:nan|inf|infinity)\b/gi;

/**
 * The value of a line of events.jsonl; undefined if it is no JSON. Words for numbers that JSON has not (`NaN`, `-Infinity`, `nan`)
 * arrive as strings of the same letters.
 */
export function parseEventJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const quoted = quoteBareWords(line);
    if (quoted === null) return undefined;
    try {
      return JSON.parse(quoted);
    } catch {
      return undefined;
    }
  }
}

/** Null if the line holds none, or a string in it does not end. Goes over the line once, whatever it holds. */
function quoteBareWords(line: string): string | null {
  if (!/nan|inf/i.test(line)) return null;
  const parts: string[] = [];
  for (let from = 0; from < line.length; ) {
    const open = line.indexOf('"', from);
    const outside = open < 0 ? line.slice(from) : line.slice(from, open);
    parts.push(outside.replace(bareWord, (word) => `"${word}"`));
    if (open < 0) break;
    const close = endOfString(line, open + 1);
    if (close < 0) return null;
    parts.push(line.slice(open, close + 1));
    from = close + 1;
  }
  return parts.join('');
}

/** The place of the quote that closes a string; -1 if none does. */
function endOfString(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at;
  }
  return -1;
}

/** Why a field's value is too much to be kept; null if it is not. Its depth costs no depth of calls. */
export function excessOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  let parts = 0;
  let layer: unknown[] = [value];
  for (let level = 1; layer.length > 0; level += 1) {
    if (level > eventLimits.levels) return `nested deeper than ${eventLimits.levels} levels`;
    const below: unknown[] = [];
    for (const one of layer) {
      const inner: unknown[] = Array.isArray(one) ? one : Object.values(one as object);
      parts += inner.length;
      if (parts > eventLimits.parts) return `more than ${eventLimits.parts} parts`;
      for (const part of inner) if (typeof part === 'object' && part !== null) below.push(part);
    }
    layer = below;
  }
  return null;
}

const dayMs = 86_400_000;
const isoTime =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The last day that was asked for: nearly all events of a run fall on one. */
let knownDay = -1;
let knownDayMs = Number.NaN;

/** The start of a day in milliseconds; NaN if there is no such day. */
function dayStart(year: number, month: number, day: number): number {
  const key = (year * 100 + month) * 100 + day;
  if (key === knownDay) return knownDayMs;
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && start.getUTCMonth() === month - 1 && start.getUTCDate() === day;
  knownDay = key;
  knownDayMs = exists ? start.getTime() : Number.NaN;
  return knownDayMs;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const pair = (text: string, at: number) => digit(text, at) * 10 + digit(text, at + 1);

/**
 * An event's time (ISO 8601, UTC) in milliseconds since 1970, years 1 to 9999; finer digits are cut. An offset from UTC is
 * understood. NaN if the text is no such time.
 */
export function parseEventTime(text: string): number {
  if (
    text.length !== 24 ||
    text.charCodeAt(23) !== 0x5a ||
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    text.charCodeAt(10) !== 0x54 ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a ||
    text.charCodeAt(19) !== 0x2e
  ) {
    return parseIsoTime(text);
  }
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  return (
    dayStart(pair(text, 0) * 100 + pair(text, 2), pair(text, 5), pair(text, 8)) +
    ((hour * 60 + minute) * 60 + second) * 1000 +
    digit(text, 20) * 100 +
    pair(text, 21)
  );
}

function parseIsoTime(text: string): number {
  const [, year, month, day] = isoTime.exec(text) ?? [];
  // `Date` goes over to the next month where there is no such day.
  if (Number.isNaN(dayStart(Number(year), Number(month), Number(day)))) return Number.NaN;
  const time = Date.parse(text);
  return time >= earliest && time < latest ? time : Number.NaN;
}

const earliest = dayStart(1, 1, 1);
const latest = dayStart(9999, 12, 31) + dayMs;

export type LogLevel = StoredLine['level'];

/** Names that logging libraries have for the four levels of a log. */
const levelNames = new Map<string, LogLevel>([
  ['trace', 'debug'],
  ['notset', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['success', 'info'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['error', 'error'],
  ['critical', 'error'],
  ['fatal', 'error'],
  ['alert', 'error'],
  ['emergency', 'error'],
]);

/** A level by its name in any case, or by Python's number (10 debug, 20 info, 30 warning, 40 and above error); null if it is neither. */
export function readLevel(given: unknown): LogLevel | null {
  if (typeof given === 'string') return levelNames.get(given) ?? levelNames.get(given.toLowerCase()) ?? null;
  if (typeof given !== 'number' || !(given >= 0)) return null;
  if (given >= 40) return 'error';
  if (given >= 30) return 'warning';
  return given >= 20 ? 'info' : 'debug';
}

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

/** What is wrong with a value, as the end of "train_loss is …"; null if it is a metric's. */
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
 * @returns null if it is no object
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
  return splitValues(fields);
}

function splitValues(fields: Record<string, unknown>): { values: MetricValues; leftOut: readonly LeftOut[] } {
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
