import type { TaskType } from './training-config.ts';

/** The metric that says how good a model is, by task. */
export const mainMetrics: Readonly<Record<TaskType, string>> = {
  classification: 'val_accuracy',
  detection: 'val_map50_95',
  segmentation: 'val_miou',
};

/** What scripts of people's own call it, the best word first. */
const ofScripts = [/map50-95/i, /val.*acc|eval.*acc/i, /acc/i, /iou|map|f1/i, /(?:val|eval).*loss/i, /loss/i];

/**
 * The metric that says how good a run's model is.
 * @param taskType empty for a script of somebody's own, whose metrics' names then say it
 * @returns null where no name does
 */
export function mainMetric(taskType: string, names: readonly string[]): string | null {
  if (Object.hasOwn(mainMetrics, taskType)) return mainMetrics[taskType as TaskType];
  for (const word of ofScripts) {
    const found = names.find((name) => word.test(name));
    if (found) return found;
  }
  return null;
}

/** What stands before the number where a list has several tasks; a percentage needs no name. */
export const shortMetricNames: Readonly<Record<string, string>> = { val_map50_95: 'mAP', val_miou: 'mIoU' };
