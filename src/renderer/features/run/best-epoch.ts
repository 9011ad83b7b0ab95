import type { Run } from '../../../shared/contract/runs.ts';
import { mainMetric } from '../../../shared/model/main-metric.ts';

interface BestEpoch {
  readonly epoch: number;
  /** The metric by which it was chosen; null where the trainer did not report it. */
  readonly metric: string | null;
}

/** The epoch whose model was kept; null while it is not known. */
export function bestEpoch(run: Run): BestEpoch | null {
  const epoch = run.finalMetrics?.best_epoch;
  if (typeof epoch !== 'number' || !Number.isFinite(epoch)) return null;
  const stop = run.config?.training.earlyStop;
  const chosen = stop?.enabled ? stop.metric : mainMetric(run.taskType, run.metricNames);
  return { epoch, metric: chosen !== null && chosen in (run.finalMetrics ?? {}) ? chosen : null };
}
