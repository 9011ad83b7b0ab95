import path from 'node:path';
import { type SettingName, variableBefore } from '../../../../shared/model/settings.ts';
import type { SettingsStore } from '../../../stores/settings/settings-store.ts';
import type { EnvironmentChoices } from './trainer-environment.ts';

/** What a person chose for the torch trainer's Python: by the environment, else by the settings. */
export function environmentChoices(
  settings: Pick<SettingsStore, 'get'>,
  environment: NodeJS.ProcessEnv,
): EnvironmentChoices {
  const chosen = (name: SettingName) => {
    const variable = variableBefore(name, environment);
    const value = variable === null ? settings.get(name) : environment[variable];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const wheels = chosen('trainerWheels');
  return {
    python: chosen('trainerPython'),
    wheels: wheels === null ? null : path.resolve(wheels),
    // What the environment says of it pip and uv read by themselves.
    index: variableBefore('trainerIndex', environment) === null ? chosen('trainerIndex') : null,
  };
}
