import type { TaskType } from './training-config.ts';

export interface SomeLabelCounts {
  /** Left out where images have classes. */
  readonly boxes?: number | undefined;
  readonly masks?: number | undefined;
  readonly background?: number | undefined;
  readonly crowds?: number | undefined;
  readonly difficult?: number | undefined;
}

const further = ['masks', 'background', 'crowds', 'difficult'] as const;

/** Whether areas of whole classes are labelled and not a single object: it is masks then that are counted. */
export const areMasksOnly = ({ boxes, masks = 0 }: SomeLabelCounts) => boxes === 0 && masks > 0;

/** What there is of labels, the most telling first: a count that is 0 only where there is no other. */
export function shownCounts(
  counts: SomeLabelCounts,
): readonly (readonly [key: 'objects' | (typeof further)[number], count: number])[] {
  if (counts.boxes === undefined) return [];
  const others = further.flatMap((key) => {
    const count = counts[key] ?? 0;
    return count > 0 ? [[key, count] as const] : [];
  });
  return areMasksOnly(counts) ? others : [['objects', counts.boxes], ...others];
}

/** What a version of a dataset can be trained for. @param labels what is labelled in its images; null where they have classes themselves */
export function tasksOf(
  labels: { readonly boxes: number; readonly masks: number } | null,
): readonly TaskType[] {
  if (labels === null) return ['classification'];
  const tasks: TaskType[] = [];
  if (labels.boxes > 0) tasks.push('detection');
  if (labels.masks > 0) tasks.push('segmentation');
  return tasks;
}
