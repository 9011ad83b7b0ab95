import { defaultGraceMs, mayTransition, runStatusAfter } from '../../../shared/model/run.ts';
import type { ExitRecord } from '../../../shared/model/run-directory.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { IngestSummary } from '../ingest/cursor.ts';
import { type AttemptChange, type AttemptRow, changeAttemptStatus, newestAttempt } from './attempt-rows.ts';
import { isUnderWay } from './decide.ts';
import { lostOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { executorOf, type Workstation } from './ports.ts';
import { scriptOf } from './run-config-rows.ts';
import { changeRunStatus, lockRun, type RunRow } from './run-rows.ts';

/** How many lines of standard error an ended run shows. */
const shownErrorLines = 20;

/** How an attempt, and its run with it, comes to its end. */
export class AttemptFinisher {
  private readonly parts: Workstation;
  private readonly unfollow: (attempt: AttemptRow) => Promise<void>;

  /** @param unfollow stops watching and reading an attempt */
  constructor(parts: Workstation, unfollow: (attempt: AttemptRow) => Promise<void>) {
    this.parts = parts;
    this.unfollow = unfollow;
  }

  /** Cancels a run whose trainer was never started. */
  async cancelUnstarted(runId: string): Promise<void> {
    failpoint('run.cancel-unstarted.before');
    const cancelled = await this.parts.db.transaction(async (tx) => {
      const run = await lockRun(tx, runId);
      if (run?.status !== 'queued' || run.cancelRequestedAt === null) return false;
      const attempt = await newestAttempt(tx, runId);
      const now = new Date();
      const why = { cause: 'cancelled' };
      if (isUnderWay(attempt))
        await changeAttemptStatus(tx, attempt, 'cancelled', { endCause: 'cancelled', endedAt: now }, why);
      await changeRunStatus(tx, run, 'cancelled', { completedAt: now, retryWanted: null }, why);
      return true;
    });
    if (!cancelled) return;
    failpoint('run.cancel-unstarted.after');
    await this.parts.notifier.changed(runId);
  }

  /** The supervisor recorded how the trainer ended. */
  async finish(run: RunRow, attempt: AttemptRow, exit: ExitRecord): Promise<void> {
    await executorOf(this.parts, run).clear(attempt.runDirectory);
    const { result, checkpoint, errorLines } = await this.drain(attempt);
    const { exitCode, signal: exitSignal, endedAt, startedAt } = exit;
    const facts = { exitCode, exitSignal, endedAt, startedAt, checkpointPath: checkpoint?.path };
    const isScript = (await scriptOf(this.parts.db, attempt.runId)) !== null;
    await this.end(attempt, outcomeOf(exit, result, errorLines, { isScript }), facts, result);
  }

  /**
   * The supervisor is dead and left no record of how the trainer ended.
   * @param fault why its record cannot be read, where there is one
   */
  async markLost(run: RunRow, attempt: AttemptRow, fault?: string): Promise<void> {
    // The trainer ends itself when its supervisor is gone, and writes a last checkpoint: what it writes is waited for.
    const executor = executorOf(this.parts, run);
    await executor.endOrphan(attempt.runDirectory, run.cancelGraceMs ?? defaultGraceMs);
    await executor.clear(attempt.runDirectory);
    await this.parts.ingestion.logLine(
      attempt,
      'error',
      fault === undefined
        ? 'The trainer’s supervisor was killed: this attempt is lost.'
        : `What the trainer’s supervisor wrote cannot be read (${fault}): this attempt is lost.`,
    );
    const { result, checkpoint, errorLines } = await this.drain(attempt);
    await this.end(
      attempt,
      lostOutcome(result, errorLines, fault),
      { checkpointPath: checkpoint?.path },
      result,
    );
  }

  /** Brings in all that the trainer wrote. */
  private async drain(attempt: AttemptRow): Promise<IngestSummary & { errorLines: string[] }> {
    failpoint('attempt.drain.before');
    const summary = await this.parts.ingestion.drain(attempt, { final: true });
    failpoint('attempt.drain.after');
    const errorLines = await this.parts.directories.lastErrorLines(attempt.runDirectory, shownErrorLines);
    return { ...summary, errorLines };
  }

  /** Writes down how an attempt ended, and what that makes of its run. */
  async end(
    attempt: AttemptRow,
    outcome: Outcome,
    facts: Omit<AttemptChange, 'endCause' | 'message'> = {},
    result: IngestSummary['result'] = null,
  ): Promise<void> {
    const { status, cause } = outcome;
    // PostgreSQL's text holds no NUL; a trainer's standard error may.
    const message = outcome.message?.replaceAll('\0', '') ?? null;
    const runStatus = runStatusAfter(status);
    failpoint('attempt.finish.before');
    const ended = await this.parts.db.transaction(async (tx) => {
      const run = await lockRun(tx, attempt.runId);
      const newest = await newestAttempt(tx, attempt.runId);
      if (!run || newest?.id !== attempt.id || !isUnderWay(newest)) return false;
      const { exitCode = null, exitSignal = null, endedAt = new Date() } = facts;
      const why = { cause, ...(message === null ? {} : { message }) };
      const change = { ...facts, endedAt, endCause: cause, message };
      await changeAttemptStatus(tx, newest, status, change, { ...why, exitCode, exitSignal });
      // A trainer can be over before anybody saw it run.
      const isDirect = mayTransition(run.status, runStatus);
      if (!isDirect) await changeRunStatus(tx, run, 'running', {});
      await changeRunStatus(
        tx,
        { id: run.id, status: isDirect ? run.status : 'running' },
        runStatus,
        {
          completedAt: endedAt,
          errorMessage: runStatus === 'failed' ? message : null,
          ...(result === null ? {} : { finalMetrics: result.metrics }),
          ...(runStatus === 'completed' ? { progressPercentage: 100 } : {}),
        },
        why,
      );
      return true;
    });
    if (ended) failpoint('attempt.finish.after');
    await this.unfollow(attempt);
    await this.parts.notifier.changed(attempt.runId);
    this.parts.attemptEnded?.(attempt.id);
  }
}
