import { type MovingLine, roomInBucket, type StoredLine } from '../logs/log-buckets.ts';
import type { MetricName, MetricNames } from '../metrics/metric-columns.ts';
import type { CursorPlace, ReadingState } from './cursor.ts';
import type { MetricEvent, PlainEvent } from './event-line.ts';

/** A row of the journal. The run's number of its first entry is the batch's first number plus `entry`. */
export interface JournalRow {
  readonly entry: number;
  readonly type: PlainEvent['type'] | 'log';
  readonly attemptSeq: number | null;
  readonly timeMs: number;
  /** Of log lines: `start`, the position of the first in the attempt's log. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Entries that the row stands for: lines of a log. */
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

/** Metric points in columns: point i has the values from `valuesFrom[i]` to before `valuesFrom[i + 1]`. */
export interface PointColumns {
  readonly entry: number[];
  readonly attemptSeq: number[];
  readonly timeMs: number[];
  readonly epoch: number[];
  readonly step: number[];
  readonly valuesFrom: number[];
  readonly names: MetricName[];
  readonly values: number[];
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
  readonly points: PointColumns = {
    entry: [],
    attemptSeq: [],
    timeMs: [],
    epoch: [],
    step: [],
    valuesFrom: [0],
    names: [],
    values: [],
  };
  readonly journal: JournalRow[] = [];
  /** Lines for the attempt's log, the first at position `from.logLines`. */
  readonly lines: StoredLine[] = [];
  /** By path: the last one of a path counts. */
  readonly artifacts = new Map<string, ArtifactRow>();
  /** What the last progress event said; null where none did. */
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
    attemptSeq: number,
    timeMs: number,
    payload: JournalRow['payload'],
  ): void {
    this.journal.push({ entry: this.entries, type, attemptSeq, timeMs, payload, span: 1 });
    this.entries += 1;
  }

  /** Adds a line to the log. Lines that follow each other, in one bucket of the log, share a row of the journal. */
  addLine(line: StoredLine, timeMs: number): void {
    const start = this.from.logLines + this.lines.length;
    this.lines.push(line);
    const last = this.journal.at(-1);
    const joins = last?.type === 'log' && last.entry + last.span === this.entries;
    if (last && joins && roomInBucket(start) < roomInBucket(start - 1)) last.span += 1;
    else {
      this.journal.push({
        entry: this.entries,
        type: 'log',
        attemptSeq: null,
        timeMs,
        payload: { start },
        span: 1,
      });
    }
    this.entries += 1;
  }
}
