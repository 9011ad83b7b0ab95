import type { Retention } from './retention.ts';

/** When snapshots are made by themselves, and how many of those are kept. */
export interface BackupSchedule {
  readonly on: boolean;
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  /** A name of the IANA database. */
  readonly zone: string;
  readonly keep: Retention;
}

/** What retention keeps where nobody chose anything else. */
export const defaultKeep: Retention = { last: 3, daily: 7, weekly: 4, monthly: 6 };

/** Each night, when few people work. */
export const defaultCron = '0 3 * * *';
