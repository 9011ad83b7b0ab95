import path from 'node:path';
import type { SettingsStore } from '../../../stores/settings/settings-store.ts';
import type { EnvironmentChoices } from './trainer-environment.ts';

/** What a person chose for the torch trainer's Python: by the environment, else by the settings `trainerPython` and `trainerWheels`. */
export function environmentChoices(
  settings: Pick<SettingsStore, 'get'>,
  environment: NodeJS.ProcessEnv,
): EnvironmentChoices {
  const chosen = (variable: string, name: string) => {
    const value = environment[variable] || settings.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const wheels = chosen('TRAINYARD_TRAINER_WHEELS', 'trainerWheels');
  return {
    python: chosen('TRAINYARD_TRAINER_PYTHON', 'trainerPython'),
    wheels: wheels === null ? null : path.resolve(wheels),
  };
}
