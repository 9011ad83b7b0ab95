import { mayTransition, runStatusAfter } from '../../../shared/model/run.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { IngestSummary } from '../ingest/ports.ts';
import { defaultGraceMs, isUnderWay } from './decide.ts';
import type { Following } from './following.ts';
import type { ExitRecord } from './observation.ts';
import { lostOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type AdvanceParts, ingested } from './parts.ts';
import type { AttemptChange, AttemptRow, RunRow } from './ports.ts';
import { moveAttempt, moveRun } from './transitions.ts';

/** How many lines of standard error an ended run shows. */
const shownErrorLines = 20;

/** How an attempt, and its run with it, comes to its end. */
export class AttemptFinisher {
  private readonly parts: AdvanceParts;
  private readonly following: Following;

  constructor(parts: AdvanceParts, following: Following) {
    this.parts = parts;
    this.following = following;
  }

  /** Cancels a run whose trainer was never started. */
  async cancelUnstarted(runId: string): Promise<void> {
    const { work, runs, attempts, notifier } = this.parts;
    failpoint('run.cancel-unstarted.before');
    const cancelled = await work.transaction(async (tx) => {
      const run = await runs.lock(tx, runId);
      if (run?.status !== 'queued' || run.cancelRequestedAt === null) return false;
      const attempt = await attempts.newest(runId, tx);
      const now = new Date();
      if (isUnderWay(attempt)) {
        await moveAttempt(
          this.parts,
          tx,
          attempt,
          'cancelled',
          { cause: 'cancelled', endedAt: now },
          { cause: 'cancelled' },
        );
      }
      await moveRun(
        this.parts,
        tx,
        run,
        'cancelled',
        { completedAt: now, retryWanted: null },
        { cause: 'cancelled' },
      );
      return true;
    });
    if (!cancelled) return;
    failpoint('run.cancel-unstarted.after');
    await notifier.changed(runId);
  }

  /** The supervisor said how the trainer ended. */
  async finish(attempt: AttemptRow, exit: ExitRecord): Promise<void> {
    const { result, checkpoint, errorLines } = await this.lastWords(attempt);
    await this.end(
      attempt,
      outcomeOf(exit, result, errorLines),
      {
        exitCode: exit.exitCode,
        exitSignal: exit.signal,
        endedAt: exit.endedAt,
        startedAt: exit.startedAt,
        ...(checkpoint === null ? {} : { checkpointPath: checkpoint.path }),
      },
      result,
    );
  }

  /**
   * The supervisor is dead and left no word of how the trainer ended.
   * @param fault why its word cannot be read, where there is one
   */
  async markLost(run: RunRow, attempt: AttemptRow, fault?: string): Promise<void> {
    const { executor, ingestion } = this.parts;
    // The trainer ends itself when its supervisor is gone, and writes a last checkpoint: what it writes is waited for.
    await executor.endOrphan(attempt.runDirectory, run.cancelGraceMs ?? defaultGraceMs);
    await ingestion.logLine(
      ingested(attempt),
      'error',
      fault === undefined
        ? 'The trainer’s supervisor was killed: this attempt is lost.'
        : `What the trainer’s supervisor wrote cannot be read (${fault}): this attempt is lost.`,
    );
    const { result, checkpoint, errorLines } = await this.lastWords(attempt);
    const facts = checkpoint === null ? {} : { checkpointPath: checkpoint.path };
    await this.end(attempt, lostOutcome(result, errorLines, fault), facts, result);
  }

  /** Brings in all that the trainer wrote. */
  private async lastWords(attempt: AttemptRow): Promise<IngestSummary & { errorLines: string[] }> {
    failpoint('attempt.drain.before');
    const summary = await this.parts.ingestion.drain(ingested(attempt), { final: true });
    failpoint('attempt.drain.after');
    const errorLines = await this.parts.directories.lastErrorLines(attempt.runDirectory, shownErrorLines);
    return { ...summary, errorLines };
  }

  /** Writes down how an attempt ended, and what that makes of its run. */
  async end(
    attempt: AttemptRow,
    outcome: Outcome,
    facts: Omit<AttemptChange, 'status' | 'cause' | 'message'>,
    result: IngestSummary['result'],
  ): Promise<void> {
    const { work, runs, attempts, notifier } = this.parts;
    const { status, cause } = outcome;
    // PostgreSQL's text holds no NUL; a trainer's standard error may.
    const message = outcome.message?.replaceAll('\0', '') ?? null;
    const runStatus = runStatusAfter(status);
    failpoint('attempt.finish.before');
    const project = await work.transaction(async (tx) => {
      const run = await runs.lock(tx, attempt.runId);
      const newest = await attempts.newest(attempt.runId, tx);
      if (!run || newest?.id !== attempt.id || !isUnderWay(newest)) return null;
      const endedAt = facts.endedAt ?? new Date();
      const why = { cause, ...(message === null ? {} : { message }) };
      const exit = { exitCode: facts.exitCode ?? null, exitSignal: facts.exitSignal ?? null };
      await moveAttempt(
        this.parts,
        tx,
        newest,
        status,
        { ...facts, endedAt, cause, message },
        { ...why, ...exit },
      );
      // A trainer can be over before anybody saw it run.
      if (!mayTransition(run.status, runStatus)) await moveRun(this.parts, tx, run, 'running', {});
      const from = mayTransition(run.status, runStatus) ? run.status : 'running';
      await moveRun(
        this.parts,
        tx,
        { id: run.id, status: from },
        runStatus,
        {
          completedAt: endedAt,
          error: runStatus === 'failed' ? message : null,
          ...(result === null ? {} : { finalMetrics: result.metrics }),
          ...(runStatus === 'completed' ? { progress: 100 } : {}),
        },
        why,
      );
      return run.projectId;
    });
    if (project !== null) failpoint('attempt.finish.after');
    await this.following.leave(attempt);
    await notifier.changed(attempt.runId);
    this.parts.attemptEnded?.(attempt.id);
  }
}
