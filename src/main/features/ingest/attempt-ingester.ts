import { TrainyardError } from '../../../shared/errors/error.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { StoredLine } from '../logs/log-buckets.ts';
import { MetricNames } from '../metrics/point-rows.ts';
import { type RollupShape, Rollups } from '../metrics/rollups.ts';
import { AttemptReader, type BatchLimits } from './attempt-reader.ts';
import type { Batch } from './batch.ts';
import type { Latest } from './batch-rows.ts';
import {
  type CursorPlace,
  decodeState,
  type IngestedAttempt,
  type IngestSummary,
  type ReadingState,
} from './cursor.ts';
import type { CommitOrder, Committed, IngestStore, Predecessor } from './ingest-store.ts';
import { writeLines } from './line-writer.ts';
import type { RunDirectoryTail } from './run-directory-tail.ts';

/** What an ingester read last, and the rollups of what it committed. Of no use any more after a failure. */
interface ReadState {
  readonly reader: AttemptReader;
  readonly rollups: Rollups;
  /** What is committed. */
  place: CursorPlace;
  reading: ReadingState;
}

/** A commit under way. */
interface Commit extends Predecessor {
  /** False if somebody else was quicker: then everything is read anew from what is committed. */
  readonly outcome: Promise<boolean>;
}

/** Brings one attempt's files into the stores. Calls follow one another: none begins before the last has ended. */
export class AttemptIngester {
  readonly attempt: IngestedAttempt;
  private readonly tail: RunDirectoryTail;
  private readonly parts;
  private state: ReadState | null = null;
  private readonly isolation: Isolation;
  private queue: Promise<unknown> = Promise.resolve();
  private queued = 0;

  constructor(
    attempt: IngestedAttempt,
    tail: RunDirectoryTail,
    parts: {
      readonly store: Pick<IngestStore, 'load' | 'commit'>;
      readonly documents: DocumentStore;
      readonly shape: RollupShape;
      readonly limits: BatchLimits;
      /** Called after every commit. */
      readonly committed: (outcome: Committed, latest: Latest) => void;
    },
  ) {
    this.attempt = attempt;
    this.tail = tail;
    this.parts = parts;
    this.isolation = new Isolation(parts.limits.lines);
  }

  /** Whether a line without its newline changed and will be reported soon, even if nothing more is written. */
  get hasUnreportedText(): boolean {
    return this.state?.reader.hasUnreportedText ?? false;
  }

  /**
   * Ingests what is in the files. Returns whether there was anything; it may end before all of it is in, if somebody
   * else waits or the signal aborts.
   */
  take(signal: AbortSignal): Promise<boolean> {
    return this.exclusively(
      async () => (await this.pump(false, () => signal.aborted || this.queued > 1)) !== 'nothing',
    );
  }

  /** Ingests everything in the files. @param final they are finished: a last line without its newline counts */
  async drain(final: boolean): Promise<IngestSummary> {
    return this.exclusively(async () => {
      for (;;) {
        const pumped = await this.pump(final, () => false);
        // A file that is still written to need not come to an end.
        if (pumped === 'nothing' || (pumped === 'done' && !final)) break;
      }
      const { place, reading } = await this.readState();
      const { result, events, badLines, checkpoint } = reading;
      const { path, epoch, step } = checkpoint ?? { path: '', epoch: 0, step: 0 };
      return {
        result,
        checkpoint: checkpoint === null ? null : { path, epoch, step },
        events,
        badLines,
        logLines: place.logLines,
      };
    });
  }

