import { z } from 'zod';
import { backupScheduleErrors } from '../errors/backup-schedule.ts';
import { proceduresOf, time, workError } from './common.ts';

const kept = z.int().min(0).max(10_000);
/** How many snapshots stay: the last ones, and the last of each of so many days, weeks and months. */
export const keepSchema = z.object({ last: kept, daily: kept, weekly: kept, monthly: kept });
const askedKept = z.coerce.number().pipe(kept);

const scheduleViewSchema = z.object({
  on: z.boolean(),
  cron: z.string().describe('minute, hour, day of the month, month, day of the week'),
  zone: z
    .string()
    .describe('a name of the IANA database; that of the engine’s machine where none was chosen'),
  keep: keepSchema.describe('how many of the snapshots that the schedule makes stay'),
  next: z.array(time).describe('the next three times; none while it is off'),
  last: z
    .object({
      occurrence: time.describe('the time that it was for'),
      at: time,
      outcome: z.enum(['made', 'failed', 'skipped']).describe('skipped: the stores held nothing'),
      snapshot: z.string().nullable(),
      error: workError
        .nullable()
        .describe('why it failed; of one that was made, why old ones could not be removed'),
    })
    .nullable(),
  retryAt: time.nullable().describe('when one that failed is tried again'),
  newest: time.nullable().describe('of which time the newest verified snapshot is, whoever made it'),
  warning: z
    .enum(['failed', 'overdue'])
    .nullable()
    .describe(
      'failed: the last one failed, and none was made since; overdue: the newest is older than two periods',
    ),
});
export type BackupScheduleView = z.infer<typeof scheduleViewSchema>;

/** What is sent to change the schedule; what is left out stays. */
export const setScheduleInput = z.strictObject({
  on: z.boolean().exactOptional(),
  cron: z.string().trim().min(1).max(200).exactOptional(),
  zone: z.string().trim().min(1).max(100).exactOptional(),
  keep: z
    .strictObject({
      last: kept.exactOptional(),
      daily: kept.exactOptional(),
      weekly: kept.exactOptional(),
      monthly: kept.exactOptional(),
    })
    .exactOptional(),
});
export type SetScheduleInput = z.infer<typeof setScheduleInput>;

const removedSchema = z.object({ id: z.string(), at: time.nullable() });

const { get, post } = proceduresOf('backups', backupScheduleErrors);

export const backupScheduleContract = {
  schedule: get(
    '/backups/schedule',
    'When snapshots are made by themselves, and how the last one went',
  ).output(scheduleViewSchema),
  setSchedule: post(
    '/backups/schedule',
    'Change when snapshots are made by themselves, and how many are kept',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(setScheduleInput)
    .output(scheduleViewSchema),
  removable: get(
    '/backups/removable',
    'What the schedule’s retention would remove now of the snapshots that it made; nothing is removed',
  )
    .input(z.strictObject({ last: askedKept, daily: askedKept, weekly: askedKept, monthly: askedKept }))
    .output(z.object({ removed: z.array(removedSchema), kept: z.array(removedSchema) })),
};
