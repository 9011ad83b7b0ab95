import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { pointsBetween } from '../../src/main/features/metrics/point-rows.ts';
import { createWorld, until, untilOver, type World } from '../features/runs/support/acts.ts';
import type { Stage } from '../features/runs/support/stage.ts';
import { accelerateFolder, installAccelerate } from '../support/accelerate.ts';

const python = process.env.TRAINYARD_TEST_PYTHON;

/** Whether the Python has what a script needs; if not, the reason is printed. */
function has(what: string, ...modules: readonly string[]): boolean {
  // matplotlib is imported: some have it without its files. The others take seconds, and are looked for.
  const look = `import importlib.util as u, sys
missing = [m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None]
if 'matplotlib' in ${JSON.stringify(modules)}: import matplotlib
sys.exit(', '.join(missing) or None)`;
  const found = python ? spawnSync(python, ['-c', look], { encoding: 'utf8', timeout: 60_000 }) : null;
  if (found?.status === 0) return true;
  const why = found ? `has not all of ${modules.join(', ')}` : 'names no Python';
  console.info(`skipped: ${what}, TRAINYARD_TEST_PYTHON ${why}`);
  return false;
}
function hasAccelerate(what: string): boolean {
  const why = installAccelerate(String(python));
  if (why) console.info(`skipped: ${what}, ${why}`);
  return why === null;
}
const testWithUltralytics = test.runIf(has('a script of Ultralytics', 'ultralytics', 'matplotlib'));
const testWithTransformers = test.runIf(
  has('a script of transformers', 'transformers') && hasAccelerate('a script of transformers'),
);
const testWithPython = test.runIf(has('scripts with TensorBoard', 'torch', 'tensorboardX'));
const scripts = path.resolve(import.meta.dirname, 'scripts');
const packageFolder = path.resolve(import.meta.dirname, '../../resources/python/trainyard');

async function queueScript({ stage, folder, projectId }: World, name: string) {
  const working = path.join(folder, 'work');
  mkdirSync(working, { recursive: true });
  const { runId } = await stage.runs.create(localOwnerId, {
    ...{ project: projectId, executor: 'auto', priority: 0, overrides: {}, source: 'manual' },
    script: {
      command: `${python} "${path.join(scripts, name)}"`,
      folder: working,
      image: null,
      environment: {
        ...{
          OMP_NUM_THREADS: '1',
          YOLO_CONFIG_DIR: path.join(folder, 'yolo'),
          PYTHONPATH: `${packageFolder}:${accelerateFolder}`,
        },
        PATH: String(process.env.PATH),
      },
    },
  });
  return { runId, working };
}

async function stepsOf(stage: Stage, runId: string, name: string): Promise<number[]> {
  const points = await pointsBetween(stage.parts.db, runId, 0, Number.MAX_SAFE_INTEGER);
  return points.filter(({ values }) => Object.hasOwn(values, name)).map(({ step }) => step);
}

const numbersTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
/** Importing torch alone takes a while on a busy machine. */
const timeoutMs = 300_000;

async function untilCompleted(stage: Stage, runId: string) {
  for (;;) {
    // Each wait of the helper has its own end, and a training here takes longer.
    const run = await untilOver(stage, runId).catch(() => stage.runs.views.show(runId));
    if (!['queued', 'running', 'pending'].includes(run.status)) return run;
  }
}

testWithUltralytics(
  'an unchanged script of Ultralytics has its metrics by epoch, its progress and its weights',
  { timeout: timeoutMs },
  async () => {
    await using world = await createWorld();
    const { stage } = world;
    stage.runs.loop.start();
    const { runId } = await queueScript(world, 'ultralytics_train.py');
    const run = await untilCompleted(stage, runId);
    expect(run).toMatchObject({ status: 'completed', currentEpoch: 3, totalEpochs: 3 });
    expect(await stepsOf(stage, runId, 'metrics/mAP50(B)')).toEqual([1, 2, 3]);
    expect(run.artifacts.map(({ path: inner }) => inner)).toEqual(
      expect.arrayContaining([
        'artifacts/runs/detect/train/weights/best.pt',
        'artifacts/runs/detect/train/weights/last.pt',
      ]),
    );
  },
);

testWithTransformers(
  'an unchanged script of the Hugging Face Trainer has each entry of its history once, and its model',
  { timeout: timeoutMs },
  async () => {
    await using world = await createWorld();
    const { stage } = world;
    stage.runs.loop.start();
    const { runId } = await queueScript(world, 'huggingface_train.py');
    const run = await untilCompleted(stage, runId);
    expect(run).toMatchObject({ status: 'completed', currentEpoch: 4, totalEpochs: 4 });
    expect(await stepsOf(stage, runId, 'loss')).toEqual(numbersTo(16));
    expect(await stepsOf(stage, runId, 'eval_loss')).toEqual([4, 8, 12, 16]);
    expect(run.artifacts.map(({ path: inner }) => inner)).toContain('artifacts/output/model.safetensors');
  },
);

testWithPython(
  'a plain script with TensorBoard is seen while it runs, outlives its engine, and loses no point',
  { timeout: timeoutMs },
  async () => {
    await using world = await createWorld();
    const { stage } = world;
    stage.runs.loop.start();
    const { runId, working } = await queueScript(world, 'tensorboard_train.py');
    const isSeen = ({ metricNames }: { metricNames: string[] }) => metricNames.includes('loss');
    await until(stage, runId, 'its first point', isSeen).catch(() =>
      until(stage, runId, 'its first point', isSeen),
    );
    await stage.runs.loop[Symbol.asyncDispose]();
    const next = world.another();
    next.runs.loop.start();
    const { lastSeq } = await next.runs.views.show(runId);
    await until(next, runId, 'points that the next engine read', (run) => run.lastSeq > lastSeq + 20);
    writeFileSync(path.join(working, 'enough'), '');
    expect((await untilCompleted(next, runId)).status).toBe('completed');
    const steps = Number(readFileSync(path.join(working, 'steps'), 'utf8'));
    expect(await stepsOf(next, runId, 'loss')).toEqual(numbersTo(steps));
  },
);

testWithPython('a plain script is cancelled within its grace', { timeout: timeoutMs }, async () => {
  await using world = await createWorld();
  const { stage } = world;
  stage.runs.loop.start();
  const { runId } = await queueScript(world, 'tensorboard_train.py');
  await until(stage, runId, 'its start', ({ status }) => status === 'running');
  await stage.runs.commands.cancel(localOwnerId, runId, 10_000);
  expect((await untilCompleted(stage, runId)).status).toBe('cancelled');
});

testWithPython(
  'what a script logs by the package is there: metrics, progress, images and artifacts',
  { timeout: timeoutMs },
  async () => {
    await using world = await createWorld();
    const { stage } = world;
    stage.runs.loop.start();
    const { runId } = await queueScript(world, 'package_train.py');
    const run = await untilCompleted(stage, runId);
    expect(run).toMatchObject({ status: 'completed', currentEpoch: 3, totalEpochs: 3 });
    expect(await stepsOf(stage, runId, 'loss')).toEqual([1, 2, 3]);
    expect(run.artifacts.map(({ path: inner, kind }) => [inner, kind])).toEqual([
      ['artifacts/images/noise-3.png', 'image'],
      ['artifacts/weights.pt', 'model'],
    ]);
  },
);
