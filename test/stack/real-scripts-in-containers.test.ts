import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { pointsBetween } from '../../src/main/features/metrics/point-rows.ts';
import type { Run } from '../../src/shared/contract/runs.ts';
import { isEnded } from '../../src/shared/model/run.ts';
import { createWorld, until } from '../features/runs/support/acts.ts';
import type { Stage } from '../features/runs/support/stage.ts';
import { accelerateFolder, installAccelerate } from '../support/accelerate.ts';
import { waitFor } from '../support/engine.ts';
import {
  containersOf,
  queueScript,
  root,
  withContainers,
  workingFolderOf,
} from './support/script-containers.ts';
import { withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: scripts of other libraries in containers, ${reason}`);

const withoutAccelerate = reason ?? installAccelerate('python3');
if (withoutAccelerate) console.info(`skipped: a script of transformers in a container, ${withoutAccelerate}`);

const timeoutMs = 300_000;

/** Each library's script, the metric that shows that it trains, and what makes it train until it is cancelled. */
const libraries = [
  {
    ...{ library: 'Ultralytics', script: 'ultralytics_train.py', metric: 'metrics/mAP50(B)' },
    ...{ short: 'epochs=3', long: 'epochs=3000', skip: reason },
  },
  {
    ...{ library: 'the Hugging Face Trainer', script: 'huggingface_train.py', metric: 'loss' },
    ...{ short: 'num_train_epochs=4', long: 'num_train_epochs=20000', skip: withoutAccelerate },
  },
  {
    ...{ library: 'TensorBoard', script: 'tensorboard_train.py', metric: 'loss' },
    ...{ short: '', long: '', skip: reason },
  },
] as const;

/** Each wait of the helper has its own end, and importing a library takes longer on a busy machine. */
async function untilLate(stage: Stage, runId: string, what: string, holds: (run: Run) => boolean) {
  const end = Date.now() + timeoutMs / 2;
  for (;;) {
    try {
      return await until(stage, runId, what, holds);
    } catch (error) {
      if (Date.now() > end || isEnded((await stage.runs.views.show(runId)).status)) throw error;
    }
  }
}

async function stepsOf({ parts }: Stage, runId: string, metric: string): Promise<number[]> {
  const points = await pointsBetween(parts.db, runId, 0, Number.MAX_SAFE_INTEGER);
  return points.filter(({ values }) => Object.hasOwn(values, metric)).map(({ step }) => step);
}

for (const { library, script, metric, short, long, skip } of libraries) {
  test.skipIf(skip !== null)(
    `a script of ${library} in a container is seen while it trains, outlives its engine, loses no point, and is cancelled`,
    async () => {
      await using world = await createWorld({ parts: withContainers });
      const working = workingFolderOf(world);
      mkdirSync(working);
      const text = readFileSync(path.join(root, 'test/sidecar/scripts', script), 'utf8');
      expect(text).toContain(short);
      writeFileSync(path.join(working, 'train.py'), text.replace(short, long));
      if (script === 'huggingface_train.py')
        cpSync(accelerateFolder, path.join(working, 'site'), { recursive: true });

      world.stage.runs.loop.start();
      const runId = await queueScript(world, 'PYTHONPATH=site python3 train.py', {
        environment: { OMP_NUM_THREADS: '1', YOLO_CONFIG_DIR: '/tmp' },
      });
      await untilLate(world.stage, runId, 'its first point', ({ metricNames }) =>
        metricNames.includes(metric),
      );
      await world.stage.runs.loop[Symbol.asyncDispose]();
      const next = world.another();
      next.runs.loop.start();
      expect((await next.runs.views.show(runId)).status).toBe('running');
      const read = (await stepsOf(next, runId, metric)).length;
      const hasMore = async () => (await stepsOf(next, runId, metric)).length > read;
      await waitFor('a point that the next engine read', hasMore, timeoutMs / 2);

      await next.runs.commands.cancel(localOwnerId, runId, 10_000);
      expect(await untilLate(next, runId, 'its end', (run) => isEnded(run.status))).toMatchObject({
        ...{ status: 'cancelled', executor: 'image' },
      });
      const steps = await stepsOf(next, runId, metric);
      expect(steps).toEqual(steps.map((_, at) => at + 1));
      expect(await containersOf(runId)).toBe('');
    },
    timeoutMs,
  );
}
