import path from 'node:path';
import { chosenValue, type SettingName, variableBefore } from '../../../../shared/model/settings.ts';
import type { SettingsStore } from '../../../stores/settings/settings-store.ts';
import type { EnvironmentChoices } from './trainer-environment.ts';

/** What a person chose for the torch trainer's Python: by the environment, else by the settings. */
export function environmentChoices(
  settings: Pick<SettingsStore, 'get'>,
  environment: NodeJS.ProcessEnv,
): EnvironmentChoices {
  const chosen = (name: SettingName) => chosenValue(name, settings.get(name), environment);
  const wheels = chosen('trainerWheels');
  return {
    python: chosen('trainerPython'),
    wheels: wheels === null ? null : path.resolve(wheels),
    // What the environment says of it pip and uv read by themselves.
    index: variableBefore('trainerIndex', environment) === null ? chosen('trainerIndex') : null,
  };
}
