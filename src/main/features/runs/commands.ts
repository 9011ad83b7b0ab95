import type { RunSummary } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { runRequests } from '../../../shared/errors/runs.ts';
import { statusWords } from '../../../shared/format/status.ts';
import { isEnded, possibleActions } from '../../../shared/model/run.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db } from '../../postgres/db.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import { checkpointsOf, newestAttempt } from './attempt-rows.ts';
import { isUnderWay } from './decide.ts';
import type { RunDirectories } from './ports.ts';
import { configOf, scriptOf } from './run-config-rows.ts';
import type { RunNotifier } from './run-notifier.ts';
import { runSummaries } from './run-queries.ts';
import {
  type Checkpoint,
  changeRun,
  changeRunStatus,
  findRun,
  lockRun,
  lockSources,
  type RetryWanted,
  type RunRow,
} from './run-rows.ts';

/** What a person asks of a run that exists. Each command writes an intent; `advance` does the rest. */
export class RunCommands {
  private readonly parts;

  constructor(parts: {
    readonly db: Db;
    readonly directories: Pick<RunDirectories, 'checkpointFault'>;
    readonly notifier: RunNotifier;
    readonly audit: RecordAudit;
    readonly machineId: string;
  }) {
    this.parts = parts;
  }

  /**
   * Stops a run: one that waits is cancelled at once, a trainer gets `graceMs` to end by itself, counted from when its
   * supervisor first receives the request.
   * @throws TrainyardError RUN_NOT_FOUND, CONFLICT where it is over
   */
  async cancel(userId: string, runId: string, graceMs: number): Promise<RunSummary> {
    failpoint('run.cancel.before');
    const refused = await this.parts.db.transaction(async (tx) => {
      const run = there(await lockRun(tx, runId), runId);
      if (isEnded(run.status)) return run;
      const now = new Date();
      const attempt = await newestAttempt(tx, runId);
      const grace = Math.min(graceMs, run.cancelGraceMs ?? graceMs);
      const change = { cancelRequestedAt: run.cancelRequestedAt ?? now, cancelGraceMs: grace };
      if (!isUnderWay(attempt)) {
        const over = { ...change, completedAt: now, retryWanted: null };
        await changeRunStatus(tx, run, 'cancelled', over, { cause: 'cancelled' });
        return null;
      }
      await changeRun(tx, runId, change);
      await appendToJournal(tx, runId, attempt.attempt, 'attempt', {
        from: attempt.status,
        to: attempt.status,
        cause: 'cancel_requested',
        graceMs: grace,
      });
      return null;
    });
    if (refused) throw notPossible(refused, 'cancel', await this.hasCheckpoint(runId));
    failpoint('run.cancel.after');
    return this.changed(userId, 'workflow.cancel', runId, { graceMs });
  }

  /**
   * A further attempt that goes on from the last checkpoint whose file is whole.
   * @throws TrainyardError RUN_NOT_FOUND, CONFLICT where it is not over or completed, RUN_CHECKPOINT_MISSING, RUN_DATASET_REMOVED
   */
  async resume(userId: string, runId: string): Promise<RunSummary> {
    const run = there(await findRun(this.parts.db, runId), runId);
    if (!isEnded(run.status) || run.status === 'completed') {
      throw notPossible(run, 'resume', await this.hasCheckpoint(runId));
    }
    const from = await this.usableCheckpoint(run);
    await this.again(run, {
      kind: 'resume',
      at: new Date().toISOString(),
      from,
      machineId: this.parts.machineId,
    });
    const { attempt, epoch, step } = from;
    return this.changed(userId, 'workflow.resume', runId, { attempt, epoch, step });
  }

  /** A further attempt from the start. @throws TrainyardError RUN_NOT_FOUND, CONFLICT where it is not over, RUN_DATASET_REMOVED, RUN_CONFIG_OUTDATED */
  async retry(userId: string, runId: string): Promise<RunSummary> {
    const run = there(await findRun(this.parts.db, runId), runId);
    await this.again(run, { kind: 'retry', at: new Date().toISOString() });
    return this.changed(userId, 'workflow.retry', runId, {});
  }

