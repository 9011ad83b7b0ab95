import type { Run } from '../../../shared/contract/runs.ts';

/** What the best epoch is chosen by, where training is not stopped early by another metric. */
const usual: Readonly<Record<string, string>> = {
  classification: 'val_accuracy',
  detection: 'val_map50_95',
  segmentation: 'val_miou',
};

/** The metric that says how good a run's model is. */
export const mainMetric = (run: Run): string => usual[run.taskType] ?? 'val_accuracy';

interface BestEpoch {
  readonly epoch: number;
  /** The metric by which it was chosen; null where the trainer did not report it. */
  readonly metric: string | null;
}

/** The epoch whose model was kept; null while it is not known. */
export function bestEpoch(run: Run): BestEpoch | null {
  const epoch = run.finalMetrics?.best_epoch;
  if (typeof epoch !== 'number' || !Number.isFinite(epoch)) return null;
  const { enabled, metric } = run.config.training.earlyStop;
  const chosen = enabled ? metric : mainMetric(run);
  return { epoch, metric: chosen in (run.finalMetrics ?? {}) ? chosen : null };
}
