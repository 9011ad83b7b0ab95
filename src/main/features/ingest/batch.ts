import { type MovingLine, roomInBucket, type SharedFields, type StoredLine } from '../logs/log-buckets.ts';
import type { MetricName, MetricNames } from '../metrics/point-rows.ts';
import type { CursorPlace, IngestSummary, ReadingState } from './cursor.ts';
import type { LogEvent, MetricEvent, PlainEvent } from './event-line.ts';
import type { RunDirectoryTail } from './run-directory-tail.ts';

/** A row of the journal. The run's number of its first entry is the batch's first number plus `entry`. */
export interface JournalRow {
  readonly entry: number;
  readonly type: PlainEvent['type'] | 'log';
  readonly attemptSeq: number | null;
  readonly timeMs: number;
  /** Of log lines: `start`, the position of the first in the attempt's log. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** How many entries the row represents: lines of a log. */
  span: number;
}

/** A row of `run_artifacts`. */
export interface ArtifactRow {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly mediaType: string | null;
  readonly epoch: number | null;
  readonly step: number | null;
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly sizeBytes: number | null;
  readonly timeMs: number;
}

/** What one transaction brings in: entries of the run's journal in their order, and where the files were when it was cut off. */
export class Batch {
  readonly from: CursorPlace;
  to: CursorPlace;
  reading: ReadingState;
  /** Numbers of the run's journal that it takes. */
  entries = 0;
  /** Whether files were not read to their ends. */
  more = false;
  earliestPointMs = Number.POSITIVE_INFINITY;
  latestPointMs = Number.NEGATIVE_INFINITY;
  /** Metric points in columns: point i has the values from `valuesFrom[i]` to before `valuesFrom[i + 1]`. */
  readonly points = {
    entry: [] as number[],
    attemptSeq: [] as number[],
    timeMs: [] as number[],
    epoch: [] as number[],
    step: [] as number[],
    valuesFrom: [0],
    names: [] as MetricName[],
    values: [] as number[],
  };
  readonly journal: JournalRow[] = [];
  /** Lines for the attempt's log, the first at position `from.logLines`, and how many they are. */
  readonly rows: { readonly shared: SharedFields; readonly messages: string[] }[] = [];
  lineCount = 0;
  /** By path: the last one of a path counts. */
  readonly artifacts = new Map<string, ArtifactRow>();
  /** What the last progress event said; null if none did. */
  progress: {
    readonly percentage: number;
    readonly epoch: number | null;
    readonly epochs: number | null;
  } | null = null;
  /** The lines that have no newline yet, as they look after the batch. */
  moving: readonly MovingLine[] = [];
  /** Lines of the trainer's files that it was made of. */
  inputLines = 0;
  finalMetrics: Readonly<Record<string, unknown>> | null = null;
  checkpointPath: string | null = null;

  constructor(from: CursorPlace, reading: ReadingState) {
    this.from = from;
    this.to = from;
    this.reading = reading;
  }

  addPoint(event: MetricEvent, table: MetricNames): void {
    const { points } = this;
    points.entry.push(this.entries);
    points.attemptSeq.push(event.seq);
    points.timeMs.push(event.time);
    points.epoch.push(event.epoch);
    points.step.push(event.step);
    for (const name in event.values) {
      const value = event.values[name];
      points.names.push(table.get(name));
      points.values.push(value === null ? Number.NaN : Number(value));
    }
    points.valuesFrom.push(points.values.length);
    if (event.time < this.earliestPointMs) this.earliestPointMs = event.time;
    if (event.time > this.latestPointMs) this.latestPointMs = event.time;
    this.entries += 1;
  }

  addEvent(
    type: JournalRow['type'],
    attemptSeq: number | null,
    timeMs: number,
    payload: JournalRow['payload'],
    span = 1,
  ): void {
    this.journal.push({ entry: this.entries, type, attemptSeq, timeMs, payload, span });
    this.entries += span;
  }

  addLine({ message, ...shared }: StoredLine, timeMs: number): void {
    this.addLines(shared, [message], timeMs);
  }

  addPlatformLine(level: StoredLine['level'], message: string, timeMs = Date.now()): void {
    const timestamp = new Date(timeMs).toISOString();
    this.addLine({ timestamp, level, source: 'platform', stream: 'platform', message }, timeMs);
  }

