import { logLevels } from '../../../shared/contract/run-readings.ts';
import { exactJson } from '../../../shared/model/metric-values.ts';
import {
  eventLimits,
  excessOf,
  type LeftOut,
  type LogLevel,
  largestStep,
  type MetricValues,
  nothingLeftOut,
  parseEventJson,
  parseEventTime,
  readLevel,
  readValues,
  shownName,
} from './event-fields.ts';

interface Numbered {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What of the line is not kept. */
  readonly leftOut: readonly LeftOut[];
}

export interface MetricEvent extends Numbered {
  readonly type: 'metric';
  /** May have a fraction. */
  readonly epoch: number;
  readonly step: number;
  readonly values: MetricValues;
}

export interface LogEvent extends Numbered {
  readonly type: 'log';
  readonly level: LogLevel;
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

const stepFault = `is not a whole number from 0 to ${largestStep}`;
const epochFault = `is not a number from 0 to ${largestStep}`;

/**
 * Reads a line of events.jsonl (docs/run-directory.md). Written by hand because every point of every run passes here; a test
 * holds it against the schema.
 */
export function parseEventLine(line: string): TrainerEvent | LineFault {
  const parsed = parseEventJson(line);
  if (parsed === undefined) return { type: 'fault', reason: 'not JSON', seq: null };
  if (!isRecord(parsed)) return { type: 'fault', reason: 'not a JSON object', seq: null };
  const { seq, time, type } = parsed;
  if (!isStep(seq) || seq === 0) {
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
  return plainEvent(check, parsed, seq, at);
}

function metric(fields: Fields, seq: number, time: number): MetricEvent | LineFault {
  const { epoch, step } = fields;
  if (!isEpoch(epoch)) return { type: 'fault', reason: `epoch ${epochFault}`, seq };
  if (!isStep(step)) return { type: 'fault', reason: `step ${stepFault}`, seq };
  const read = readValues(fields.values);
  if (read === null) return { type: 'fault', reason: 'values is not an object', seq };
  const excess = excessOfUnknown(fields, metricFields);
  const leftOut = excess === nothingLeftOut ? read.leftOut : [...read.leftOut, ...excess];
  return { type: 'metric', seq, time, epoch, step, values: read.values, leftOut };
}

function log(fields: Fields, seq: number, time: number): LogEvent | LineFault {
  const { message, context } = fields;
  if (typeof message !== 'string') return { type: 'fault', reason: 'message is not a string', seq };
  const leftOut = [...excessOfUnknown(fields, logFields)];
  const level = readLevel(fields.level);
  if (level === null) {
    leftOut.push({
      name: typeof fields.level === 'string' ? `level "${shownName(fields.level)}"` : 'level',
      fault: `none of ${logLevels.join(', ')}: "info" is taken for it`,
      grave: false,
    });
  }
  const known: { epoch?: number; step?: number } = {};
  if (isRecord(context)) {
    if (isEpoch(context.epoch)) known.epoch = context.epoch;
    if (isStep(context.step)) known.step = context.step;
  }
  const isWhole =
    context === undefined ||
    context === null ||
    (isRecord(context) &&
      (context.epoch === undefined || isEpoch(context.epoch)) &&
      (context.step === undefined || isStep(context.step)));
  if (!isWhole) leftOut.push({ name: 'context', fault: 'not {epoch, step}', grave: false });
  return {
    type: 'log',
    seq,
    time,
    level: level ?? 'info',
    message,
    context: isRecord(context) ? known : null,
    leftOut: leftOut.length === 0 ? nothingLeftOut : leftOut,
  };
}

interface PlainCheck {
  readonly type: PlainEvent['type'];
  readonly fields: ReadonlySet<string>;
  /** The field that holds metrics by name, and whether it must be there. */
  readonly metrics: 'none' | 'optional' | 'required';
  readonly fault: (fields: Fields) => string | null;
}

function plainEvent(check: PlainCheck, fields: Fields, seq: number, time: number): PlainEvent | LineFault {
  const reason = check.fault(fields);
  if (reason !== null) return { type: 'fault', reason, seq };
  const leftOut: LeftOut[] = [...excessOfUnknown(fields, check.fields)];
  const data = Object.entries(fields).filter(
    ([name, value]) =>
      (check.fields.has(name) ? !numberedFields.has(name) : excessOf(value) === null) &&
      !(name === 'metrics' && check.metrics !== 'none'),
  );
  if (data.length > eventLimits.values) {
    data.length = eventLimits.values;
    leftOut.push({ name: 'an event', fault: `of more than ${eventLimits.values} fields`, grave: true });
  }
  if (check.metrics !== 'none' && (check.metrics === 'required' || fields.metrics !== undefined)) {
    const read = readValues(fields.metrics);
    if (read === null) return { type: 'fault', reason: 'metrics is not an object', seq };
    data.push(['metrics', asJson(read.values)]);
    leftOut.push(...read.leftOut);
  }
  return { type: check.type, seq, time, data: Object.fromEntries(data), leftOut };
}

/** Values as JSON holds them, whoever writes it: those that it has no number for are strings. */
function asJson(values: MetricValues): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : exactJson(value ?? Number.NaN),
    ]),
  );
}

