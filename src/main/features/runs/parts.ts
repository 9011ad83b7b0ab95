import type { TrainingData } from '../datasets/ports.ts';
import type { IngestedAttempt, Ingestion } from '../ingest/ports.ts';
import type { ClaimParts } from './claim.ts';
import type { AttemptRow, Executor, RunDirectories } from './ports.ts';
import type { RunNotifier } from './run-notifier.ts';

export interface AdvanceParts extends ClaimParts {
  readonly directories: RunDirectories;
  readonly executor: Executor;
  readonly ingestion: Ingestion;
  readonly notifier: RunNotifier;
  readonly trainingData: TrainingData;
  /** Hears of every attempt of this machine that came to its end, once that is written down. */
  readonly attemptEnded?: (attemptId: string) => void;
  /** Asks for another look at a run. */
  readonly wake: (runId: string) => void;
}

/** An attempt in ingestion's words. */
export const ingested = (attempt: AttemptRow): IngestedAttempt => ({
  runId: attempt.runId,
  attemptId: attempt.id,
  attempt: attempt.attempt,
  runDirectory: attempt.runDirectory,
});
