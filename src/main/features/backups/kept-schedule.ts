import { z } from 'zod';
import { type BackupSchedule, defaultCron, defaultKeep } from '../../../shared/model/backup-schedule.ts';
import type { SettingsStore } from '../../stores/settings/settings-store.ts';
import { type ScheduleState, stateSchema } from './schedule-state.ts';

const scheduleKey = 'backupSchedule';
const stateKey = 'backupScheduleState';

const count = z.int().min(0).exactOptional();
/** What a person chose; what is left out is as it is by default. */
const chosenSchema = z.object({
  on: z.boolean().exactOptional(),
  cron: z.string().exactOptional(),
  zone: z.string().exactOptional(),
  keep: z.object({ last: count, daily: count, weekly: count, monthly: count }).exactOptional(),
});
type Chosen = z.infer<typeof chosenSchema>;

const machineZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** What cannot be read counts as not chosen: then snapshots are made, and whoever looks sees when. */
const readChosen = (settings: SettingsStore): Chosen =>
  chosenSchema.safeParse(settings.get(scheduleKey)).data ?? {};

/** The schedule of a state folder: daily, where nobody chose anything. */
export function readSchedule(settings: SettingsStore): BackupSchedule {
  const chosen = readChosen(settings);
  return {
    ...{ on: chosen.on ?? true, cron: chosen.cron ?? defaultCron, zone: chosen.zone ?? machineZone() },
    keep: { ...defaultKeep, ...chosen.keep },
  };
}

/** Keeps what was chosen, beside what was chosen before. */
export function writeSchedule(settings: SettingsStore, change: Chosen): void {
  const before = readChosen(settings);
  const keep = { ...before.keep, ...change.keep };
  settings.set(scheduleKey, { ...before, ...change, ...(Object.keys(keep).length > 0 && { keep }) });
}

/** What a schedule has done; null where it never began, or where that cannot be read: then nothing counts as missed. */
export const readState = (settings: SettingsStore): ScheduleState | null =>
  stateSchema.safeParse(settings.get(stateKey)).data ?? null;

export const writeState = (settings: SettingsStore, state: ScheduleState): void =>
  settings.set(stateKey, state);
