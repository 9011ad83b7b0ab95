import type { EngineClient } from '../../rpc/client.ts';

export type Comparison = Awaited<ReturnType<EngineClient['runs']['compare']>>;

/**
 * Which of a row are the best: the most of an accuracy, the least of a loss. None where neither is meant, and none where all are
 * equal: nobody has won then.
 */
export function bestOf(name: string, values: readonly (number | string | undefined)[]): ReadonlySet<number> {
  const sign = /loss|error/.test(name) ? -1 : /acc|precision|recall|f1|map|iou/i.test(name) ? 1 : 0;
  const numbers = values.flatMap((value) => (typeof value === 'number' ? [value * sign] : []));
  const most = Math.max(...numbers);
  if (sign === 0 || numbers.every((value) => value === most)) return new Set();
  return new Set(
    values.flatMap((value, index) => (typeof value === 'number' && value * sign === most ? [index] : [])),
  );
}
