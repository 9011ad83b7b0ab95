import type { Run } from '../../../shared/contract/runs.ts';

/** What the best epoch is chosen by, where training is not stopped early by another metric. */
const usual: Readonly<Record<string, string>> = {
  classification: 'val_accuracy',
  detection: 'val_map50_95',
  segmentation: 'val_miou',
};

/** Names that scripts of people's own give to what says how good a model is, the best word first. */
const ofScripts = [/map50-95/i, /val.*acc|eval.*acc/i, /acc/i, /iou|map|f1/i, /(?:val|eval).*loss/i, /loss/i];

/** The metric that says how good a run's model is. */
export function mainMetric({ script, metricNames, taskType }: Run): string {
  const own = script && ofScripts.flatMap((word) => metricNames.find((name) => word.test(name)) ?? [])[0];
  return own ?? usual[taskType] ?? 'val_accuracy';
}

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
  const chosen = stop?.enabled ? stop.metric : mainMetric(run);
  return { epoch, metric: chosen in (run.finalMetrics ?? {}) ? chosen : null };
}
