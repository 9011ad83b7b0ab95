import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { pointsBetween } from '../../../src/main/features/metrics/point-rows.ts';
import { listProcesses } from '../../../src/main/features/runs/process/trainer-processes.ts';
import type { CreateRunInput } from '../../../src/shared/contract/runs.ts';
import { scriptName } from '../../../src/shared/model/script.ts';
import { waitFor } from '../../support/engine.ts';
import { createWorld, until, untilOver, type World } from './support/acts.ts';

/** A folder of somebody's own, and a run of a script in it. */
async function queueScript(
  { stage, folder, projectId }: World,
  command: string,
  more: Partial<CreateRunInput> = {},
): Promise<{ runId: string; working: string }> {
  const working = path.join(folder, 'own work');
  mkdirSync(working, { recursive: true });
  const environment = { COLOUR: 'red and blue', PATH: String(process.env.PATH) };
  const { runId } = await stage.runs.create(localOwnerId, {
    ...{ project: projectId, executor: 'auto', priority: 0, overrides: {}, source: 'manual' },
    script: { command, folder: working, image: null, environment },
    ...more,
  });
  return { runId, working };
}

async function pointsOf({ stage }: World, runId: string, name: string): Promise<unknown[]> {
  const { lastSeq } = await stage.runs.views.show(runId);
  const points = await pointsBetween(stage.parts.db, runId, 0, lastSeq);
  return points.flatMap(({ step, values }) => (Object.hasOwn(values, name) ? [[step, values[name]]] : []));
}

/** Rows of a table at which a reader can wait, each a moment after the other; the script ends when `enough` is there. */
const slowTable = `mkdir -p out; echo epoch,loss > out/results.csv; i=0
while [ ! -e enough ]; do i=$((i + 1)); echo $i,0.5 >> out/results.csv; sleep 0.02; done; wc -l < out/results.csv > rows`;

test('a script runs in its folder with its environment, and what it writes is read and kept', async () => {
  await using world = await createWorld();
  const { stage } = world;
  world.stage.runs.loop.start();
  const { runId, working } = await queueScript(
    world,
    `echo "$COLOUR" > seen && pwd >> seen && printf 'epoch,loss\\n1,0.5\\n2,0.25\\n' > results.csv && echo done | tee "$TRAINYARD_OUTPUT/model.onnx"`,
  );
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({
    ...{
      status: 'completed',
      progress: 100,
      model: 'script/echo',
      taskType: '',
      dataset: null,
      config: null,
    },
    ...{
      name: expect.stringMatching(/ · 1$/),
      executor: 'process',
      finalMetrics: { loss: 0.25 },
      actions: ['retry'],
    },
    artifacts: [{ kind: 'model', path: 'output/model.onnx' }],
    script: { folder: working },
  });
  expect(readFileSync(path.join(working, 'seen'), 'utf8')).toBe(`red and blue\n${working}\n`);
  expect(await pointsOf(world, runId, 'loss')).toEqual([
    [1, 0.5],
    [2, 0.25],
  ]);
});

test('a script that fails is failed with its code and its last lines, and tried again it may do better', async () => {
  await using world = await createWorld();
  const { stage } = world;
  stage.runs.loop.start();
  const { runId } = await queueScript(world, 'test -e tried || { touch tried; echo no luck >&2; exit 3; }');
  const failed = await untilOver(stage, runId);
  expect(failed).toMatchObject({ status: 'failed', attempts: [{ exitCode: 3, cause: 'error' }] });
  expect(failed.error).toContain('no luck');
  await stage.runs.commands.retry(localOwnerId, runId);
  const again = await until(stage, runId, 'a second attempt', (run) => run.status === 'completed');
  expect(again.attempts.map(({ status }) => status)).toEqual(['failed', 'completed']);
});

test('a script that asks for input gets none and is not left waiting', async () => {
  await using world = await createWorld();
  world.stage.runs.loop.start();
  const { runId } = await queueScript(world, 'cat > read; wc -c < read');
  expect((await untilOver(world.stage, runId)).status).toBe('completed');
});

test('cancelled, a script has its grace to end by itself, and what it wrote meanwhile is read', async () => {
  await using world = await createWorld();
  const { stage } = world;
  stage.runs.loop.start();
  const program = `trap 'echo 2,0.25 >> results.csv; exit 0' TERM; printf 'epoch,loss\\n1,0.5\\n' > results.csv; while :; do sleep 0.02; done`;
  const { runId } = await queueScript(world, `sh -c "${program.replaceAll('\\n', '\\\\n')}"`);
  await until(stage, runId, 'its first point', ({ metricNames }) => metricNames.includes('loss'));
  await stage.runs.commands.cancel(localOwnerId, runId, 20_000);
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({ status: 'cancelled', finalMetrics: { loss: 0.25 } });
  expect(await pointsOf(world, runId, 'loss')).toEqual([
    [1, 0.5],
    [2, 0.25],
  ]);
});

