import { z } from 'zod';
import type { SettingsStore } from '../settings/settings-store.ts';

/** Those that belong to the data. Addresses may hold passwords, and a port or a page belongs to one machine. */
const schema = z.object({
  machineId: z.uuid().exactOptional(),
  sample: z.union([z.literal('declined'), z.looseObject({ requestId: z.string() })]).exactOptional(),
  runsAtOnce: z.number().min(1).exactOptional(),
});

/** The names of those. */
export const settingNames = Object.keys(schema.shape);

/** Values by the names of settings. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a snapshot keeps of the settings. */
export function keptSettings(settings: SettingsStore): Settings {
  return Object.fromEntries([...settings.all()].filter(([name]) => settingNames.includes(name)));
}

/** What a restore takes of a snapshot's settings: other names decide what this machine runs, and are left out. @throws where a value does not fit */
export const takenSettings = (settings: unknown): Settings => schema.parse(settings);
