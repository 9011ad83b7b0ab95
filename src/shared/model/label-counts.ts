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
