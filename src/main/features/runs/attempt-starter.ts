import { randomUUID } from 'node:crypto';
import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import type { SupervisorRecord } from '../../../shared/model/run-directory.ts';
import type { Script } from '../../../shared/model/script-schema.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { PreparedDataset } from '../datasets/dataset-files.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { AttemptFinisher } from './attempt-finisher.ts';
import {
  type AttemptRow,
  cardsInUse,
  changeAttemptStatus,
  insertAttempt,
  newestAttempt,
  setCards,
} from './attempt-rows.ts';
import { cardsOfKind, checkCards } from './cards.ts';
import { isUnderWay, type Stop } from './decide.ts';
import { type Executor, executorOf, type RunConfig, type Workstation } from './ports.ts';
import { configOf, scriptOf, weightsOf } from './run-config-rows.ts';
import {
  changeRun,
  changeRunStatus,
  findRun,
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
  {
    db,
    machineId,
    slots,
    directories,
    executors,
  }: Pick<Workstation, 'db' | 'machineId' | 'slots' | 'directories' | 'executors'>,
  runId: string,
): Promise<Claim> {
  failpoint('attempt.claim.before');
  const claimed = await db.transaction<Claim>(async (tx) => {
    await lockQueue(tx);
    const run = await lockRun(tx, runId);
    if (run?.status !== 'queued' || run.cancelRequestedAt !== null) return 'passed';
    if ((await firstQueued(tx, [...executors.keys()], machineId)) !== runId) return 'passed';
    if ((await runsUnderWay(tx, machineId)).length >= slots()) return 'full';
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
      gpuUuids: [],
    });
    await changeRun(tx, runId, { retryWanted: null });
    const resumed = from && { resumedFrom: { attempt: from.attempt, epoch: from.epoch, step: from.step } };
    await appendToJournal(tx, runId, attempt, 'attempt', { from: null, to: 'starting', ...resumed });
    return 'claimed';
  });
  if (claimed === 'claimed') failpoint('attempt.claim.after');
  return claimed;
}

const lookForCancelEveryMs = 1000;

/** How an attempt gets from its intent to a trainer that runs. */
export class AttemptStarter {
  private readonly parts: Workstation;
  private readonly finisher: AttemptFinisher;

  constructor(parts: Workstation, finisher: AttemptFinisher) {
    this.parts = parts;
    this.finisher = finisher;
  }

  /** Makes what the executor needs, and writes the run directory; answers whether the attempt goes on. */
  async prepare(run: RunRow, attempt: AttemptRow, signal: AbortSignal): Promise<boolean> {
    const { db, directories, trainingData, pretrained } = this.parts;
    try {
      const executor = executorOf(this.parts, run);
      const script = await scriptOf(db, run.id);
      if (script) {
        await this.prepareScript(attempt, script);
        return true;
      }
      const config = await configOf(db, run.id);
      const weights = await weightsOf(db, run.id);
      if (!(await this.setUp(executor, config.model, attempt, signal))) return true;
      const { datasetId, version } = config.dataset;
      const data = await trainingData.prepareForTraining(datasetId, version);
      const gpuUuids = await this.chooseCards(attempt, config.resources);
      const files = data.lines.map(({ file }) => file);
      const pretrainedWeights = weights ? await pretrained.locate(weights) : config.model.pretrainedWeights;
      const model = { ...config.model, pretrainedWeights };
      const own = configOfAttempt(attempt, { ...config, model }, data);
      const placed = await executor.place(attempt.runDirectory, own, { gpuUuids, files });
      await directories.prepare(attempt.runDirectory, placed.config, {
        lines: asText(data.lines),
        openAnnotations: data.openAnnotations,
        container: placed.container,
      });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      // Stores that are away come back, and so does room on the disk; a dataset that is gone does not by waiting.
      if (!(error instanceof TrainyardError) || error.status === 503 || error.status === 507) throw error;
      const message = errorSentence(error);
      await this.finisher.end(attempt, { status: 'failed', cause: 'not_started', message });
      return false;
    }
  }

  private async prepareScript({ runId, attempt, runDirectory }: AttemptRow, script: Script): Promise<void> {
    // It may have been moved since the run was made.
    await this.parts.checkScript(script);
    const config = { protocol: 1, runId, attempt, script };
    const noData = { lines: [], openAnnotations: null, container: null };
    await this.parts.directories.prepare(runDirectory, config, noData);
  }

