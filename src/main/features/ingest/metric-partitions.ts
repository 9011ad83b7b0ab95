import { hasCode } from '../../platform/error-code.ts';
import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';

/** A point's time this far from now gets a month of its own; beyond that a clock is wrong, and the default partition takes it. */
const plausibleMs = 366 * 24 * 3_600_000;

/** The months (UTC) from one time to another, as `2026-11`. */
function monthsBetween(from: Date, to: Date): string[] {
  const months: string[] = [];
  const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth()));
  for (; month <= to; month.setUTCMonth(month.getUTCMonth() + 1))
    months.push(month.toISOString().slice(0, 7));
  return months;
}

/**
 * What sees to the monthly partitions of `metrics` from one time to another: call it before a transaction that writes points of these
 * times. It costs nothing for months seen before. Where a long reader holds the table it puts the matter off: no point is refused meanwhile.
 */
export function metricPartitions(db: Db) {
  const made = new Set<string>();
  return async (from: Date, to: Date): Promise<void> => {
    const now = Date.now();
    const plausible = (time: Date) =>
      new Date(Math.min(Math.max(time.getTime(), now - plausibleMs), now + plausibleMs));
    const [first, last] = [plausible(from), plausible(to)];
    const months = monthsBetween(first, last);
    if (months.every((month) => made.has(month))) return;
    try {
      await query(db, 'SELECT ensure_metrics_partitions($1, $2)', [first, last]);
      for (const month of months) made.add(month);
    } catch (error) {
      // The lock was not to be had in time, or another engine's call stood in the way: the next batch asks again.
      if (!hasCode(error, '55P03', '40P01')) throw error;
    }
  };
}
