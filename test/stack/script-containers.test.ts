import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { ScriptContainers } from '../../src/main/features/runs/docker/script-containers.ts';
import type { FileRunDirectories } from '../../src/main/features/runs/process/run-directories.ts';
import { checkScript } from '../../src/main/features/runs/process/script-trainers.ts';
import { supervisedExecutors } from '../../src/main/features/runs/process/supervised-executor.ts';
import type { RunsParts } from '../../src/main/features/runs/runs.ts';
import { createWorld, until, untilOver, type World } from '../features/runs/support/acts.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: scripts in containers, ${reason}`);
const testWithImage = test.skipIf(reason !== null);

const root = path.resolve(import.meta.dirname, '../..');

/** Scripts in containers, beside what a test's engine has anyway. */
function withContainers({ executors, directories, log }: RunsParts): Partial<RunsParts> {
  const home = path.join(root, 'migrations');
  const scripts = new ScriptContainers({
    ...{ sidecar: path.join(root, 'resources/trainers/sidecar/main.ts'), home },
    hasCards: async () => false,
  });
  const supervisor = path.join(root, 'src/main/features/runs/supervisor/supervisor.ts');
  const own = { node: process.execPath, supervisor, directories: directories as FileRunDirectories, log };
  return {
    executors: new Map([...executors, ...supervisedExecutors([scripts], own)]),
    checkScript: (script) => {
      checkScript(script);
      return scripts.check(script);
    },
  };
}

async function queueScript({ stage, folder, projectId }: World, command: string, part: object = {}) {
  const working = path.join(folder, 'work');
  mkdirSync(working, { recursive: true });
  const { runId } = await stage.runs.create(localOwnerId, {
    ...{ project: projectId, executor: 'auto', priority: 0, overrides: {}, source: 'manual' },
    script: { command, folder: working, image: baseImage ?? '', environment: { PATH: '/nowhere' }, ...part },
  });
  return runId;
}

const containersOf = (runId: string) =>
  execFileSync('docker', ['ps', '-aq', '--filter', `label=trainyard.run=${runId}`], { encoding: 'utf8' });

testWithImage('a script in a container is read, keeps what it left, and leaves no container', async () => {
  await using world = await createWorld({ parts: withContainers });
  const { stage } = world;
  stage.runs.loop.start();
  const runId = await queueScript(
    world,
    `printf 'epoch,loss\\n1,0.5\\n' > results.csv && echo weights > "$TRAINYARD_OUTPUT/model.onnx" && pwd`,
  );
  const run = await untilOver(stage, runId);
  expect(run).toMatchObject({ status: 'completed', executor: 'image', finalMetrics: { loss: 0.5 } });
  expect(run.artifacts).toMatchObject([{ path: 'output/model.onnx' }]);
  expect(containersOf(runId)).toBe('');
});

testWithImage(
  'a script in a container is cancelled, what it started too, and may end by itself',
  async () => {
    await using world = await createWorld({ parts: withContainers });
    const { stage } = world;
    stage.runs.loop.start();
    const program = `trap 'echo 2,0.25 >> results.csv; exit 0' TERM; printf 'epoch,loss\\n1,0.5\\n' > results.csv; while :; do sleep 0.05; done`;
    const runId = await queueScript(world, `sh -c "${program}"; true`);
    await until(stage, runId, 'its first point', ({ metricNames }) => metricNames.includes('loss'));
    await stage.runs.commands.cancel(localOwnerId, runId, 30_000);
    const run = await untilOver(stage, runId);
    expect(run).toMatchObject({ status: 'cancelled', finalMetrics: { loss: 0.25 } });
    expect(containersOf(runId)).toBe('');
  },
);

testWithImage(
  'an image that is not there, or a folder with the state in it, is refused by name',
  async () => {
    await using world = await createWorld({ parts: withContainers });
    const missing = queueScript(world, 'true', { image: 'nobody/has-this:1' });
    await expect(missing).rejects.toMatchObject({ code: 'SCRIPT_IMAGE_NOT_FOUND' });
    const open = queueScript(world, 'true', { folder: root });
    await expect(open).rejects.toMatchObject({ code: 'SCRIPT_FOLDER_HOLDS_STATE' });
  },
);
