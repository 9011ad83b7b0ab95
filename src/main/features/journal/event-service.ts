import { type RunEvent, runEventSchema } from '../../../shared/contract/run-readings.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import { readLines } from '../logs/log-lines.ts';
import { pointsBetween } from '../metrics/point-rows.ts';
import { eventsBetween, journalEnd, type StoredEvent } from './journal-rows.ts';
import type { ReadingQuery, RunChanges } from './run-changes.ts';

export interface EventPage {
  readonly events: RunEvent[];
  readonly next: number;
  readonly ended: boolean;
}

const eventType = runEventSchema.shape.type;

/** A run's journal as one row of numbered events: state changes, points, and log lines with their text. */
export class EventService {
  private readonly db;
  private readonly documents;
  private readonly changes;

  constructor(db: Db, documents: Pick<DocumentStore, 'getMany'>, changes: RunChanges) {
    this.db = db;
    this.documents = documents;
    this.changes = changes;
  }

  /** Events after a number; waits for some where there are none. @throws TrainyardError RUN_NOT_FOUND */
  read(query: ReadingQuery): Promise<EventPage> {
    return this.changes.read(
      query,
      () => this.page(query),
      ({ events, ended }) => events.length > 0 || ended,
    );
  }

  private async page({ runId, after, limit }: ReadingQuery): Promise<EventPage> {
    // No transaction is needed: numbers up to `lastSeq` were all committed when it was read, and nothing about them changes any more.
    const { status, lastSeq } = await journalEnd(this.db, runId);
    const last = Math.min(after + limit, lastSeq);
    const next = Math.max(after, last);
    const ended = isEnded(status) && next >= lastSeq;
    if (last <= after) return { events: [], next, ended };
    const [rows, points] = await Promise.all([
      eventsBetween(this.db, runId, after, last),
      pointsBetween(this.db, runId, after + 1, last),
    ]);
    const events = [
      ...(await this.logEvents(rows)),
      ...rows.filter(({ type }) => type !== 'log').map(toEvent),
      ...points.map(({ seq, attempt, attemptSeq, time, epoch, step, values }): RunEvent => {
        const data = { epoch, step, values };
        return { seq, attempt, attemptSeq, time, type: 'metric', data };
      }),
    ];
    const within = events.filter(({ seq }) => seq > after && seq <= last).sort((a, b) => a.seq - b.seq);
    return { events: within, next, ended };
  }

  /** One event for each line. */
  private async logEvents(rows: readonly StoredEvent[]): Promise<RunEvent[]> {
    const spans = rows.flatMap(({ type, seq, attempt, attemptId, payload, span }) =>
      type === 'log' && attemptId !== null
        ? [{ seq, attempt, attemptId, from: Number(payload.start), count: span }]
        : [],
    );
    const texts = await readLines(this.documents, spans);
    return spans.flatMap(({ seq, attempt }, index) =>
      (texts[index] ?? []).map((line, place): RunEvent => {
        const { timestamp: time, level, source, stream, message, context, attemptSeq = null } = line;
        const data = { level, source, stream, message, ...(context === undefined ? {} : { context }) };
        return { seq: seq + place, attempt, attemptSeq, time, type: 'log', data };
      }),
    );
  }
}

function toEvent({ seq, attempt, attemptSeq, time, type, payload }: StoredEvent): RunEvent {
  const known = eventType.parse(type);
  return { seq, attempt, attemptSeq, time, type: known, data: { ...payload } };
}