test('a sidecar that is killed is started again while the script goes on, and no point is lost or doubled', async () => {
  await using world = await createWorld();
  const { stage } = world;
  stage.runs.loop.start();
  const { runId, working } = await queueScript(world, slowTable);
  for (let kills = 0; kills < 3; kills += 1) {
    const { lastSeq } = await stage.runs.views.show(runId);
    await until(
      stage,
      runId,
      'further points',
      (run) => run.metricNames.includes('loss') && run.lastSeq > lastSeq,
    );
    const sidecars = (await listProcesses()).filter(
      ({ command }) =>
        command.includes('sidecar/main.ts ') && command.includes(runId) && !command.includes('supervisor.ts'),
    );
    for (const { pid } of sidecars) process.kill(pid, 'SIGKILL');
  }
  writeFileSync(path.join(working, 'enough'), '');
  expect((await untilOver(stage, runId)).status).toBe('completed');
  const rows = Number(readFileSync(path.join(working, 'rows'), 'utf8')) - 1;
  expect(await pointsOf(world, runId, 'loss')).toEqual(
    Array.from({ length: rows }, (_, at) => [at + 1, 0.5]),
  );
});

test('a script whose supervisor is killed is lost and ended, with all that it started', async () => {
  await using world = await createWorld();
  const { stage } = world;
  stage.runs.loop.start();
  const { runId } = await queueScript(world, slowTable);
  await until(stage, runId, 'its first point', ({ metricNames }) => metricNames.includes('loss'));
  const ofRun = async () => (await listProcesses()).filter(({ command }) => command.includes(runId));
  const supervisor = (await ofRun()).find(({ command }) => command.includes('supervisor.ts'));
  process.kill(supervisor?.pid ?? 0, 'SIGKILL');
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({ status: 'failed', attempts: [{ status: 'lost' }] });
  await waitFor(
    'the end of all its processes',
    async () => ((await ofRun()).length === 0 ? true : null),
    20_000,
  );
});

test.each([
  [{ command: '  ' }, 'SCRIPT_COMMAND_EMPTY'],
  [{ command: 'a\0b' }, 'SCRIPT_COMMAND_UNUSABLE'],
  [{ folder: ' ' }, 'SCRIPT_FOLDER_EMPTY'],
  [{ folder: 'work' }, 'SCRIPT_FOLDER_RELATIVE'],
  [{ folder: '/nowhere/at/all' }, 'SCRIPT_FOLDER_NOT_FOUND'],
  [{ folder: import.meta.filename }, 'SCRIPT_FOLDER_NOT_A_FOLDER'],
])('a script of %o is refused, and nothing is made', async (wrong, code) => {
  await using world = await createWorld();
  const script = { command: 'true', folder: world.folder, image: null, environment: {}, ...wrong };
  await expect(queueScript(world, 'true', { script })).rejects.toMatchObject({
    code,
    hint: expect.any(String),
  });
  const { rows } = await world.stage.pool.query('SELECT count(*) FROM workflows');
  expect(rows).toEqual([{ count: 0 }]);
});

test('a setting of our trainers beside a script is refused by its name', async () => {
  await using world = await createWorld();
  const overrides = { training: { epochs: 3 } };
  const refused = queueScript(world, 'true', { overrides });
  await expect(refused).rejects.toMatchObject({
    code: 'SCRIPT_WITH_MODEL',
    message: expect.stringContaining('overrides'),
  });
  expect(existsSync(path.join(world.folder, 'runs'))).toBe(false);
});

test('an executor beside a script is refused: the script would run elsewhere than was asked for', async () => {
  await using world = await createWorld();
  await expect(queueScript(world, 'true', { executor: 'docker' })).rejects.toMatchObject({
    code: 'SCRIPT_WITH_EXECUTOR',
    place: { field: 'executor' },
  });
  expect(existsSync(path.join(world.folder, 'runs'))).toBe(false);
});

test('a folder that is gone when the run’s turn comes fails it by name', async () => {
  await using world = await createWorld();
  const { stage, folder } = world;
  const gone = path.join(folder, 'gone');
  mkdirSync(gone);
  const { runId } = await queueScript(world, 'true', {
    script: { command: 'true', folder: gone, image: null, environment: {} },
  });
  rmdirSync(gone);
  stage.runs.loop.start();
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({
    status: 'failed',
    error: expect.stringContaining(gone),
    attempts: [{ cause: 'not_started' }],
  });
});

test.each([
  ['python train.py --epochs 3', 'train.py'],
  ['CUDA_VISIBLE_DEVICES=0 torchrun --nproc 2 src/main.py', 'main.py'],
  ['accelerate launch "my train.py"', 'my train.py'],
  ['yolo detect train data=shapes.yaml', 'yolo'],
  ['./run.sh', 'run.sh'],
])('%j is called %s', (command, name) => {
  expect(scriptName(command)).toBe(name);
});