  /**
   * The cards of an attempt, written down before it is started: those that no other attempt here has, else those that the fewest have.
   * @throws TrainyardError GPUS_TOO_FEW
   */
  private async chooseCards(
    attempt: AttemptRow,
    resources: TrainingConfig['resources'],
  ): Promise<readonly string[]> {
    if (resources.gpuCount === 0) return [];
    const { db, cards, machineId } = this.parts;
    const there = await cards();
    checkCards(resources, there);
    return db.transaction(async (tx) => {
      await lockQueue(tx);
      const used = await cardsInUse(tx, machineId, attempt.id);
      const users = (uuid: string) => used.filter((one) => one === uuid).length;
      const uuids = cardsOfKind(there, resources.gpuType)
        .map(({ uuid }) => uuid)
        .sort((one, other) => users(one) - users(other))
        .slice(0, resources.gpuCount);
      await setCards(tx, attempt.id, uuids);
      return uuids;
    });
  }

  /**
   * Makes what the executor needs, with its progress in the run's log.
   * @returns false where the run is to be stopped: the next look at it finds that out
   */
  private async setUp(
    executor: Executor,
    model: TrainingConfig['model'],
    attempt: AttemptRow,
    closed: AbortSignal,
  ): Promise<boolean> {
    const { db, ingestion } = this.parts;
    const stopped = new AbortController();
    const look = setInterval(() => {
      findRun(db, attempt.runId).then(
        (run) => run?.cancelRequestedAt != null && stopped.abort(),
        // Stores that are away come back; until then nobody can cancel either.
        () => undefined,
      );
    }, lookForCancelEveryMs);
    let logged = Promise.resolve();
    const report = (line: string) => {
      logged = logged.then(() => ingestion.logLine(attempt, 'info', line));
      // Awaited below.
      logged.catch(() => undefined);
    };
    try {
      await executor.setUp(model, report, AbortSignal.any([closed, stopped.signal]));
      return true;
    } catch (error) {
      if (stopped.signal.aborted) return false;
      throw error;
    } finally {
      clearInterval(look);
      await logged;
    }
  }

  /** Starts the supervisor; answers whether the attempt goes on. */
  async start(run: RunRow, attempt: AttemptRow, stop: Stop | null): Promise<boolean> {
    if (stop) await this.parts.directories.askToStop(stop.runDirectory, stop.graceMs);
    await this.parts.ingestion.open(attempt);
    failpoint('attempt.start.before');
    const reason = await executorOf(this.parts, run).start(attempt.runDirectory, attempt.gpuUuids);
    failpoint('attempt.start.after');
    if (reason === null) return true;
    const seen = await this.parts.directories.observe(attempt.runDirectory);
    if (seen.kind !== 'prepared') return true;
    const message = `The supervisor of run "${run.name}" could not be started: ${reason}`;
    await this.finisher.end(attempt, { status: 'failed', cause: 'not_started', message });
    return false;
  }

  /** Gives a trainer whose supervisor was killed another one; answers whether it goes on. */
  async adopt(run: RunRow, attempt: AttemptRow): Promise<boolean> {
    if (!(await executorOf(this.parts, run).adopt(attempt.runDirectory))) return false;
    const line = 'The supervisor of this attempt was killed: another one goes on with its container.';
    await this.parts.ingestion.logLine(attempt, 'warning', line);
    return true;
  }

  /** The trainer runs: records it in the rows. */
  async markRunning(attempt: AttemptRow, record: SupervisorRecord): Promise<void> {
    const { startedAt, trainerPid, container } = record;
    failpoint('attempt.running.before');
    await this.parts.db.transaction(async (tx) => {
      const run = await lockRun(tx, attempt.runId);
      const newest = await newestAttempt(tx, attempt.runId);
      if (!run || newest?.id !== attempt.id || newest.status !== 'starting') return;
      const trainer = {
        processId: trainerPid,
        ...(container && { containerId: container.id, imageDigest: container.image }),
      };
      await changeAttemptStatus(tx, newest, 'running', { startedAt, ...trainer }, trainer);
      const change = run.startedAt === null ? { startedAt } : {};
      if (run.status === 'queued') await changeRunStatus(tx, run, 'running', change);
    });
    failpoint('attempt.running.after');
    await this.parts.notifier.changed(attempt.runId);
  }
}

function configOfAttempt(
  { runId, attempt, resumedFrom }: AttemptRow,
  { task, model, dataset: { datasetId, version, ...dataset }, training, resources }: TrainingConfig,
  { root, openAnnotations }: PreparedDataset,
): RunConfig {
  const annotations = openAnnotations === null ? {} : { annotations: 'annotations.jsonl' };
  return {
    ...{ protocol: 1, runId, attempt, task, model },
    dataset: { datasetId, version, root, manifest: 'dataset.jsonl', ...annotations, ...dataset },
    ...{ training, resources },
    resume: resumedFrom && { from: resumedFrom.path, epoch: resumedFrom.epoch, step: resumedFrom.step },
  };
}

function* asText(lines: PreparedDataset['lines']): Iterable<string> {
  for (const line of lines) yield JSON.stringify(line);
}
