import { randomUUID } from 'node:crypto';
import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import type { SupervisorRecord } from '../../../shared/model/run-directory.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { PreparedDataset } from '../datasets/dataset-files.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { AttemptFinisher } from './attempt-finisher.ts';
import { type AttemptRow, changeAttemptStatus, insertAttempt, newestAttempt } from './attempt-rows.ts';
import { isUnderWay, type Stop } from './decide.ts';
import type { Workstation } from './ports.ts';
import {
  changeRun,
  changeRunStatus,
  configOf,
  firstQueued,
  lockQueue,
  lockRun,
  type RunRow,
  runsUnderWay,
} from './run-rows.ts';

/** `full`: no slot is free here. `passed`: it waits no more (another engine was quicker), or another run comes first. */
export type Claim = 'claimed' | 'full' | 'passed';

/**
 * Gives a queued run its next attempt on this machine: the intent of starting it, which only this machine then follows. Of all
 * who try, one succeeds.
 */
export async function claimRun(
  { db, machineId, slots, directories }: Pick<Workstation, 'db' | 'machineId' | 'slots' | 'directories'>,
  runId: string,
): Promise<Claim> {
  failpoint('attempt.claim.before');
  const claimed = await db.transaction<Claim>(async (tx) => {
    await lockQueue(tx);
    const run = await lockRun(tx, runId);
    if (run?.status !== 'queued' || run.cancelRequestedAt !== null) return 'passed';
    if ((await firstQueued(tx, run.executor, machineId)) !== runId) return 'passed';
    if ((await runsUnderWay(tx, machineId, run.executor)).length >= slots()) return 'full';
    const newest = await newestAttempt(tx, runId);
    if (isUnderWay(newest)) return 'passed';
    const attempt = (newest?.attempt ?? 0) + 1;
    const from = run.retryWanted?.from ?? null;
    await insertAttempt(tx, {
      id: randomUUID(),
      runId,
      attempt,
      status: 'starting',
      machineId,
      runDirectory: directories.folderOf(runId, attempt),
      resumedFrom: from,
    });
    await changeRun(tx, runId, { retryWanted: null });
    const resumed = from && { resumedFrom: { attempt: from.attempt, epoch: from.epoch, step: from.step } };
    await appendToJournal(tx, runId, attempt, 'attempt', { from: null, to: 'starting', ...resumed });
    return 'claimed';
  });
  if (claimed === 'claimed') failpoint('attempt.claim.after');
  return claimed;
}

/** How an attempt gets from its intent to a trainer that runs. */
export class AttemptStarter {
  private readonly parts: Workstation;
  private readonly finisher: AttemptFinisher;

  constructor(parts: Workstation, finisher: AttemptFinisher) {
    this.parts = parts;
    this.finisher = finisher;
  }

  /** Writes the run directory; answers whether the attempt goes on. */
  async prepare(run: RunRow, attempt: AttemptRow): Promise<boolean> {
    try {
      const config = await configOf(this.parts.db, run.id);
      const { datasetId, version } = config.dataset;
      const { root, lines } = await this.parts.trainingData.prepareForTraining(datasetId, version);
      await this.parts.directories.prepare(
        attempt.runDirectory,
        configOfAttempt(attempt, config, root),
        asText(lines),
      );
      return true;
    } catch (error) {
      // Stores that are away come back, and so does room on the disk; a dataset that is gone does not by waiting.
      if (!(error instanceof TrainyardError) || error.status === 503 || error.status === 507) throw error;
      const message = errorSentence(error);
      await this.finisher.end(attempt, { status: 'failed', cause: 'not_started', message });
      return false;
    }
  }

  /** Starts the supervisor; answers whether the attempt goes on. */
  async start(run: RunRow, attempt: AttemptRow, stop: Stop | null): Promise<boolean> {
    if (stop) await this.parts.directories.askToStop(stop.runDirectory, stop.graceMs);
    await this.parts.ingestion.open(attempt);
    failpoint('attempt.start.before');
    const reason = await this.parts.executor.start(attempt.runDirectory);
    failpoint('attempt.start.after');
    if (reason === null) return true;
    const seen = await this.parts.directories.observe(attempt.runDirectory);
    if (seen.kind !== 'prepared') return true;
    const message = `The supervisor of run "${run.name}" could not be started: ${reason}`;
    await this.finisher.end(attempt, { status: 'failed', cause: 'not_started', message });
    return false;
  }

  /** The trainer runs: records it in the rows. */
  async markRunning(attempt: AttemptRow, { startedAt, trainerPid }: SupervisorRecord): Promise<void> {
    failpoint('attempt.running.before');
    await this.parts.db.transaction(async (tx) => {
      const run = await lockRun(tx, attempt.runId);
      const newest = await newestAttempt(tx, attempt.runId);
      if (!run || newest?.id !== attempt.id || newest.status !== 'starting') return;
      const process = { processId: trainerPid };
      await changeAttemptStatus(tx, newest, 'running', { startedAt, ...process }, process);
      const change = run.startedAt === null ? { startedAt } : {};
      if (run.status === 'queued') await changeRunStatus(tx, run, 'running', change);
    });
    failpoint('attempt.running.after');
    await this.parts.notifier.changed(attempt.runId);
  }
}

/** What `config.json` of a run directory holds (docs/run-directory.md). */
function configOfAttempt(
  { runId, attempt, resumedFrom }: AttemptRow,
  { task, model, dataset: { datasetId, version, ...dataset }, training, resources }: TrainingConfig,
  root: string,
): Readonly<Record<string, unknown>> {
  return {
    ...{ protocol: 1, runId, attempt, task, model },
    dataset: { datasetId, version, root, manifest: 'dataset.jsonl', ...dataset },
    ...{ training, resources },
    resume: resumedFrom && { from: resumedFrom.path, epoch: resumedFrom.epoch, step: resumedFrom.step },
  };
}

function* asText(lines: PreparedDataset['lines']): Iterable<string> {
  for (const line of lines) yield JSON.stringify(line);
}
