import { parseEventTime } from './event-time.ts';

interface Numbered {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

export interface MetricEvent extends Numbered {
  readonly type: 'metric';
  readonly epoch: number;
  readonly step: number;
  readonly values: Readonly<Record<string, MetricValue>>;
}

export interface LogEvent extends Numbered {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
  readonly context: { readonly epoch?: number; readonly step?: number } | null;
}

/** The events that stand in the journal as they are; `data` is the event without its `seq`, `time` and `type`. */
export interface PlainEvent extends Numbered {
  readonly type: 'progress' | 'checkpoint' | 'artifact' | 'result';
  readonly data: Readonly<Record<string, unknown>>;
}

export type TrainerEvent = MetricEvent | LogEvent | PlainEvent;

/** Why a line is no event. `seq`: the number that it uses up all the same; null where it has none. */
export interface LineFault {
  readonly type: 'fault';
  readonly reason: string;
  readonly seq: number | null;
}

type Fields = Record<string, unknown>;

const largestInt = 2 ** 31 - 1;
const metricName = /^[A-Za-z0-9_./@-]{1,128}$/;
const levels = new Set<unknown>(['debug', 'info', 'warning', 'error']);
const statuses = new Set<unknown>(['completed', 'cancelled', 'failed']);
const checkpointKinds = new Set<unknown>(['last', 'best']);
const artifactKinds = new Set<unknown>([
  'model',
  'confusion_matrix',
  'per_class',
  'predictions',
  'image',
  'other',
]);

/** Names that passed the check: nearly all lines of a run use the same few. */
const knownNames = new Set<string>();
const mostKnownNames = 4096;

function isMetricName(name: string): boolean {
  if (knownNames.has(name)) return true;
  if (!metricName.test(name)) return false;
  if (knownNames.size < mostKnownNames) knownNames.add(name);
  return true;
}

/**
 * Reads a line of events.jsonl (docs/run-directory.md). Written by hand because every point of every run passes here; a test
 * holds it against the schema.
 */
export function parseEventLine(line: string): TrainerEvent | LineFault {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Python's json writes NaN and Infinity as bare words, which JSON has not.
    const mended = quoteBareWords(line);
    if (mended === null) return { type: 'fault', reason: 'not JSON', seq: null };
    parsed = mended;
  }
  if (!isRecord(parsed)) return { type: 'fault', reason: 'not a JSON object', seq: null };
  const { seq, time, type } = parsed;
  if (!isCount(seq, Number.MAX_SAFE_INTEGER) || seq === 0) {
    return {
      type: 'fault',
      reason: seq === undefined ? 'no seq' : 'seq is not a whole number from 1 on',
      seq: null,
    };
  }
  const at = typeof time === 'string' ? parseEventTime(time) : Number.NaN;
  if (Number.isNaN(at)) return { type: 'fault', reason: 'time is not an ISO 8601 time', seq };
  if (type === 'metric') return metric(parsed, seq, at);
  if (type === 'log') return log(parsed, seq, at);
  const check = typeof type === 'string' ? plain.get(type) : undefined;
  if (!check) return { type: 'fault', reason: 'unknown type', seq };
  const reason = check.fault(parsed);
  if (reason !== null) return { type: 'fault', reason, seq };
  const data: Fields = { ...parsed };
  delete data.seq;
  delete data.time;
  delete data.type;
  return { type: check.type, seq, time: at, data };
}

function metric(fields: Fields, seq: number, time: number): MetricEvent | LineFault {
  const { epoch, step, values } = fields;
  if (!isCount(epoch)) return { type: 'fault', reason: 'epoch is not a whole number', seq };
  if (!isCount(step)) return { type: 'fault', reason: 'step is not a whole number', seq };
  const reason = valuesFault(values, 'values');
  if (reason !== null) return { type: 'fault', reason, seq };
  return { type: 'metric', seq, time, epoch, step, values: values as MetricEvent['values'] };
}

