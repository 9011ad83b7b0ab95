import { TrainyardError } from '../../../shared/errors/error.ts';
import { BackOff, pause } from '../../platform/waiting.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import { workflowMetricsSlot, workflowStatusSlot, writeSlot } from '../../stores/cache/keys.ts';
import type { Cache } from '../../stores/cache/ports.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import { type PubSub, runChannel } from '../../stores/pubsub/ports.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { StoredLine } from '../logs/log-buckets.ts';
import type { LivePoints } from '../metrics/live-points.ts';
import { type RollupShape, rollupShape } from '../metrics/rollups.ts';
import { AttemptIngester, readEveryMs } from './attempt-ingester.ts';
import { type BatchLimits, batchLimits } from './attempt-reader.ts';
import type { Latest } from './batch-rows.ts';
import type { IngestedAttempt, IngestSummary } from './cursor.ts';
import type { Committed, IngestStore } from './ingest-store.ts';
import { RunDirectoryTail } from './run-directory-tail.ts';
import { UnfinishedLines } from './unfinished-lines.ts';

const firstPauseMs = 100;
const longestPauseMs = 5000;

interface Following {
  readonly ingester: AttemptIngester;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Ingests run directories into the stores, exactly once even if several engines do it or one is killed: every commit compares the
 * file offsets that it started from.
 */
export class IngestionService {
  private readonly parts;
  private readonly publisher: CommitPublisher;
  private readonly following = new Map<string, Following>();

  constructor(
    parts: PublisherParts & {
      readonly store: IngestStore;
      readonly documents: DocumentStore;
      readonly shape?: RollupShape;
      readonly limits?: BatchLimits;
      /** Who watches runs. Left out: nobody does. */
      readonly livePoints?: LivePoints;
    },
  ) {
    this.parts = parts;
    this.publisher = new CommitPublisher(parts);
  }

  /**
   * Follows an attempt's files, from the call on, until it is closed or finally drained. The files need not be there yet; the
   * attempt's row must. Safe to repeat. A store that fails is tried again, with a pause that grows.
   */
  async open(attempt: IngestedAttempt): Promise<void> {
    if (this.following.has(attempt.id)) return;
    const tail = this.tailOf(attempt);
    const ingester = this.ingester(attempt, tail);
    const stop = new AbortController();
    const ended = this.follow(ingester, tail, stop.signal);
    this.following.set(attempt.id, { ingester, stop, ended });
  }

  /**
   * Ingests everything in the files now; works on open attempts and on others. `final`: the trainer has ended, so a
   * last line without its newline counts as a line too, and the attempt is closed. Safe to repeat.
   * @throws what the stores throw; call it again then
   */
  async drain(attempt: IngestedAttempt, { final = false } = {}): Promise<IngestSummary> {
    const summary = await this.withIngester(attempt, (ingester) => ingester.drain(final));
    if (final) {
      await this.close(attempt.id);
      // Before the run's end is published.
      await this.publisher.settle(attempt.runId);
    }
    return summary;
  }

  /**
   * Puts a line of the platform itself into the attempt's log ("the engine was restarted") and its journal; resolves once
   * it is committed. The platform's last line of an attempt is not written again: repeating it after a kill is harmless.
   */
  async logLine(attempt: IngestedAttempt, level: StoredLine['level'], message: string): Promise<void> {
    await this.withIngester(attempt, (ingester) => ingester.logLine(level, message));
  }

  /** Stops following one attempt, once what it is about to commit is committed. */
  async close(attemptId: string): Promise<void> {
    const found = this.following.get(attemptId);
    if (!found) return;
    // Who asks for it from now on gets an ingester of their own.
    this.following.delete(attemptId);
    found.stop.abort();
    await found.ended;
  }

