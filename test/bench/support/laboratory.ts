import path from 'node:path';
import type { MetricPoint } from '../../../src/shared/contract/run-readings.ts';
import type { Run } from '../../../src/shared/contract/runs.ts';
import { cliJson, type RunningEngine, startEngine, temporaryHome, waitFor } from '../../support/engine.ts';
import { rest } from '../../support/rest.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const trainers = path.resolve(import.meta.dirname, '..', 'trainers');
const longestRunMs = 30 * 60_000;

/** How much a trainer of a benchmark writes: epochs × batchSize; paced: batchSize in a second. */
export interface Amount {
  readonly epochs: number;
  readonly batchSize: number;
  readonly paced?: boolean;
}

/** An engine of its own with a trainer for benchmarks, a project and a dataset. */
export interface Laboratory {
  readonly engine: RunningEngine;
  /** The engine's state folder. */
  readonly home: string;
  /** Queues a run; answers its id. */
  start(name: string, amount: Amount): Promise<string>;
  show(runId: string): Promise<Run>;
  /** Waits for the run's end. @throws where it did not complete */
  completed(runId: string): Promise<Run>;
  /** Every metric point of a run, in order. */
  points(runId: string): AsyncGenerator<MetricPoint>;
}

/** Gives `work` a laboratory and removes everything of it afterwards. */
export async function withLaboratory<Result>(
  trainer: 'points.mjs' | 'lines.mjs',
  work: (laboratory: Laboratory) => Promise<Result>,
): Promise<Result> {
  await using state = await temporaryHome();
  await using engine = await startEngine(state.home, ['--no-sample', '--stop-runs'], {
    TRAINYARD_BUILTIN_TRAINER: path.join(trainers, trainer),
  });
  const images = path.join(path.dirname(state.home), 'images');
  await writeTinyDataset(images, { images: 4 });
  const project = await cliJson<{ id: string }>(state.home, ['project', 'create', 'bench']);
  const dataset = await cliJson<{ id: string }>(state.home, [
    'dataset',
    'import',
    images,
    '--project',
    'bench',
  ]);
  const show = (runId: string) => rest<Run>(engine, 'GET', `/runs/${runId}`);
  return await work({
    engine,
    home: state.home,
    show,
    start: async (name, { epochs, batchSize, paced = false }) => {
      const { runId } = await rest<{ runId: string }>(engine, 'POST', '/runs', {
        project: project.id,
        dataset: dataset.id,
        name,
        overrides: { training: { epochs, batchSize, momentum: paced ? 0.5 : 0 } },
      });
      return runId;
    },
    completed: async (runId) => {
      const run = await waitFor(
        `the end of run ${runId}`,
        async () => {
          const now = await show(runId);
          return now.completedAt === null ? null : now;
        },
        longestRunMs,
      );
      if (run.status !== 'completed')
        throw new Error(`the run ${run.name} ended ${run.status}: ${run.error}`);
      return run;
    },
    points: (runId) => allPoints(engine, runId),
  });
}

async function* allPoints(engine: RunningEngine, runId: string): AsyncGenerator<MetricPoint> {
  for (let after = 0; ; ) {
    const page = await rest<{ metrics: MetricPoint[]; next: number; more: boolean }>(
      engine,
      'GET',
      `/runs/${runId}/metrics?after=${after}&limit=50000`,
    );
    yield* page.metrics;
    if (!page.more) return;
    after = page.next;
  }
}

/** The loss that points.mjs writes at a step. */
export function lossAt(step: number): number {
  return Math.round(1e6 * (1 + Math.sin(step * 12.9898))) / 1e6;
}
