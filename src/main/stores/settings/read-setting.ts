import type { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
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
  const parameters = { name, fault: parsed.error.issues[0]?.message ?? '' };
  throw fault('SETTING_DAMAGED', parameters, { place: { file: 'settings.sqlite', field: name } });
}
