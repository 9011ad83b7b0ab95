import type { EngineClient } from '../../rpc/client.ts';

export type Comparison = Awaited<ReturnType<EngineClient['runs']['compare']>>;

/** The best of a row: the most of an accuracy, the least of a loss; null where neither is meant. */
export function bestIndex(name: string, values: readonly (number | string | undefined)[]): number | null {
  const sign = /loss|error/.test(name) ? -1 : /acc|precision|recall|f1|map|iou/i.test(name) ? 1 : 0;
  if (sign === 0) return null;
  let best: number | null = null;
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number') continue;
    const leader = best === null ? undefined : values[best];
    if (typeof leader !== 'number' || (value - leader) * sign > 0) best = index;
  }
  return best;
}
