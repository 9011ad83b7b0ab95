import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { ContainerTrainers } from '../../../../src/main/features/runs/docker/container-trainers.ts';
import { ScriptContainers } from '../../../../src/main/features/runs/docker/script-containers.ts';
import { planScript } from '../../../../src/main/features/runs/docker/script-plan.ts';
import type { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { checkScript } from '../../../../src/main/features/runs/process/script-trainers.ts';
import { supervisedExecutors } from '../../../../src/main/features/runs/process/supervised-executor.ts';
import type { RunsParts } from '../../../../src/main/features/runs/runs.ts';
import { createWorld, until, untilOver, type World } from '../support/acts.ts';

const image = process.env.TRAINYARD_TEST_IMAGE ?? '';
const testWithImage = test.skipIf(image === '');
if (image === '')
  console.log('Skipped: scripts in containers. TRAINYARD_TEST_IMAGE names no image that has a shell.');

const root = path.resolve(import.meta.dirname, '../../../..');

/** Scripts in containers, beside what a test's engine has anyway. */
function withContainers({ executors, directories, log }: RunsParts): Partial<RunsParts> {
  const noImage = () => {
    throw new Error('no trainer of ours runs here');
  };
  const home = path.join(root, 'migrations');
  const scripts = new ScriptContainers(new ContainerTrainers(noImage, home), {
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
    script: { command, folder: working, image, environment: { PATH: '/nowhere' }, ...part },
  });
  return runId;
}

const containersOf = (runId: string) =>
  execFileSync('docker', ['ps', '-aq', '--filter', `label=trainyard.run=${runId}`], { encoding: 'utf8' });

test('a script’s container sees its folder and its run directory, and has no network and no rights', () => {
  const script = { command: 'python train.py', folder: '/home/me/work', image: 'mine:1' };
  const facts = {
    ...{ runId: 'r', attempt: 2, runDirectory: '/state/runs/r/2', folder: '/disk/work', user: '1000:1000' },
    ...{ hasCards: true, processors: 8, memoryBytes: 64 * 1024 ** 3 },
    script: { ...script, environment: { PATH: '/here/bin', CUDA_VISIBLE_DEVICES: '1' } },
  };
  const { HostConfig: host, ...plan } = planScript(facts);
  expect(plan).toMatchObject({
    Image: 'mine:1',
    Cmd: ['python train.py'],
    WorkingDir: '/home/me/work',
    User: '1000:1000',
  });
  expect(plan.Env).toContain('CUDA_VISIBLE_DEVICES=1');
  expect(plan.Env?.filter((one) => one.startsWith('PATH='))).toEqual([]);
  expect(plan.Labels).toMatchObject({ 'trainyard.run': 'r', 'trainyard.attempt': '2' });
  expect(host?.Mounts).toEqual([
    { Type: 'bind', Source: '/state/runs/r/2', Target: '/trainyard/run' },
    { Type: 'bind', Source: '/disk/work', Target: '/home/me/work' },
  ]);
  expect(host).toMatchObject({ NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] });
  expect(host?.DeviceRequests).toHaveLength(1);
  expect(planScript({ ...facts, hasCards: false }).HostConfig?.DeviceRequests).toEqual([]);
});

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