const numberedFields = new Set(['seq', 'time', 'type']);
const metricFields = new Set([...numberedFields, 'epoch', 'step', 'values']);
const logFields = new Set([...numberedFields, 'level', 'message', 'context']);

const plain = new Map<string, PlainCheck>([
  [
    'progress',
    {
      type: 'progress',
      fields: new Set([...numberedFields, 'epoch', 'epochs', 'step', 'steps', 'etaMs']),
      metrics: 'none',
      fault: ({ epoch, epochs, step, steps, etaMs }) => {
        if (!isEpoch(epoch) || !isEpoch(epochs)) return `epoch or epochs ${epochFault}`;
        if (!isStep(step) || !isStep(steps)) return `step or steps ${stepFault}`;
        const known = etaMs === null || etaMs === undefined || (typeof etaMs === 'number' && etaMs >= 0);
        return known && etaMs !== Number.POSITIVE_INFINITY ? null : 'etaMs is neither null nor a time';
      },
    },
  ],
  [
    'checkpoint',
    {
      type: 'checkpoint',
      fields: new Set([...numberedFields, 'path', 'epoch', 'step', 'kind', 'metrics']),
      metrics: 'optional',
      fault: ({ path, epoch, step, kind }) => {
        if (!isInnerPath(path)) return 'path does not lead to a place in the run directory';
        if (!isEpoch(epoch)) return `epoch ${epochFault}`;
        if (!isStep(step)) return `step ${stepFault}`;
        return checkpointKinds.has(kind) ? null : 'kind is neither last nor best';
      },
    },
  ],
  [
    'artifact',
    {
      type: 'artifact',
      fields: new Set([...numberedFields, 'path', 'kind', 'name', 'mediaType']),
      metrics: 'none',
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
      fields: new Set([...numberedFields, 'status', 'metrics', 'message']),
      metrics: 'required',
      fault: ({ status, message }) => {
        if (!statuses.has(status)) return 'status is none of completed, cancelled, failed';
        return message !== undefined && typeof message !== 'string' ? 'message is not a string' : null;
      },
    },
  ],
]);

/** Fields that no event of the type has, and that are too much to be kept. */
function excessOfUnknown(fields: Fields, known: ReadonlySet<string>): readonly LeftOut[] {
  let found: LeftOut[] | null = null;
  for (const name in fields) {
    if (typeof fields[name] !== 'object' || known.has(name)) continue;
    const fault = excessOf(fields[name]);
    if (fault === null) continue;
    found ??= [];
    if (found.length < mostExcess) found.push({ name: shownName(name), fault, grave: true });
  }
  return found ?? nothingLeftOut;
}

/** Fields of one line that are named. */
const mostExcess = 20;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStep(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isEpoch(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= largestStep;
}

/** What a text column takes: no control characters, no half of a surrogate pair. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,1024}$/u.test(value);
}

function isInnerPath(value: unknown): boolean {
  if (!isPlainText(value) || value.includes('\\')) return false;
  return value.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
