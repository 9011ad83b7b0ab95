import path from 'node:path';
import { z } from 'zod';
import { fault } from '../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { localOwnerId } from '../features/identity/local-owner.ts';
import { type SampleParts, type SampleState, sampleKey } from '../features/sample/first-start.ts';
import { appRoot } from '../platform/paths.ts';
import type { SettingsStore } from '../stores/settings/ports.ts';
import { readSetting } from '../stores/settings/read-setting.ts';
import type { Services } from './services.ts';

const id = z.string().exactOptional();
const stateSchema: z.ZodType<SampleState | 'declined'> = z.union([
  z.literal('declined'),
  z.object({ requestId: z.string(), projectId: id, datasetId: id, importId: id, runId: id }),
]);

/** The sample's steps, by the services that everybody uses. */
export function sampleParts({ projects, datasets, runs }: Services, settings: SettingsStore): SampleParts {
  const format = 'imagenet' as const;
  return {
    readState: () => readSetting(settings, sampleKey, stateSchema) ?? null,
    writeState: (state) => settings.set(sampleKey, state),
    isUsed: async () => (await projects.list(localOwnerId, undefined)).length > 0,
    ensureProject: async (name, description) => {
      const found = (await projects.list(localOwnerId, name)).find((project) => project.name === name);
      return (found ?? (await projects.create(localOwnerId, { name, description, tags: ['sample'] }))).id;
    },
    startImport: (project, name) =>
      datasets.import(localOwnerId, {
        path: path.join(appRoot(), 'resources', 'samples', 'fashion-mnist.tar.gz'),
        project,
        name,
        format,
        mode: 'copy',
        skipInvalid: false,
      }),
    importOver: async (importId) => {
      for (let afterDone = -1; ; ) {
        const { phase, done, error } = await datasets.waitForImport({ importId, afterDone, waitMs: 10_000 });
        if (phase === 'done') return;
        if (phase === 'failed' || phase === 'cancelled')
          throw error ? TrainyardError.from(error) : fault('IMPORT_FAILED', { cause: phase });
        afterDone = done;
      }
    },
    createRun: async (project, dataset, requestId) => {
      const { runId } = await runs.creation.create(localOwnerId, {
        project,
        dataset,
        model: 'builtin/cnn',
        priority: 0,
        overrides: {},
        source: 'template',
        requestId,
      });
      return runId;
    },
  };
}
