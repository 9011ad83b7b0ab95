import path from 'node:path';
import { environmentChoices } from '../features/runs/venv/environment-choices.ts';
import { TrainerEnvironment } from '../features/runs/venv/trainer-environment.ts';
import { appRoot } from '../platform/paths.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';

/** The torch trainer's package. */
export const torchTrainerFolder = () => path.join(appRoot(), 'resources', 'trainers', 'torch');

/** The Python environment of a state folder. @param settings read each time it is looked at */
export function trainerEnvironmentOf(home: string, settings: Pick<SettingsStore, 'get'>): TrainerEnvironment {
  return new TrainerEnvironment({
    ...{ home, trainer: torchTrainerFolder(), environment: process.env },
    choices: () => environmentChoices(settings, process.env),
  });
}
