import type { RunStatus } from '../../../shared/model/run.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import type { StoredPoint } from '../metrics/ports.ts';

/** What others than the trainer write into a run's journal; a trainer's own events come in by ingest. */
export type PlatformEventType = 'state' | 'attempt' | 'config';

/** A run's journal: numbered run-wide 1, 2, 3, … without a gap. */
export interface Journal {
  /**
   * Adds an event in the transaction and answers its number. The run's row stays locked until the transaction ends (numbers
   * are dense because they are given out one writer at a time): ingest waits meanwhile. Locks are taken in the order run,
   * attempt. Once it has committed, publish on `runChannel(runId)`: that wakes the readers that wait.
   * @param attempt the number of the attempt that it is about; null where it is about the run
   * @param data as `runEventSchema` says for the type
   * @throws TrainyardError RUN_NOT_FOUND
   */
  append(
    tx: Tx,
    runId: string,
    attempt: number | null,
    type: PlatformEventType,
    data: Readonly<Record<string, unknown>>,
  ): Promise<number>;
}

/** A row of the journal. Log lines: numbers `seq` to `seq + span - 1`, whose text stands in the log. */
export interface StoredEvent {
  readonly seq: number;
  readonly span: number;
  readonly attempt: number | null;
  readonly attemptSeq: number | null;
  readonly time: Date;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What stands in a part of a run's journal, as of one moment. */
export interface JournalPage {
  readonly status: RunStatus;
  /** The journal's last number. */
  readonly lastSeq: number;
  /** Rows that touch the part, in order. */
  readonly events: readonly StoredEvent[];
  readonly points: readonly StoredPoint[];
  /** Ids by attempt number, of the attempts that these rows are of. */
  readonly attemptIds: ReadonlyMap<number, string>;
}

export interface JournalReader {
  /** Numbers after `after`, up to `after + limit`. @throws TrainyardError RUN_NOT_FOUND */
  page(runId: string, after: number, limit: number): Promise<JournalPage>;
}
