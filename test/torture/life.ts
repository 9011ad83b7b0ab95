import { randomUUID } from 'node:crypto';
import { waitFor } from '../support/engine.ts';
import type { Stage } from './stage.ts';

interface RunState {
  readonly status: string;
  readonly artifacts: readonly { kind: string }[];
  readonly actions: readonly string[];
}

/** A project by name, made where it is not there: the same words again are harmless. */
async function project(stage: Stage, name: string): Promise<string> {
  const { projects } = await stage.ask<{ projects: { id: string; name: string }[] }>('GET', '/projects');
  const found = projects.find((candidate) => candidate.name === name);
  return found?.id ?? (await stage.ask<{ id: string }>('POST', '/projects', { name })).id;
}

/** Imports the folder and waits for it, whatever dies meanwhile; answers the dataset's id. */
export async function importTiny(
  stage: Stage,
  images: string,
): Promise<{ projectId: string; datasetId: string }> {
  const projectId = await project(stage, 'torture');
  const started = await stage.ask<{ importId: string; datasetId: string }>('POST', '/datasets/import', {
    path: images,
    project: projectId,
    name: 'tiny',
  });
  await waitFor('the import', async () => {
    const { phase, error } = await stage.ask<{ phase: string; error: unknown }>(
      'GET',
      `/dataset-imports/${started.importId}`,
    );
    if (phase === 'failed') throw new Error(`the import failed: ${JSON.stringify(error)}`);
    return phase === 'done';
  });
  return { projectId, datasetId: started.datasetId };
}

/** Queues a run of the tiny dataset; repeated with the same request id where the engine dies of it. */
export async function train(
  stage: Stage,
  where: { projectId: string; datasetId: string },
  epochs: number,
): Promise<string> {
  const { runId } = await stage.ask<{ runId: string }>('POST', '/runs', {
    project: where.projectId,
    dataset: where.datasetId,
    overrides: { training: { epochs, seed: 1, batchSize: 16 } },
    requestId: randomUUID(),
  });
  return runId;
}

async function cancelled(stage: Stage, runId: string): Promise<void> {
  const { actions } = await stage.ask<RunState>('GET', `/runs/${runId}`);
  if (actions.includes('cancel')) await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 5000 });
  await stage.untilOver(runId);
}

async function until(
  stage: Stage,
  runId: string,
  what: string,
  holds: (run: RunState) => boolean,
): Promise<void> {
  await waitFor(what, async () => {
    const run = await stage.ask<RunState>('GET', `/runs/${runId}`);
    return holds(run) || ['completed', 'failed', 'cancelled'].includes(run.status);
  });
}

/** Project, import, a short run to its end, a long one cancelled, resumed and cancelled again. Answers the runs. */
export async function wholeLife(stage: Stage, images: string): Promise<string[]> {
  const where = await importTiny(stage, images);
  const short = await train(stage, where, 2);
  await stage.untilOver(short);
  const long = await train(stage, where, 100_000);
  await until(stage, long, 'a checkpoint of the long run', (run) =>
    run.artifacts.some(({ kind }) => kind === 'checkpoint'),
  );
  await cancelled(stage, long);
  const { actions } = await stage.ask<RunState>('GET', `/runs/${long}`);
  const again = actions.find((action) => action === 'resume' || action === 'retry');
  if (again) await stage.ask('POST', `/runs/${long}/${again}`, {});
  await until(stage, long, 'the further attempt to run', ({ status }) => status === 'running');
  await cancelled(stage, long);
  return [short, long];
}
