import { TrainyardError } from '../../shared/errors/error.ts';
import { findPython } from '../features/runs/venv/python.ts';
import { readRequirements } from '../features/runs/venv/requirements.ts';
import { EngineSettings } from '../features/settings/engine-settings.ts';
import { checkWheels, needAbsolute } from '../features/settings/files/check-wheels.ts';
import { keepHubToken, readSecrets } from '../platform/home.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import { torchTrainerFolder } from './trainer-environment.ts';

async function checkPython(program: string): Promise<void> {
  needAbsolute(program);
  try {
    await findPython(program, readRequirements(torchTrainerFolder()).leastPython, process.env);
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    const { record, status } = error;
    throw TrainyardError.from({ ...record, place: { field: 'value' } }, { status });
  }
}

/** The settings of a state folder. */
export function engineSettingsOf(home: string, store: SettingsStore): EngineSettings {
  return new EngineSettings({
    store,
    token: {
      read: () => readSecrets(home)?.hubToken ?? null,
      keep: (token) => keepHubToken(home, token),
    },
    environment: process.env,
    check: { program: checkPython, folder: checkWheels },
  });
}