  /** Into the bin. @throws TrainyardError RUN_NOT_FOUND, CONFLICT where it is not over */
  async remove(userId: string, runId: string): Promise<{ id: string }> {
    failpoint('run.remove.before');
    const run = await this.parts.db.transaction(async (tx) => {
      const found = there(await lockRun(tx, runId), runId);
      if (!isEnded(found.status)) throw notPossible(found, 'remove', false);
      await changeRun(tx, runId, { deletedAt: new Date() });
      return found;
    });
    failpoint('run.remove.after');
    this.parts.notifier.projectChanged(run.projectId);
    await this.parts.notifier.changed(runId);
    const resource = { type: 'workflow', id: runId };
    await this.parts.audit({ userId, action: 'workflow.remove', resource, before: { name: run.name } });
    return { id: runId };
  }

  private async again(run: RunRow, retryWanted: RetryWanted): Promise<void> {
    const isFresh = retryWanted.kind === 'retry';
    const { db } = this.parts;
    const isScript = (await scriptOf(db, run.id)) !== null;
    const datasetId = isScript ? null : (await configOf(db, run.id)).dataset.datasetId;
    failpoint('run.again.before');
    const refused = await this.parts.db.transaction(async (tx) => {
      const found = there(await lockRun(tx, run.id), run.id);
      const isPossible = isEnded(found.status) && (isFresh || found.status !== 'completed');
      if (!isPossible) return found;
      // Neither may go into the bin while a run that uses it is queued.
      const gone = await lockSources(tx, run.projectId, datasetId);
      if (gone === 'project') throw fault('RUN_NOT_FOUND', { run: run.id });
      if (gone === 'dataset') throw fault('RUN_DATASET_REMOVED', { name: run.name });
      await changeRunStatus(
        tx,
        found,
        'queued',
        {
          retryWanted,
          queuedAt: new Date(),
          cancelRequestedAt: null,
          cancelGraceMs: null,
          completedAt: null,
          errorMessage: null,
          finalMetrics: null,
          ...(isFresh ? { progressPercentage: 0, currentEpoch: null } : {}),
        },
        { cause: retryWanted.kind },
      );
      return null;
    });
    if (refused) throw notPossible(refused, retryWanted.kind, await this.hasCheckpoint(run.id));
    failpoint('run.again.after');
  }

  private async usableCheckpoint(run: RunRow): Promise<Checkpoint> {
    const faults: string[] = [];
    for (const checkpoint of await checkpointsOf(this.parts.db, run.id, this.parts.machineId)) {
      const damage = await this.parts.directories.checkpointFault(checkpoint.path);
      if (damage === null) return checkpoint;
      faults.push(damage);
    }
    const none = {
      en: 'none of its attempts on this machine wrote one',
      ko: '이 컴퓨터에서 저장된 것이 없습니다',
    };
    const why = faults.length === 0 ? none : faults.join('; ');
    throw fault('RUN_CHECKPOINT_MISSING', { name: run.name, why });
  }

  private async hasCheckpoint(runId: string): Promise<boolean> {
    return (await checkpointsOf(this.parts.db, runId, this.parts.machineId)).length > 0;
  }

  private async changed(
    userId: string,
    action: string,
    runId: string,
    after: Record<string, unknown>,
  ): Promise<RunSummary> {
    const [found] = await runSummaries(this.parts.db, [runId]);
    const summary = there(found, runId);
    await this.parts.notifier.changed(runId);
    await this.parts.notifier.requestMove(runId);
    await this.parts.audit({ userId, action, resource: { type: 'workflow', id: runId }, after });
    return summary;
  }
}

function there<Found>(found: Found | null | undefined, runId: string): Found {
  if (!found) throw fault('RUN_NOT_FOUND', { run: runId });
  return found;
}

/** What was asked does not fit the run's state; the hint says what does. */
function notPossible(
  { name, status }: RunRow,
  wanted: keyof typeof runRequests,
  hasCheckpoint: boolean,
): TrainyardError {
  const possible = possibleActions(status, hasCheckpoint).join(', ');
  return fault('CONFLICT', { name, status: statusWords[status], wanted: runRequests[wanted], possible });
}
