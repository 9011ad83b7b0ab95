import { type RunEvent, runEventSchema } from '../../../shared/contract/run-readings.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { LogLines } from '../logs/log-lines.ts';
import type { JournalPage, JournalReader, StoredEvent } from './ports.ts';
import type { RunChanges } from './run-changes.ts';

export interface EventQuery {
  readonly runId: string;
  readonly after: number;
  readonly limit: number;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface EventPage {
  readonly events: RunEvent[];
  readonly next: number;
  readonly ended: boolean;
}

const eventType = runEventSchema.shape.type;

/** A run's journal as one row of numbered events: state changes, points, and log lines with their text. */
export class EventService {
  private readonly journal: JournalReader;
  private readonly lines: LogLines;
  private readonly changes: RunChanges;

  constructor(journal: JournalReader, lines: LogLines, changes: RunChanges) {
    this.journal = journal;
    this.lines = lines;
    this.changes = changes;
  }

  /** Events after a number; waits for some where there are none. @throws TrainyardError RUN_NOT_FOUND */
  read({ runId, after, limit, waitMs, signal }: EventQuery): Promise<EventPage> {
    return this.changes.read(
      runId,
      waitMs,
      () => this.page(runId, after, limit),
      ({ events, ended }) => events.length > 0 || ended,
      signal,
    );
  }

  private async page(runId: string, after: number, limit: number): Promise<EventPage> {
    const page = await this.journal.page(runId, after, limit);
    const last = Math.min(after + limit, page.lastSeq);
    const events = await this.expand(page);
    for (const point of page.points) {
      const { seq, attempt, attemptSeq, epoch, step, values } = point;
      events.push({
        seq,
        attempt,
        attemptSeq,
        time: point.time.toISOString(),
        type: 'metric',
        data: { epoch, step, values },
      });
    }
    const within = events.filter(({ seq }) => seq > after && seq <= last).sort((a, b) => a.seq - b.seq);
    const next = Math.max(after, last);
    return { events: within, next, ended: isEnded(page.status) && next >= page.lastSeq };
  }

  private async expand({ events, attemptIds }: JournalPage): Promise<RunEvent[]> {
    const spans = events.flatMap((event) => {
      const attemptId = attemptIds.get(event.attempt ?? 0);
      return event.type === 'log' && attemptId !== undefined
        ? [{ event, attemptId, from: Number(event.payload.start), count: event.span }]
        : [];
    });
    const texts = await this.lines.read(spans);
    const expanded = spans.flatMap(({ event }, index) => {
      const lines = texts[index] ?? [];
      return lines.map(
        ({ timestamp, level, source, stream, message, context, attemptSeq }, place): RunEvent => ({
          seq: event.seq + place,
          attempt: event.attempt,
          attemptSeq: attemptSeq ?? null,
          time: timestamp,
          type: 'log',
          data: { level, source, stream, message, ...(context === undefined ? {} : { context }) },
        }),
      );
    });
    return [...expanded, ...events.filter(({ type }) => type !== 'log').map(toEvent)];
  }
}

function toEvent({ seq, attempt, attemptSeq, time, type, payload }: StoredEvent): RunEvent {
  return {
    seq,
    attempt,
    attemptSeq,
    time: time.toISOString(),
    type: eventType.parse(type),
    data: { ...payload },
  };
}
