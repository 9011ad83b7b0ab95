import type { KeptError } from '../../../../shared/errors/error.ts';
import { type Retention, removable } from '../../../../shared/model/retention.ts';
import { timeOfSnapshot } from '../../../stores/snapshots/manifest.ts';
import type { KeptDestination } from './kept-destinations.ts';

/** A snapshot of the state folder that can be copied: all of it was read and found whole. */
export interface Copyable {
  readonly id: string;
  readonly isProven: boolean;
}

const minuteMs = 60_000;
/** How long the next attempt waits after each that failed; behind the last of them as long as after that. */
const retryPausesMs = [minuteMs, 10 * minuteMs, 60 * minuteMs] as const;
/** So long a disk may be in somebody's drawer. */
const longestAwayMs = 7 * 24 * 60 * minuteMs;
const longestFailingMs = 24 * 60 * minuteMs;

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** Whether a failure says that a disk is not there: it is looked for often, and missed late. */
const isAway = ({ error }: NonNullable<KeptDestination['failure']>) => error.code === 'DESTINATION_AWAY';

const retained = (id: string, provenIds: readonly string[]) => ({
  ...{ id, at: timeOfSnapshot(id) },
  ...{ isVerified: true, isProven: provenIds.includes(id) },
});

/** Which of the copies at a destination its retention removes, the oldest first. */
export function removableCopies(
  ids: readonly string[],
  keep: Retention | null,
  snapshots: readonly Copyable[],
): readonly string[] {
  if (keep === null) return [];
  const proven = snapshots.filter(({ isProven }) => isProven).map(({ id }) => id);
  return removable(
    ids.map((id) => retained(id, proven)),
    keep,
  );
}

/** The ids of snapshots whose copies are to come, the newest first; none that would be removed again at once. */
export function waitingFor(
  { first, copied, keep }: KeptDestination,
  snapshots: readonly Copyable[],
): readonly string[] {
  const missing = snapshots.map(({ id }) => id).filter((id) => id >= (first ?? '') && !copied.includes(id));
  const removed = removableCopies([...copied, ...missing], keep, snapshots);
  return missing
    .filter((id) => !removed.includes(id))
    .sort()
    .reverse();
}

/** When one that failed is tried again; null: nothing failed. */
export function retryOf({ failure }: KeptDestination): string | null {
  if (!failure) return null;
  const pauseMs = isAway(failure) ? retryPausesMs[0] : retryPausesMs[failure.count - 1];
  return later(failure.at, pauseMs ?? retryPausesMs[2]);
}

/** With a failure, which may go on since an earlier one. */
export function failed(destination: KeptDestination, error: KeptError, now: string): KeptDestination {
  const before = destination.failure;
  const failure = { since: before?.since ?? now, at: now, count: (before?.count ?? 0) + 1, error };
  return { ...destination, failure };
}

/** What people should know of on every page: that copies have been behind for long. @param waiting whose copies are to come */
export function warningOf(
  { failure }: KeptDestination,
  waiting: readonly string[],
  now: string,
): 'failing' | 'away' | null {
  if (!failure || waiting.length === 0) return null;
  const away = isAway(failure);
  if (now < later(failure.since, away ? longestAwayMs : longestFailingMs)) return null;
  return away ? 'away' : 'failing';
}
