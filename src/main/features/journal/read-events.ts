import { type RunEvent, runEventSchema } from '../../../shared/contract/run-readings.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { runChannel } from '../../stores/pubsub/ports.ts';
import type { ReadingQuery, RunReadings } from '../changes/channel-changes.ts';
import { readLines } from '../logs/log-buckets.ts';
import { pointsBetween } from '../metrics/point-rows.ts';
import { eventsBetween, journalEnd, type StoredEvent } from './journal-rows.ts';

const eventType = runEventSchema.shape.type;

/**
 * A run's journal after a number, as one row of numbered events: state changes, points, and log lines with their text. Waits for some
 * where there are none.
 * @throws TrainyardError RUN_NOT_FOUND
 */
export function readEvents(readings: RunReadings, query: ReadingQuery) {
  return readings.changes.read(
    runChannel(query.runId),
    query,
    () => page(readings, query),
    ({ events, ended }) => events.length > 0 || ended,
  );
}

async function page({ db, documents }: RunReadings, { runId, after, limit }: ReadingQuery) {
  // No transaction is needed: numbers up to `lastSeq` were all committed when it was read, and nothing about them changes any more.
  const { status, lastSeq } = await journalEnd(db, runId);
  const last = Math.min(after + limit, lastSeq);
  const next = Math.max(after, last);
  const ended = isEnded(status) && next >= lastSeq;
  if (last <= after) return { events: [], next, ended };
  const [rows, points] = await Promise.all([
    eventsBetween(db, runId, after, last),
    pointsBetween(db, runId, after + 1, last),
  ]);
  const events = [
    ...(await logEvents(documents, rows)),
    ...rows.filter(({ type }) => type !== 'log').map(toEvent),
    ...points.map(({ seq, attempt, attemptSeq, time, epoch, step, values }): RunEvent => {
      return { seq, attempt, attemptSeq, time, type: 'metric', data: { epoch, step, values } };
    }),
  ];
  const within = events.filter(({ seq }) => seq > after && seq <= last).sort((a, b) => a.seq - b.seq);
  return { events: within, next, ended };
}

/** One event for each line. */
async function logEvents(
  documents: RunReadings['documents'],
  rows: readonly StoredEvent[],
): Promise<RunEvent[]> {
  const spans = rows.flatMap(({ type, seq, attempt, attemptId, payload, span }) =>
    type === 'log' && attemptId !== null
      ? [{ seq, attempt, attemptId, from: Number(payload.start), count: span }]
      : [],
  );
  const texts = await readLines(documents, spans);
  return spans.flatMap(({ seq, attempt }, index) =>
    (texts[index] ?? []).map((line, place): RunEvent => {
      const { timestamp: time, level, source, stream, message, context, attemptSeq = null } = line;
      const data = { level, source, stream, message, ...(context === undefined ? {} : { context }) };
      return { seq: seq + place, attempt, attemptSeq, time, type: 'log', data };
    }),
  );
}

function toEvent({ seq, attempt, attemptSeq, time, type, payload }: StoredEvent): RunEvent {
  const known = eventType.parse(type);
  return { seq, attempt, attemptSeq, time, type: known, data: { ...payload } };
}
