import { Cron } from 'croner';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { BackupSchedule } from '../../../shared/model/backup-schedule.ts';
import { readCron } from '../../../shared/model/cron.ts';

/** When a schedule occurs; times are UTC, ISO 8601. */
export interface Occurrences {
  /** The first one behind a time; null: there is none. */
  next(after: string): string | null;
  /** The last one up to a time, that time included; null: there is none. */
  latest(upTo: string): string | null;
}

/** Whether the system knows a time zone by this name of the IANA database. */
function isZone(zone: string): boolean {
  // An offset such as +09:00 has no summer time: it would be taken for a place.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

const listed = (numbers: readonly number[] | null) => numbers?.join(',') ?? '*';

/**
 * The occurrences of a schedule. A time that comes twice, when the clock is put back, occurs at the first of them; one that is skipped,
 * when it is put forward, occurs at the first moment behind the gap.
 * @throws TrainyardError SCHEDULE_CRON_INVALID, SCHEDULE_NEVER_OCCURS, SCHEDULE_ZONE_UNKNOWN
 */
export function occurrencesOf({ cron, zone }: Pick<BackupSchedule, 'cron' | 'zone'>): Occurrences {
  const read = readCron(cron);
  if ('reason' in read) throw fault('SCHEDULE_CRON_INVALID', { cron, reason: read.reason });
  if (!isZone(zone)) throw fault('SCHEDULE_ZONE_UNKNOWN', { zone });
  // Every minute and hour by its number: croner keeps to the rule above for those, and repeats or leaves out what `*` and steps name.
  const fields = [read.minutes, read.hours, read.days, read.months, read.weekdays];
  const job = new Cron(fields.map(listed).join(' '), {
    ...{ timezone: zone, mode: '5-part', fixedTimeRule: 'no-wildcard' },
  });
  if (!job.nextRun(new Date(0))) throw fault('SCHEDULE_NEVER_OCCURS', { cron });
  return {
    next: (after) => job.nextRun(new Date(after))?.toISOString() ?? null,
    latest: (upTo) => job.previousRuns(1, new Date(Date.parse(upTo) + 1))[0]?.toISOString() ?? null,
  };
}
