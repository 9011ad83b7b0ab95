import type { StoredLine } from '../logs/log-buckets.ts';
import type { Batch } from './batch.ts';
import type { LogEvent, PlainEvent } from './event-line.ts';
import type { IngestSummary } from './ports.ts';
import type { RunDirectoryTail } from './tail-port.ts';

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
  switch (event.type) {
    case 'progress':
      noteProgress(batch, event.data);
      return;
    case 'checkpoint':
    case 'artifact':
      await noteFile(batch, event, tail);
      return;
    case 'result':
      noteResult(batch, event.data);
  }
}

function noteProgress(batch: Batch, data: PlainEvent['data']): void {
  const { epoch, epochs, step, steps } = data as {
    epoch: number;
    epochs: number;
    step: number;
    steps: number;
  };
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
  const { status, metrics, message } = data as {
    status: NonNullable<IngestSummary['result']>['status'];
    metrics: Record<string, number | string>;
    message?: string;
  };
  batch.reading = {
    ...batch.reading,
    result: { status, metrics, message: message?.slice(0, longestSummary) ?? null },
  };
  batch.finalMetrics = metrics;
  if (status === 'completed') {
    const { epoch = null, epochs = null } = batch.progress ?? {};
    batch.progress = { percentage: 100, epoch, epochs };
  }
}
