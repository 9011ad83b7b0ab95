import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { PreparedDataset } from '../datasets/ports.ts';
import { runDirectoryConfig } from '../training/run-directory-config.ts';
import type { AttemptFinisher } from './attempt-finisher.ts';
import type { Stop } from './decide.ts';
import type { SupervisorRecord } from './observation.ts';
import { type AdvanceParts, ingested } from './parts.ts';
import type { AttemptRow, RunRow } from './ports.ts';
import { moveAttempt, moveRun } from './transitions.ts';

/** How an attempt gets from its intent to a trainer that runs. */
export class AttemptStarter {
  private readonly parts: AdvanceParts;
  private readonly finisher: AttemptFinisher;

  constructor(parts: AdvanceParts, finisher: AttemptFinisher) {
    this.parts = parts;
    this.finisher = finisher;
  }

  /** Writes the run directory; answers whether the attempt goes on. */
  async prepare(run: RunRow, attempt: AttemptRow): Promise<boolean> {
    const { runs, directories, trainingData } = this.parts;
    try {
      const config = await runs.config(run.id);
      const { datasetId, version } = config.dataset;
      const images = await trainingData.prepareForTraining(datasetId, version);
      await directories.prepare(
        attempt.runDirectory,
        runDirectoryConfig(config, {
          runId: run.id,
          attempt: attempt.attempt,
          datasetRoot: images.root,
          resume: attempt.resumedFrom,
        }),
        asText(images.lines),
      );
      return true;
    } catch (error) {
      // Stores that are away come back, and so does room on the disk; a dataset that is gone does not by waiting.
      if (!(error instanceof TrainyardError) || error.status === 503 || error.status === 507) throw error;
      await this.finisher.end(
        attempt,
        { status: 'failed', cause: 'not_started', message: errorSentence(error) },
        {},
        null,
      );
      return false;
    }
  }

  /** Starts the supervisor; answers whether the attempt goes on. */
  async start(run: RunRow, attempt: AttemptRow, stop: Stop | null): Promise<boolean> {
    const { directories, executor, ingestion } = this.parts;
    if (stop) await directories.askToStop(stop.runDirectory, stop.graceMs);
    await ingestion.open(ingested(attempt));
    failpoint('attempt.start.before');
    const { started, message } = await executor.start(attempt.runDirectory);
    failpoint('attempt.start.after');
    if (started) return true;
    const seen = await directories.observe(attempt.runDirectory);
    if (seen.kind !== 'prepared') return true;
    const why = `The supervisor of run "${run.name}" could not be started: ${message ?? 'no reason is known'}`;
    await this.finisher.end(attempt, { status: 'failed', cause: 'not_started', message: why }, {}, null);
    return false;
  }

  /** The trainer runs: says so in the rows. */
  async markRunning(attempt: AttemptRow, supervisor: SupervisorRecord): Promise<void> {
    const { work, runs, attempts, notifier } = this.parts;
    failpoint('attempt.running.before');
    await work.transaction(async (tx) => {
      const run = await runs.lock(tx, attempt.runId);
      const newest = await attempts.newest(attempt.runId, tx);
      if (!run || newest?.id !== attempt.id || newest.status !== 'starting') return;
      const { startedAt, trainerPid } = supervisor;
      await moveAttempt(
        this.parts,
        tx,
        newest,
        'running',
        { startedAt, processId: trainerPid },
        { processId: trainerPid },
      );
      const change = run.startedAt === null ? { startedAt } : {};
      if (run.status === 'queued') await moveRun(this.parts, tx, run, 'running', change);
    });
    failpoint('attempt.running.after');
    await notifier.changed(attempt.runId);
  }
}

async function* asText(lines: PreparedDataset['lines']): AsyncIterable<string> {
  for await (const line of lines) yield JSON.stringify(line);
}
