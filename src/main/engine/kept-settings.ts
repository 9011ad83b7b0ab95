import type { SettingsStore } from '../stores/settings/settings-store.ts';

/** Those that belong to the data. Addresses may hold passwords, and a port or a page belongs to one machine. */
const kept: readonly string[] = ['machineId', 'sample', 'runsAtOnce'];

/** What a snapshot keeps of the settings. */
export function keptSettings(settings: SettingsStore): Record<string, unknown> {
  return Object.fromEntries([...settings.all()].filter(([name]) => kept.includes(name)));
}
