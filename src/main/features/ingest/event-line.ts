import { isRecord } from '../../../shared/model/is-record.ts';
import { logLevels } from '../../../shared/model/log-levels.ts';
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

/** Why a line is no event. `seq`: the number that it uses up all the same; null if it has none. */
export interface LineFault {
  readonly type: 'fault';
  readonly reason: string;
  readonly seq: number | null;
}

type Fields = Record<string, unknown>;

const stepFault = `is not a whole number from 0 to ${largestStep}`;
const epochFault = `is not a number from 0 to ${largestStep}`;

/**
 * Reads a line of events.jsonl (docs/run-directory.md). Written by hand because every point of every run passes here; a test
 * holds it against the schema.
 */
export function parseEventLine(line: string): TrainerEvent | LineFault {
  const parsed = parseEventJson(line);
  if (parsed === undefined) return fieldFault('not JSON', null);
  if (!isRecord(parsed)) return fieldFault('not a JSON object', null);
  const { seq, time, type } = parsed;
  if (seq === undefined) return fieldFault('no seq', null);
  if (!isStep(seq) || seq === 0) return fieldFault('seq is not a whole number from 1 on', null);
  const at = typeof time === 'string' ? parseEventTime(time) : Number.NaN;
  if (Number.isNaN(at)) return fieldFault('time is not an ISO 8601 time', seq);
  if (type === 'metric') return metric(parsed, seq, at);
  if (type === 'log') return log(parsed, seq, at);
  return isPlainType(type) ? plainEvent(type, parsed, seq, at) : fieldFault('unknown type', seq);
}

function fieldFault(reason: string, seq: number | null): LineFault {
  return { type: 'fault', reason, seq };
}

function metric(fields: Fields, seq: number, time: number): MetricEvent | LineFault {
  const { epoch, step } = fields;
  if (!isEpoch(epoch)) return fieldFault(`epoch ${epochFault}`, seq);
  if (!isStep(step)) return fieldFault(`step ${stepFault}`, seq);
  const read = readValues(fields.values);
  if (read === null) return fieldFault('values is not an object', seq);
  const excess = excessOfUnknown(fields, metricFields);
  const leftOut = excess === nothingLeftOut ? read.leftOut : [...read.leftOut, ...excess];
  return { type: 'metric', seq, time, epoch, step, values: read.values, leftOut };
}

function log(fields: Fields, seq: number, time: number): LogEvent | LineFault {
  const { message, context } = fields;
  if (typeof message !== 'string') return fieldFault('message is not a string', seq);
  const leftOut = [...excessOfUnknown(fields, logFields)];
  const level = readLevel(fields.level);
  if (level === null) {
    leftOut.push({
      name: typeof fields.level === 'string' ? `level "${shownName(fields.level)}"` : 'level',
      fault: `none of ${logLevels.join(', ')}: "info" is taken for it`,
      grave: false,
    });
  }
  const { epoch, step } = isRecord(context) ? context : {};
  const isWhole =
    context === undefined ||
    context === null ||
    (isRecord(context) && (epoch === undefined || isEpoch(epoch)) && (step === undefined || isStep(step)));
  if (!isWhole) leftOut.push({ name: 'context', fault: 'not {epoch, step}', grave: false });
  const known = { ...(isEpoch(epoch) && { epoch }), ...(isStep(step) && { step }) };
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

/** Whether a field is as it must be, and what is said where it is not. */
type FieldCheck = readonly [isGood: (value: unknown) => boolean, fault: string];

interface PlainCheck {
  /** In the order in which they are looked at. */
  readonly fields: Readonly<Record<string, FieldCheck>>;
  /** Whether there is a field `metrics`, which holds values by name, and whether it must be there. */
  readonly metrics: 'none' | 'optional' | 'required';
}

function plainEvent(
  type: PlainEvent['type'],
  fields: Fields,
  seq: number,
  time: number,
): PlainEvent | LineFault {
  const { fields: checks, metrics } = plain[type];
  const wrong = Object.entries(checks).find(([name, [isGood]]) => !isGood(fields[name]));
  if (wrong) return fieldFault(wrong[1][1], seq);
  const known = new Set([
    ...numberedFields,
    ...Object.keys(checks),
    ...(metrics === 'none' ? [] : ['metrics']),
  ]);
  const leftOut: LeftOut[] = [...excessOfUnknown(fields, known)];
  const data = Object.entries(fields).filter(
    ([name, value]) =>
      (known.has(name) ? !numberedFields.has(name) : excessOf(value) === null) &&
      !(name === 'metrics' && metrics !== 'none'),
  );
  if (data.length > eventLimits.values) {
    data.length = eventLimits.values;
    leftOut.push({ name: 'an event', fault: `of more than ${eventLimits.values} fields`, grave: true });
  }
  if (metrics === 'required' || (metrics === 'optional' && fields.metrics !== undefined)) {
    const read = readValues(fields.metrics);
    if (read === null) return fieldFault('metrics is not an object', seq);
    data.push(['metrics', asJson(read.values)]);
    leftOut.push(...read.leftOut);
  }
  return { type, seq, time, data: Object.fromEntries(data), leftOut };
}

/** Values as any JSON writer can write them: those that are no JSON numbers are strings. */
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

const among =
  (...values: readonly string[]) =>
  (value: unknown) =>
    values.some((one) => one === value);
const innerPath: FieldCheck = [isInnerPath, 'path does not lead to a place in the run directory'];
const checkpointKind = among('last', 'best');
const artifactKind = among('model', 'confusion_matrix', 'per_class', 'predictions', 'image', 'other');
const status = among('completed', 'cancelled', 'failed');
const isCause = (value: unknown) =>
  value === undefined || (typeof value === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(value));

const plain: Readonly<Record<PlainEvent['type'], PlainCheck>> = {
  progress: {
    metrics: 'none',
    fields: {
      epoch: [isEpoch, `epoch or epochs ${epochFault}`],
      epochs: [isEpoch, `epoch or epochs ${epochFault}`],
      step: [isStep, `step or steps ${stepFault}`],
      steps: [isStep, `step or steps ${stepFault}`],
      etaMs: [isDuration, 'etaMs is neither null nor a time'],
    },
  },
  checkpoint: {
    metrics: 'optional',
    fields: {
      path: innerPath,
      epoch: [isEpoch, `epoch ${epochFault}`],
      step: [isStep, `step ${stepFault}`],
      kind: [checkpointKind, 'kind is neither last nor best'],
    },
  },
  artifact: {
    metrics: 'none',
    fields: {
      path: innerPath,
      kind: [artifactKind, 'unknown kind'],
      name: [isPlainText, 'name is not a text'],
      mediaType: [isPlainText, 'mediaType is not a text'],
    },
  },
  result: {
    metrics: 'required',
    fields: {
      status: [status, 'status is none of completed, cancelled, failed'],
      message: [(value) => value === undefined || typeof value === 'string', 'message is not a string'],
      cause: [isCause, 'cause is not a word'],
    },
  },
};

const isPlainType = (type: unknown): type is PlainEvent['type'] =>
  typeof type === 'string' && Object.hasOwn(plain, type);

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

function isStep(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** In milliseconds, where it is known. */
function isDuration(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === 'number' && value >= 0 && value < Infinity)
  );
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
