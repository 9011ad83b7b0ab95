import { pause } from '../../platform/waiting.ts';
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
import { Isolation, refusalOf } from './isolation.ts';
import { writeLines } from './line-writer.ts';
import type { RunDirectoryTail } from './run-directory-tail.ts';

/** The least time between two looks at files that grow. It bounds the lag of what is shown before it is committed. */
export const readEveryMs = 15;
/**
 * The least time from one commit to the next while a trainer goes on writing: at a few events a second each is committed at once, at
 * thousands they are committed together.
 */
const commitEveryMs = 50;

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
  /** Batches that are read and not committed. */
  private ahead: readonly Batch[] = [];
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
      readonly committed: (outcome: Committed, latest: Latest, batch: Batch) => void;
      /** Called with all batches that are read and not committed, whenever more was read or they are read anew; not for `drain`. */
      readonly ahead?: (batches: readonly Batch[]) => void;
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
      async () => (await this.pump('follow', () => signal.aborted || this.queued > 1)) !== 'nothing',
    );
  }

  /** Ingests everything in the files. @param final they are finished: a last line without its newline counts */
  async drain(final: boolean): Promise<IngestSummary> {
    return this.exclusively(async () => {
      for (;;) {
        const pumped = await this.pump(final ? 'finish' : 'catch up', () => false);
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
      this.showAhead([]);
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
  private async pump(purpose: Purpose, mustStop: () => boolean): Promise<Pumped> {
    for (;;) {
      try {
        const pumped = await this.pumpOnce(purpose, mustStop);
        if (pumped !== 'done' || !this.isolation.isActive || mustStop()) return pumped;
      } catch (error) {
        this.state = null;
        this.showAhead([]);
        const refusal = refusalOf(error);
        if (refusal === null || !this.isolation.narrow(refusal)) throw error;
      }
    }
  }

  private async pumpOnce(purpose: Purpose, mustStop: () => boolean): Promise<Pumped> {
    const state = await this.readState();
    const final = purpose === 'finish';
    const isFollowed = purpose === 'follow';
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
      const goesOn = !this.isolation.isActive && !mustStop();
      const readsOn = goesOn && !batch.more && isFollowed;
      if (isFollowed && !this.ahead.includes(batch)) this.showAhead([...this.ahead, batch]);
      let reading: Promise<Batch | null> = Promise.resolve(null);
      if (readsOn) reading = this.readOn(state, commit.outcome, mustStop);
      else if (goesOn && batch.more) reading = this.read(state, final);
      const [earlier, following] = await Promise.allSettled([before?.outcome ?? true, reading]);
      if (isTrue(earlier) && following.status === 'fulfilled' && following.value !== null) {
        // It read on until the commit was over: the next one follows on nothing that is under way.
        if (readsOn && !(await commit.outcome)) return 'moved';
        before = readsOn ? null : commit;
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

  /** Reads on until a commit is over and the next one is due, so that what comes is seen meanwhile. Returns all of it as the next batch. */
  private async readOn(
    state: ReadState,
    committing: Promise<boolean>,
    mustStop: () => boolean,
  ): Promise<Batch | null> {
    const nextCommitAt = performance.now() + commitEveryMs;
    const committed = new AbortController();
    const over = () => committed.abort();
    committing.then(over, over);
    let next: Batch | null = null;
    for (;;) {
      const readAt = performance.now();
      let grew: boolean;
      if (next) grew = await state.reader.extend(next);
      else {
        next = await this.read(state, false);
        grew = next !== null;
      }
      if (next && grew) this.showAhead([...this.ahead.filter((batch) => batch !== next), next]);
      const isOver = committed.signal.aborted;
      if (isOver && (next === null || next.more || mustStop() || performance.now() >= nextCommitAt))
        return next;
      await pause(readEveryMs - (performance.now() - readAt), isOver ? undefined : committed.signal);
    }
  }

  private showAhead(batches: readonly Batch[]): void {
    if (batches.length === 0 && this.ahead.length === 0) return;
    this.ahead = batches;
    this.parts.ahead?.(batches);
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
      () => writeLines(documents, this.attempt, batch.from.logLines, batch.rows),
      order,
    );
    if (!outcome) {
      this.state = null;
      this.showAhead([]);
      return false;
    }
    state.place = batch.to;
    state.reading = batch.reading;
    this.isolation.passed();
    this.ahead = this.ahead.filter((one) => one !== batch);
    committed(outcome.run, outcome.latest, batch);
    return true;
  }
}

const isTrue = (settled: PromiseSettledResult<boolean>) => settled.status === 'fulfilled' && settled.value;

/** `follow`: what the files hold and what comes meanwhile; `catch up`: what they hold; `finish`: the same, and nothing will come. */
type Purpose = 'follow' | 'catch up' | 'finish';

/** `nothing` stood in the files; `done`: what stood there is committed; `moved`: somebody else was quicker. */
type Pumped = 'nothing' | 'done' | 'moved';
