import { TrainyardError } from '../../../shared/errors/error.ts';
import type { StoredLine } from '../logs/log-buckets.ts';
import { AttemptIngester, type IngesterParts } from './attempt-ingester.ts';
import { MovingLines } from './moving-lines.ts';
import type { IngestedAttempt, Ingestion, IngestLog, IngestSummary } from './ports.ts';
import type { RunDirectoryFiles, RunDirectoryTail } from './tail-port.ts';

export interface IngestionParts extends IngesterParts {
  readonly files: RunDirectoryFiles;
  /** What of a run (of all, where none is named) is told by and by is told now. Never rejects. */
  readonly settle?: (runId?: string) => Promise<void>;
  readonly log: IngestLog;
}

/**
 * The least time between two looks at files that grow: at a few events a second each is committed at once, at thousands they
 * are committed together. It bounds the lag from above, too.
 */
const cadenceMs = 15;
const firstPauseMs = 100;
const longestPauseMs = 5000;

interface Following {
  readonly ingester: AttemptIngester;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Ingests the attempts that it is told to follow, each on its own. */
export class IngestionService implements Ingestion {
  private readonly parts: IngestionParts;
  private readonly following = new Map<string, Following>();

  constructor(parts: IngestionParts) {
    this.parts = parts;
  }

  async open(attempt: IngestedAttempt): Promise<void> {
    if (this.following.has(attempt.attemptId)) return;
    const tail = this.parts.files.open(attempt.runDirectory);
    const ingester = new AttemptIngester(attempt, tail, this.parts);
    const stop = new AbortController();
    const ended = this.follow(ingester, tail, stop.signal);
    this.following.set(attempt.attemptId, { ingester, stop, ended });
  }

  async drain(attempt: IngestedAttempt, { final = false } = {}): Promise<IngestSummary> {
    const summary = await this.withIngester(attempt, (ingester) => ingester.drain(final));
    if (final) {
      await this.close(attempt.attemptId);
      // Before whoever ends the run says how it ended.
      await this.parts.settle?.(attempt.runId);
    }
    return summary;
  }

  async logLine(attempt: IngestedAttempt, level: StoredLine['level'], message: string): Promise<void> {
    await this.withIngester(attempt, (ingester) => ingester.logLine(level, message));
  }

  async close(attemptId: string): Promise<void> {
    const found = this.following.get(attemptId);
    if (!found) return;
    // Who asks for it from now on gets an ingester of their own.
    this.following.delete(attemptId);
    found.stop.abort();
    await found.ended;
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.following.keys()].map((attemptId) => this.close(attemptId)));
    await this.parts.settle?.();
  }

  private async withIngester<Result>(
    attempt: IngestedAttempt,
    work: (ingester: AttemptIngester) => Promise<Result>,
  ): Promise<Result> {
    const found = this.following.get(attempt.attemptId);
    if (found) return work(found.ingester);
    await using tail = this.parts.files.open(attempt.runDirectory);
    return await work(new AttemptIngester(attempt, tail, this.parts));
  }

  /** Never rejects. */
  private async follow(
    ingester: AttemptIngester,
    tail: RunDirectoryTail,
    signal: AbortSignal,
  ): Promise<void> {
    const { attemptId } = ingester.attempt;
    let pauseMs = firstPauseMs;
    try {
      while (!signal.aborted) {
        const start = performance.now();
        try {
          const any = await ingester.take(signal);
          pauseMs = firstPauseMs;
          if (any) await pause(cadenceMs - (performance.now() - start), signal);
          else if (ingester.isMoving) await pause(MovingLines.everyMs, signal);
          else await tail.changed(signal);
        } catch (error) {
          if (error instanceof TrainyardError && error.code === 'RUN_NOT_FOUND') {
            this.following.delete(attemptId);
            this.parts.log.warn({ attemptId }, 'the attempt is gone, and is followed no longer');
            return;
          }
          this.parts.log.warn({ err: error, attemptId, pauseMs }, 'ingest failed and is tried again');
          await pause(pauseMs, signal);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        }
      }
    } finally {
      await ingester.idle();
      await tail[Symbol.asyncDispose]();
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
