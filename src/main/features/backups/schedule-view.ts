import type { BackupScheduleView } from '../../../shared/contract/backup-schedule.ts';
import type { BackupSchedule } from '../../../shared/model/backup-schedule.ts';
import { newestVerified } from '../../stores/snapshots/snapshot-folder.ts';
import { type Occurrences, occurrencesOf } from './occurrences.ts';
import { nextStep, retryOf, type ScheduleState } from './schedule-state.ts';

const shownOccurrences = 3;

function nextOf(occurrences: Occurrences, now: string): string[] {
  const found: string[] = [];
  for (let at: string | null = now; found.length < shownOccurrences; ) {
    at = occurrences.next(at);
    if (at === null) break;
    found.push(at);
  }
  return found;
}

/** Whether two occurrences have passed since a time. */
function isOlderThanTwo(occurrences: Occurrences, time: string, now: string): boolean {
  const last = occurrences.latest(now);
  const before = last && occurrences.latest(new Date(Date.parse(last) - 1).toISOString());
  return before !== null && time < before;
}

/**
 * What people should know of a schedule: that its last snapshot failed and none was made since, or that the newest one is older than
 * two of its periods. What is made up in a moment is no reason to worry.
 */
function warningOf(
  { on }: BackupSchedule,
  state: ScheduleState,
  occurrences: Occurrences,
  newest: string | null,
  now: string,
): BackupScheduleView['warning'] {
  const { last, since, attempt } = state;
  if (!on || last?.outcome === 'skipped') return null;
  if (last?.outcome === 'failed' && (newest === null || newest < last.at)) return 'failed';
  if (attempt || nextStep(state, now, occurrences).due !== null) return null;
  return isOlderThanTwo(occurrences, newest !== null && newest > since ? newest : since, now)
    ? 'overdue'
    : null;
}

/**
 * A schedule as people are shown it: when it occurs next, how it went last, and what is wrong.
 * @param folder of the snapshots
 * @throws TrainyardError SCHEDULE_… where the schedule that is kept is none
 */
export async function scheduleView(
  schedule: BackupSchedule,
  state: ScheduleState | null,
  folder: string,
  now: string,
): Promise<BackupScheduleView> {
  const occurrences = occurrencesOf(schedule);
  const newest = (await newestVerified(folder))?.manifest?.at ?? null;
  return {
    ...schedule,
    next: schedule.on ? nextOf(occurrences, now) : [],
    last: state?.last ?? null,
    retryAt: schedule.on && state ? retryOf(state) : null,
    newest,
    warning: state && warningOf(schedule, state, occurrences, newest, now),
  };
}
