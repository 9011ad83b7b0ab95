/** How many snapshots are kept: the last ones, and the last one of each of so many days, ISO weeks and months that have any. */
export interface Retention {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/** A snapshot, by what retention goes by. */
export interface Retained {
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** Whether all of it was once read and found whole: nothing else counts, and nothing else is removed. */
  readonly isVerified: boolean;
  /** Whether it was once restored and worked. */
  readonly isProven: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;

const dayOf = (at: string) => at.slice(0, 10);
const monthOf = (at: string) => at.slice(0, 7);

/** The Monday of a time's week, in UTC. */
function weekOf(at: string): string {
  const day = Date.parse(dayOf(at));
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7;
  return new Date(day - sinceMonday * dayMs).toISOString().slice(0, 10);
}

/** The ids that may go, the oldest first. The newest verified snapshot and the newest proven one always stay, and so does every one that was never verified. */
export function removable(snapshots: readonly Retained[], retention: Retention): readonly string[] {
  const newestFirst = snapshots
    .filter(({ isVerified }) => isVerified)
    .sort((left, right) =>
      left.at === right.at ? (left.id < right.id ? 1 : -1) : left.at < right.at ? 1 : -1,
    );
  const kept = new Set(newestFirst.slice(0, Math.max(1, retention.last)).map(({ id }) => id));
  const proven = newestFirst.find(({ isProven }) => isProven);
  if (proven) kept.add(proven.id);
  const keepOfEach = (most: number, spanOf: (at: string) => string) => {
    const spans = new Set<string>();
    for (const { id, at } of newestFirst) {
      if (spans.has(spanOf(at))) continue;
      if (spans.size === most) return;
      spans.add(spanOf(at));
      kept.add(id);
    }
  };
  keepOfEach(retention.daily, dayOf);
  keepOfEach(retention.weekly, weekOf);
  keepOfEach(retention.monthly, monthOf);
  return newestFirst
    .map(({ id }) => id)
    .filter((id) => !kept.has(id))
    .reverse();
}