  /** Stops following all. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.following.keys()].map((attemptId) => this.close(attemptId)));
    await this.publisher.settle();
  }

  private tailOf({ runDirectory }: IngestedAttempt): RunDirectoryTail {
    return new RunDirectoryTail(runDirectory, this.parts.log);
  }

  private ingester(attempt: IngestedAttempt, tail: RunDirectoryTail): AttemptIngester {
    const { store, documents, shape = rollupShape, limits = batchLimits } = this.parts;
    const watched = () => this.parts.livePoints?.get(attempt.runId);
    return new AttemptIngester(attempt, tail, {
      ...{ store, documents, shape, limits },
      ahead: (batches) => watched()?.showAhead(attempt, batches),
      committed: (outcome, latest, batch) => {
        // Before it is published: who is woken by that finds it here.
        watched()?.committed(attempt, batch, outcome.lastSeq);
        this.publisher.committed(attempt, outcome, latest);
      },
    });
  }

  private async withIngester<Result>(
    attempt: IngestedAttempt,
    work: (ingester: AttemptIngester) => Promise<Result>,
  ): Promise<Result> {
    const found = this.following.get(attempt.id);
    if (found) return work(found.ingester);
    await using tail = this.tailOf(attempt);
    return await work(this.ingester(attempt, tail));
  }

  /** Never rejects. */
  private async follow(
    ingester: AttemptIngester,
    tail: RunDirectoryTail,
    signal: AbortSignal,
  ): Promise<void> {
    const { id: attemptId } = ingester.attempt;
    const backOff = new BackOff(firstPauseMs, longestPauseMs);
    try {
      while (!signal.aborted) {
        const start = performance.now();
        try {
          const any = await ingester.take(signal);
          backOff.reset();
          if (any) await pause(readEveryMs - (performance.now() - start), signal);
          else if (ingester.hasUnreportedText) await pause(UnfinishedLines.commitIntervalMs, signal);
          else await tail.changed(signal);
        } catch (error) {
          if (error instanceof TrainyardError && error.code === 'RUN_NOT_FOUND') {
            this.following.delete(attemptId);
            this.parts.log.warn({ attemptId }, 'the attempt is gone, and is followed no longer');
            return;
          }
          const pauseMs = backOff.next();
          this.parts.log.warn({ err: error, attemptId, pauseMs }, 'ingest failed and is tried again');
          await pause(pauseMs, signal);
        }
      }
    } finally {
      await ingester.idle();
      await tail[Symbol.asyncDispose]();
    }
  }
}

/** The least time between two writes of a run's state into the cache. */
const cacheEveryMs = 500;
/** Values in a message take at most so many characters: a message has at most 7,000 bytes. */
const longestValues = 5000;

interface RunState {
  committed: Committed;
  latest: Latest;
  publishing: boolean;
  /** Something came that is not published yet. */
  unpublished: boolean;
  caching: NodeJS.Timeout | undefined;
  written: Promise<void>;
}

interface PublisherParts {
  readonly pubSub: PubSub;
  readonly cache: Cache;
  readonly changes: ChangeFeed;
  readonly log: Pick<WorkLog, 'warn'>;
}

/**
 * Publishes every commit to the readers that wait, and keeps the cache's view of a run. All of it happens beside ingest: what fails
 * here is logged, and found by readers when their wait is over.
 */
class CommitPublisher {
  private readonly parts: PublisherParts;
  private readonly runs = new Map<string, RunState>();

  constructor(parts: PublisherParts) {
    this.parts = parts;
  }

  /** A batch was committed. While one message is on its way, only the newest of those that follow is kept. */
  committed({ runId }: IngestedAttempt, committed: Committed, latest: Latest): void {
    const state = this.runs.get(runId) ?? {
      ...{ committed, latest, publishing: false, unpublished: true },
      ...{ caching: undefined, written: Promise.resolve() },
    };
    this.runs.set(runId, Object.assign(state, { committed, latest, unpublished: true }));
    if (!state.publishing) void this.publish(runId, state);
    state.caching ??= setTimeout(() => void this.writeNow(runId, state), cacheEveryMs);
  }

  /** Writes what is not written yet of a run (of all, where none is named) and forgets it. Never rejects. */
  async settle(runId?: string): Promise<void> {
    const runIds = runId === undefined ? [...this.runs.keys()] : [runId];
    await Promise.all(runIds.map((id) => this.settleOne(id)));
  }

  private async settleOne(runId: string): Promise<void> {
    const state = this.runs.get(runId);
    if (!state) return;
    this.runs.delete(runId);
    if (state.caching) await this.writeNow(runId, state);
    await state.written;
  }

  private async publish(runId: string, state: RunState): Promise<void> {
    state.publishing = true;
    while (state.unpublished) {
      state.unpublished = false;
      const { status, progress, currentEpoch, lastSeq } = state.committed;
      const data = { status, progress, currentEpoch, metrics: fitting(state.latest), seq: lastSeq };
      try {
        await this.parts.pubSub.publish(runChannel(runId), { type: 'training_progress', data });
      } catch (error) {
        this.parts.log.warn({ err: error, runId }, 'a run’s progress could not be published');
      }
    }
    state.publishing = false;
  }

  private writeNow(runId: string, state: RunState): Promise<void> {
    clearTimeout(state.caching);
    state.caching = undefined;
    this.parts.changes.changed('run', runId);
    const { status, progress, currentEpoch } = state.committed;
    const metrics = { ...state.latest };
    state.written = state.written.then(async () => {
      try {
        await writeSlot(this.parts.cache, workflowStatusSlot(runId), {
          status,
          progress,
          currentEpoch,
          metrics,
        });
        await writeSlot(this.parts.cache, workflowMetricsSlot(runId), metrics);
      } catch (error) {
        this.parts.log.warn({ err: error, runId }, 'a run’s state could not be cached');
      }
    });
    return state.written;
  }
}

/** As many values as fit into a message. */
function fitting(latest: Latest): Record<string, number | string> {
  const kept: [string, number | string][] = [];
  let length = 0;
  for (const [name, value] of Object.entries(latest)) {
    length += name.length + 30;
    if (length > longestValues) break;
    kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