  /** Puts a line of the platform's into the log. */
  logLine(level: StoredLine['level'], message: string): Promise<void> {
    return this.exclusively(async () => {
      for (;;) {
        const state = await this.readState();
        const batch = state.reader.logLine(level, message);
        if (batch === null || (await this.commit(state, batch, null).outcome)) return;
      }
    });
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.queue;
  }

  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    this.queued += 1;
    const done = this.queue.then(work).finally(() => {
      this.queued -= 1;
    });
    // After a failure everything is read anew from what is committed.
    this.queue = done.catch(() => {
      this.state = null;
    });
    return done;
  }

  private async readState(): Promise<ReadState> {
    if (this.state) return this.state;
    const { store, shape, limits } = this.parts;
    const place = await store.load(this.attempt);
    const { reading, rollups } = decodeState(place.state);
    const names = new MetricNames(rollups.map(([name]) => name));
    this.state = {
      reader: new AttemptReader(this.tail, names, shape.mostNames, limits, place, reading),
      rollups: new Rollups(shape, rollups),
      place,
      reading,
    };
    return this.state;
  }

  /**
   * Commits batch after batch, until the files' ends were reached once: each is written while the one before is committed and the one
   * after is read. What the data themselves make fail is read again in smaller and smaller batches, until one line is left to be set
   * aside.
   */
  private async pump(final: boolean, mustStop: () => boolean): Promise<Pumped> {
    for (;;) {
      try {
        const pumped = await this.pumpOnce(final, mustStop);
        if (pumped !== 'done' || !this.isolation.isActive || mustStop()) return pumped;
      } catch (error) {
        this.state = null;
        const refusal = refusalOf(error);
        if (refusal === null || !this.isolation.narrow(refusal)) throw error;
      }
    }
  }

  private async pumpOnce(final: boolean, mustStop: () => boolean): Promise<Pumped> {
    const state = await this.readState();
    const first = await this.read(state, final);
    if (!first) {
      this.isolation.end();
      return 'nothing';
    }
    let batch: Batch = first;
    let before: Commit | null = null;
    for (;;) {
      const commit: Commit = this.commit(state, batch, before);
      // While a line is looked for, nothing is read ahead: how much is read depends on what was committed.
      const goesOn = batch.more && !this.isolation.isActive && !mustStop();
      const reading: Promise<Batch | null> = goesOn ? this.read(state, final) : Promise.resolve(null);
      const [earlier, following] = await Promise.allSettled([before?.outcome ?? true, reading]);
      if (isTrue(earlier) && following.status === 'fulfilled' && following.value !== null) {
        before = commit;
        batch = following.value;
        continue;
      }
      // Nothing is under way any more when this ends.
      const [last] = await Promise.allSettled([commit.outcome]);
      const failed = [earlier, last, following].find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      return isTrue(earlier) && isTrue(last) ? 'done' : 'moved';
    }
  }

  private read(state: ReadState, final: boolean): Promise<Batch | null> {
    return state.reader.next({ final, ...this.isolation.reading });
  }

  /** @param before the commit of the batch before, if that is under way */
  private commit(state: ReadState, batch: Batch, before: Commit | null): Commit {
    const lastSeq = Promise.withResolvers<number | null>();
    const outcome = this.commitAfter(state, batch, { before, rolledUp: lastSeq.resolve });
    const committed = outcome.catch(() => false);
    void committed.then(() => lastSeq.resolve(null));
    return { outcome, committed, lastSeq: lastSeq.promise };
  }

  private async commitAfter(state: ReadState, batch: Batch, order: CommitOrder): Promise<boolean> {
    const { store, documents, committed } = this.parts;
    const outcome = await store.commit(
      this.attempt,
      batch,
      state.rollups,
      () => writeLines(documents, this.attempt, batch.from.logLines, batch.lines),
      order,
    );
    if (!outcome) {
      this.state = null;
      return false;
    }
    state.place = batch.to;
    state.reading = batch.reading;
    this.isolation.passed();
    committed(outcome.run, outcome.latest);
    return true;
  }
}

const isTrue = (settled: PromiseSettledResult<boolean>) => settled.status === 'fulfilled' && settled.value;

/** `nothing` stood in the files; `done`: what stood there is committed; `moved`: somebody else was quicker. */
type Pumped = 'nothing' | 'done' | 'moved';

/** Codes of errors that the same data meet again whenever they are tried. */
const refusals = new Set(['INGEST_REFUSED', 'DOCUMENT_INVALID', 'DOCUMENT_TOO_LARGE']);

/**
 * Why data can't be stored, in a few words; null if the error is one that may pass (a database that is away, a full disk): only then
 * is it of use to try again.
 */
export function refusalOf(error: unknown): string | null {
  // What the language itself refuses: a stack, a string or a buffer that would be too large.
  if (error instanceof RangeError) return error.message;
  return error instanceof TrainyardError && refusals.has(error.code) ? error.message : null;
}

/**
 * The search for the line that makes its batch fail: batches are halved until one holds a single line, which is reported instead
 * of kept.
 */
class Isolation {
  private readonly most: number;
  private lines = Number.POSITIVE_INFINITY;
  private refusal: string | null = null;
  private passedInARow = 0;

  /** @param most lines that a batch has where nothing is looked for */
  constructor(most: number) {
    this.most = most;
  }

  get isActive(): boolean {
    return this.lines !== Number.POSITIVE_INFINITY;
  }

  get reading(): { readonly mostLines: number; readonly refusal: string | null } {
    return { mostLines: this.lines, refusal: this.refusal };
  }

  /** A batch was refused. Returns false if it was a refused line's own report: then it is not the line. */
  narrow(refusal: string): boolean {
    this.passedInARow = 0;
    if (this.refusal !== null) {
      this.end();
      return false;
    }
    if (this.lines === 1) this.refusal = refusal;
    else this.lines = Math.max(1, Math.floor(Math.min(this.lines, 3 * this.most) / 2));
    return true;
  }

  /** A batch was committed. */
  passed(): void {
    if (!this.isActive) return;
    this.passedInARow += 1;
    // The refused one is among the next as many lines: where they pass, it was something else.
    if (this.refusal !== null || this.passedInARow > 2) this.end();
  }

  end(): void {
    this.lines = Number.POSITIVE_INFINITY;
    this.refusal = null;
    this.passedInARow = 0;
  }
}
