import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { RestError } from '../support/rest.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { Stage } from './stage.ts';

/** An engine that dies at each step of what is waited for starts again each time. */
const longestWaitMs = 240_000;

interface RunState {
  readonly status: string;
  readonly artifacts: readonly { kind: string }[];
  readonly actions: readonly string[];
}

export interface Where {
  readonly projectId: string;
  readonly datasetId: string;
}

/** A project by name, made where it is not there: the same words again are harmless. */
async function project(stage: Stage, name: string): Promise<string> {
  const { projects } = await stage.ask<{ projects: { id: string; name: string }[] }>('GET', '/projects');
  const found = projects.find((candidate) => candidate.name === name);
  if (found) return found.id;
  try {
    return (await stage.ask<{ id: string }>('POST', '/projects', { name })).id;
  } catch (error) {
    // The engine died after it had made it, and the words were said again.
    if (error instanceof RestError && error.status === 409) return project(stage, name);
    throw error;
  }
}

/** Asks for something to be gone, which it may be already. */
async function gone(stage: Stage, address: string): Promise<void> {
  try {
    await stage.ask('DELETE', address);
  } catch (error) {
    if (!(error instanceof RestError && error.status === 404)) throw error;
  }
}

/** Imports and waits for the end, whatever dies meanwhile. */
async function imported(
  stage: Stage,
  request: Record<string, unknown>,
): Promise<{ datasetId: string; phase: string }> {
  const { importId, datasetId } = await stage.ask<{ importId: string; datasetId: string }>(
    'POST',
    '/datasets/import',
    request,
  );
  const phase = await waitFor(
    'the end of the import',
    async () => {
      const state = await stage.ask<{ phase: string }>('GET', `/dataset-imports/${importId}`);
      return (state.phase === 'done' || state.phase === 'failed') && state.phase;
    },
    longestWaitMs,
  );
  return { datasetId, phase };
}

export async function importTiny(stage: Stage, images: string): Promise<Where> {
  const projectId = await project(stage, 'torture');
  const { datasetId, phase } = await imported(stage, { path: images, project: projectId, name: 'tiny' });
  if (phase !== 'done') throw new Error('the tiny dataset was not imported');
  return { projectId, datasetId };
}

/** An engine in a state folder of its own with the tiny dataset; both go when disposed. */
export async function stageWithDataset(): Promise<{ stage: Stage; where: Where } & AsyncDisposable> {
  const state = await preparedHome();
  const stage = new Stage(state.home);
  const images = path.join(path.dirname(state.home), 'images');
  await writeTinyDataset(images);
  await stage.start();
  return {
    stage,
    where: await importTiny(stage, images),
    [Symbol.asyncDispose]: async () => {
      await stage.stop();
      await state[Symbol.asyncDispose]();
    },
  };
}

/** Queues a run of the tiny dataset; repeated with the same request id where the engine dies of it. */
export async function train(
  stage: Stage,
  where: Where,
  epochs: number,
  requestId: string = randomUUID(),
): Promise<string> {
  const { runId } = await stage.ask<{ runId: string }>('POST', '/runs', {
    project: where.projectId,
    dataset: where.datasetId,
    overrides: { training: { epochs, seed: 1, batchSize: 16 } },
    requestId,
  });
  return runId;
}

async function cancelled(stage: Stage, runId: string): Promise<void> {
  const { actions } = await stage.ask<RunState>('GET', `/runs/${runId}`);
  if (actions.includes('cancel')) {
    try {
      await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 5000 });
    } catch (error) {
      // Asked again after it had come to its end.
      if (!(error instanceof RestError && error.status === 409)) throw error;
    }
  }
  await stage.untilOver(runId);
}

async function until(
  stage: Stage,
  runId: string,
  what: string,
  holds: (run: RunState) => boolean,
): Promise<void> {
  await waitFor(
    what,
    async () => {
      const run = await stage.ask<RunState>('GET', `/runs/${runId}`);
      return holds(run) || ['completed', 'failed', 'cancelled'].includes(run.status);
    },
    longestWaitMs,
  );
}

/** A run to its end; beside it one that is cancelled in the queue; one cancelled, gone on with and cancelled again. */
async function runsOfALife(stage: Stage, where: Where): Promise<string[]> {
  const short = await train(stage, where, 2);
  const waiting = await train(stage, where, 2);
  await cancelled(stage, waiting);
  await stage.untilOver(short);
  const long = await train(stage, where, 100_000);
  await until(stage, long, 'a checkpoint of the long run', (run) =>
    run.artifacts.some(({ kind }) => kind === 'checkpoint'),
  );
  await cancelled(stage, long);
  const { actions } = await stage.ask<RunState>('GET', `/runs/${long}`);
  const again = actions.find((action) => action === 'resume' || action === 'retry');
  if (again) {
    try {
      await stage.ask('POST', `/runs/${long}/${again}`, {});
    } catch (error) {
      if (!(error instanceof RestError && error.status === 409)) throw error;
    }
  }
  await until(stage, long, 'the further attempt to run', ({ status }) => status === 'running');
  await cancelled(stage, long);
  return [short, long];
}

/** What people do beside training: uploads, links, a second project, a token, a bad folder, the bin. */
async function oddsAndEnds(stage: Stage, images: string, where: Where): Promise<void> {
  const other = await project(stage, 'other');
  await stage.ask('PATCH', `/projects/${other}`, { description: 'a description' });
  await stage.ask('POST', '/settings/hubToken', { value: 'hf_token-of-a-life' });
  await stage.ask('POST', `/datasets/${where.datasetId}/projects`, { project: other });
  const linked = await imported(stage, {
    path: `${images}-linked`,
    project: other,
    name: 'linked',
    mode: 'link',
  });
  const bad = await imported(stage, { path: `${images}-bad`, project: other, name: 'bad' });
  if (linked.phase !== 'done' || bad.phase !== 'failed')
    throw new Error(`linked: ${linked.phase}, bad: ${bad.phase}`);
  const uploadId = await stage.upload('tiny.tar', await readFile(`${images}.tar`));
  await imported(stage, { path: `upload://${uploadId}`, project: other, name: 'uploaded' });
  const extra = await train(stage, where, 1);
  await stage.untilOver(extra);
  await gone(stage, `/runs/${extra}`);
  await gone(stage, `/datasets/${linked.datasetId}`);
  await gone(stage, `/projects/${other}`);
}

/** A whole life of a state folder. Answers the runs whose every number is to be compared. */
export async function wholeLife(stage: Stage, images: string): Promise<string[]> {
  const where = await importTiny(stage, images);
  const runs = await runsOfALife(stage, where);
  await oddsAndEnds(stage, images, where);
  return runs;
}
