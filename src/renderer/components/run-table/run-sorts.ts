/** The orders that the engine can list runs in. */
export const runSorts = [
  'createdAt',
  'name',
  'status',
  'progress',
  'durationMs',
  'val_accuracy',
  'val_loss',
] as const;
export type RunSort = (typeof runSorts)[number];
