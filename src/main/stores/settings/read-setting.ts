import type { z } from 'zod';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { SettingsStore } from './ports.ts';

/**
 * A setting as its schema has it; undefined where it was never set.
 * @throws TrainyardError SETTING_DAMAGED where its value is none that Trainyard gives it
 */
export function readSetting<T>(settings: SettingsStore, name: string, schema: z.ZodType<T>): T | undefined {
  const value = settings.get(name);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TrainyardError(
    'SETTING_DAMAGED',
    `The setting "${name}" in settings.sqlite has a value that Trainyard never gives it (${parsed.error.issues[0]?.message})`,
    'Put settings.sqlite back from a backup, or move it away: the next start makes one with default settings.',
    { status: 500, place: { file: 'settings.sqlite', field: name } },
  );
}