function log(fields: Fields, seq: number, time: number): LogEvent | LineFault {
  const { level, message, context } = fields;
  if (!levels.has(level))
    return { type: 'fault', reason: 'level is none of debug, info, warning, error', seq };
  if (typeof message !== 'string') return { type: 'fault', reason: 'message is not a string', seq };
  if (context !== undefined && context !== null) {
    if (!isRecord(context) || !isCountOrAbsent(context.epoch) || !isCountOrAbsent(context.step)) {
      return { type: 'fault', reason: 'context is not {epoch, step}', seq };
    }
    const { epoch, step } = context as { epoch?: number; step?: number };
    const known = { ...(epoch === undefined ? {} : { epoch }), ...(step === undefined ? {} : { step }) };
    return { type: 'log', seq, time, level: level as LogEvent['level'], message, context: known };
  }
  return { type: 'log', seq, time, level: level as LogEvent['level'], message, context: null };
}

const plain = new Map<string, { type: PlainEvent['type']; fault: (fields: Fields) => string | null }>([
  [
    'progress',
    {
      type: 'progress',
      fault: ({ epoch, epochs, step, steps, etaMs }) => {
        if (![epoch, epochs, step, steps].every((value) => isCount(value))) {
          return 'epoch, epochs, step and steps are not all whole numbers';
        }
        const known = etaMs === null || etaMs === undefined || (typeof etaMs === 'number' && etaMs >= 0);
        return known && etaMs !== Number.POSITIVE_INFINITY ? null : 'etaMs is neither null nor a time';
      },
    },
  ],
  [
    'checkpoint',
    {
      type: 'checkpoint',
      fault: ({ path, epoch, step, kind, metrics }) => {
        if (!isInnerPath(path)) return 'path does not lead to a place in the run directory';
        if (!isCount(epoch) || !isCount(step)) return 'epoch and step are not both whole numbers';
        if (!checkpointKinds.has(kind)) return 'kind is neither last nor best';
        return metrics === undefined ? null : valuesFault(metrics, 'metrics');
      },
    },
  ],
  [
    'artifact',
    {
      type: 'artifact',
      fault: ({ path, kind, name, mediaType }) => {
        if (!isInnerPath(path)) return 'path does not lead to a place in the run directory';
        if (!artifactKinds.has(kind)) return 'unknown kind';
        if (!isPlainText(name)) return 'name is not a text';
        return isPlainText(mediaType) ? null : 'mediaType is not a text';
      },
    },
  ],
  [
    'result',
    {
      type: 'result',
      fault: ({ status, metrics, message }) => {
        if (!statuses.has(status)) return 'status is none of completed, cancelled, failed';
        if (message !== undefined && typeof message !== 'string') return 'message is not a string';
        return valuesFault(metrics, 'metrics');
      },
    },
  ],
]);

function valuesFault(values: unknown, field: string): string | null {
  if (!isRecord(values)) return `${field} is not an object`;
  for (const name in values) {
    if (!isMetricName(name)) return `"${name.slice(0, 128)}" in ${field} is no metric's name`;
    const value = values[name];
    if (typeof value !== 'number' && value !== 'NaN' && value !== 'Infinity' && value !== '-Infinity') {
      return `${name} in ${field} is not a number`;
    }
  }
  return null;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, largest = largestInt): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= largest;
}

function isCountOrAbsent(value: unknown): boolean {
  return value === undefined || isCount(value);
}

/** What a text column takes: no control characters, no half of a surrogate pair. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,1024}$/u.test(value);
}

function isInnerPath(value: unknown): boolean {
  if (!isPlainText(value) || value.includes('\\')) return false;
  return value.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** The value of a line in which NaN, Infinity and -Infinity may stand as bare words; null where it is no JSON even so. */
function quoteBareWords(line: string): unknown {
  if (!/NaN|Infinity/.test(line)) return null;
  const quoted = line.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return JSON.parse(quoted);
  } catch {
    return null;
  }
}