  /**
   * Adds lines to the log, at most as many as there is room for in the bucket of the next one. Lines that follow each other, in one bucket
   * of the log, share a row of the journal.
   */
  addLines(shared: SharedFields, messages: string[], timeMs: number): void {
    const start = this.from.logLines + this.lineCount;
    const row = this.rows.at(-1);
    if (row?.shared === shared) row.messages.push(...messages);
    else this.rows.push({ shared, messages });
    this.lineCount += messages.length;
    const last = this.journal.at(-1);
    const joins = last?.type === 'log' && last.entry + last.span === this.entries;
    if (last && joins && roomInBucket(start) < roomInBucket(start - 1)) {
      last.span += messages.length;
      this.entries += messages.length;
    } else {
      this.addEvent('log', null, timeMs, { start }, messages.length);
    }
  }
}

type Result = NonNullable<IngestSummary['result']>;

/** Longer messages stand in the journal whole, and shortened where a run is summed up. */
const longestSummary = 16_384;

/** Brings an event that is no metric into a batch: its place in the journal or log, and what it says of the run. */
export async function noteEvent(
  batch: Batch,
  event: LogEvent | PlainEvent,
  tail: Pick<RunDirectoryTail, 'sizeOf'>,
): Promise<void> {
  const { seq, time } = event;
  if (event.type === 'log') {
    const line: StoredLine = {
      timestamp: new Date(time).toISOString(),
      level: event.level,
      source: 'trainer',
      stream: 'event',
      message: event.message,
      attemptSeq: seq,
      ...(event.context === null ? {} : { context: event.context }),
    };
    batch.addLine(line, time);
    return;
  }
  batch.addEvent(event.type, seq, time, event.data);
  if (event.type === 'progress') noteProgress(batch, event.data);
  else if (event.type === 'result') noteResult(batch, event.data);
  else await noteFile(batch, event, tail);
}

function noteProgress(batch: Batch, data: PlainEvent['data']): void {
  const { epoch, epochs, step, steps } = data as Record<'epoch' | 'epochs' | 'step' | 'steps', number>;
  const percentage = steps === 0 ? 0 : Math.min(100, Math.floor((step / steps) * 100));
  batch.progress = { percentage, epoch, epochs };
}

async function noteFile(
  batch: Batch,
  event: PlainEvent,
  tail: Pick<RunDirectoryTail, 'sizeOf'>,
): Promise<void> {
  const { path, kind, name, mediaType, epoch, step, metrics } = event.data as {
    path: string;
    kind: string;
    name?: string;
    mediaType?: string;
    epoch?: number;
    step?: number;
    metrics?: Record<string, unknown>;
  };
  const isCheckpoint = event.type === 'checkpoint';
  batch.artifacts.set(path, {
    kind: isCheckpoint ? 'checkpoint' : kind,
    name: isCheckpoint ? kind : (name ?? kind),
    path,
    mediaType: mediaType ?? null,
    epoch: isCheckpoint ? (epoch ?? null) : null,
    step: isCheckpoint ? (step ?? null) : null,
    metrics: metrics ?? null,
    sizeBytes: await tail.sizeOf(path),
    timeMs: event.time,
  });
  if (!isCheckpoint) return;
  // To go on from the best one would repeat what the last one has already.
  const known = batch.reading.checkpoint;
  if (kind !== 'last' && known?.kind === 'last') return;
  batch.reading = { ...batch.reading, checkpoint: { path, epoch: epoch ?? 0, step: step ?? 0, kind } };
  batch.checkpointPath = path;
}

function noteResult(batch: Batch, data: PlainEvent['data']): void {
  const { status, metrics, message, cause } = data as Omit<Result, 'message' | 'cause'> & {
    message?: string;
    cause?: string;
  };
  batch.reading = {
    ...batch.reading,
    result: { status, metrics, message: message?.slice(0, longestSummary) ?? null, cause: cause ?? null },
  };
  batch.finalMetrics = metrics;
  if (status === 'completed') {
    const { epoch = null, epochs = null } = batch.progress ?? {};
    batch.progress = { percentage: 100, epoch, epochs };
  }
}
