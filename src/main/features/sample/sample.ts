import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { appRoot } from '../../platform/paths.ts';
import { readSetting, type SettingsStore } from '../../stores/settings/settings-store.ts';
import type { DatasetService } from '../datasets/dataset-service.ts';
import { localOwnerId } from '../identity/local-owner.ts';
import type { Projects } from '../projects/projects.ts';
import type { Runs } from '../runs/runs.ts';

const sampleKey = 'sample';
const id = z.string().exactOptional();
/** What of the sample is there, as the settings keep it; the step that is missing is done next. */
const stateSchema = z.union([
  z.literal('declined'),
  z.object({ requestId: z.string(), projectId: id, datasetId: id, importId: id, runId: id }),
]);
type SampleState = z.infer<typeof stateSchema>;

const projectFields = {
  name: 'Fashion-MNIST',
  description: 'Sample: clothes in ten classes, 28 × 28 pixels (Zalando Research, MIT licence)',
  tags: ['sample'],
};

/**
 * Makes the sample project on the first start of a state folder and trains it, so that every screen has something true on it.
 * Each step is written down when it is done and is harmless to repeat: a start that was killed is gone on with at the next.
 * @throws TrainyardError where its import or its run cannot be made
 */
export async function ensureSample(
  { projects, datasets, runs }: { projects: Projects; datasets: DatasetService; runs: Pick<Runs, 'create'> },
  settings: SettingsStore,
): Promise<void> {
  const remember = <State extends SampleState>(state: State): State => {
    settings.set(sampleKey, state);
    return state;
  };
  const known = readSetting(settings, sampleKey, stateSchema);
  // Where anything was made already, this is no first start.
  const isUsed = known === undefined && (await projects.list(localOwnerId, { limit: 1 })).projects.length > 0;
  const state: SampleState = known ?? remember(isUsed ? 'declined' : { requestId: randomUUID() });
  if (state === 'declined' || state.runId) return;
  const projectId = state.projectId ?? (await ensureProject(projects));
  const withProject = remember({ ...state, projectId });
  const { datasetId, importId } = withProject;
  const imported =
    datasetId && importId
      ? { datasetId, importId }
      : await datasets.import(localOwnerId, {
          path: path.join(appRoot(), 'resources', 'samples', 'fashion-mnist.tar.gz'),
          project: projectId,
          name: 'fashion-mnist',
          format: 'imagenet',
          mode: 'copy',
          skipInvalid: false,
        });
  const withImport = remember({ ...withProject, ...imported });
  await importOver(datasets, imported.importId);
  const { runId } = await runs.create(localOwnerId, {
    project: projectId,
    dataset: imported.datasetId,
    model: 'builtin/cnn',
    executor: 'builtin',
    priority: 0,
    overrides: {},
    source: 'template',
    requestId: state.requestId,
  });
  remember({ ...withImport, runId });
}

/** The project of this name, made where there is none. */
async function ensureProject(projects: Projects): Promise<string> {
  try {
    return (await projects.show(localOwnerId, projectFields.name)).id;
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'PROJECT_NOT_FOUND') throw error;
    return (await projects.create(localOwnerId, projectFields)).id;
  }
}

async function importOver(datasets: DatasetService, importId: string): Promise<void> {
  for (let afterDone = -1; ; ) {
    const { phase, done, error } = await datasets.waitForImport({ importId, afterDone, waitMs: 10_000 });
    if (phase === 'done') return;
    if (phase === 'failed' || phase === 'cancelled')
      throw error
        ? TrainyardError.from(error)
        : fault('IMPORT_FAILED', {
            cause: { en: phase, ko: phase === 'failed' ? '원인이 기록되지 않음' : '취소됨' },
          });
    afterDone = done;
  }
}
