import { EngineSettings } from '../../src/main/features/settings/engine-settings.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { TrainyardError } from '../../src/shared/errors/error.ts';
import { os, refusal } from './fixture-api.ts';

/** The part of the contract about settings, which are kept in memory. */
export function fixtureSettings() {
  const kept = new Map<string, string>([['hubMirror', 'https://hf-mirror.example.com']]);
  let secret: string | null = 'hf_secret';
  const settings = new EngineSettings({
    store: {
      get: (name) => kept.get(name),
      set: (name, value) => void kept.set(name, value),
      remove: (name) => void kept.delete(name),
    },
    token: {
      read: () => secret,
      keep: (token) => {
        secret = token;
      },
    },
    environment: { TRAINYARD_TRAINER_PYTHON: '/opt/conda/bin/python' },
    check: {
      program: async () => {},
      folder: async (folder) => {
        if (folder === '/gone') throw fault('WHEELS_NOT_FOUND', { folder });
      },
    },
  });
  return {
    list: os.settings.list.handler(() => settings.list()),
    set: os.settings.set.handler(({ input }) =>
      settings.set(input.name, input.value).catch((error: unknown) => {
        throw error instanceof TrainyardError ? refusal(error) : error;
      }),
    ),
    unset: os.settings.unset.handler(({ input }) => settings.unset(input.name)),
  };
}
