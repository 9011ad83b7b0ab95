import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type ContainerFacts,
  configInside,
  planContainer,
  sharedMemoryFor,
} from '../../../../src/main/features/runs/docker/container-plan.ts';
import { planScript } from '../../../../src/main/features/runs/docker/script-plan.ts';
import { weightsFiles } from '../../../../src/main/features/runs/docker/weights-files.ts';
import type { RunConfig } from '../../../../src/main/features/runs/ports.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const gibibyte = 1024 ** 3;

const config = {
  ...{ protocol: 1, runId: 'r', attempt: 2 },
  task: { type: 'detection', numClasses: 2, classNames: ['cat', 'dog'] },
  model: {
    name: 'fcos_resnet18_fpn',
    source: 'torchvision',
    pretrained: true,
    pretrainedWeights: '/w/fcos.pth',
  },
  dataset: { datasetId: 'd', version: 1, root: '/photos', manifest: 'dataset.jsonl', imageSize: 640 },
  training: { batchSize: 16 },
  resources: { gpuCount: 2, gpuType: null, memoryGb: 24, workers: 8 },
  resume: { from: '/state/runs/r/1/checkpoints/last-7', epoch: 1, step: 7 },
} as unknown as RunConfig;

const facts: ContainerFacts = {
  ...{ image: 'trainyard/trainer:1', runDirectory: '/state/runs/r/2', dataRoot: '/disk/photos' },
  ...{ checkpoint: '/state/runs/r/1/checkpoints/last-7', user: '1000:1000' },
  weights: { name: 'fcos.pth', mounts: [{ source: '/w/fcos.pth', name: 'fcos.pth' }] },
  ...{ gpuUuids: ['GPU-a', 'GPU-b'], processors: 16, memoryBytes: 64 * gibibyte },
};

test('a trainer’s container sees its run directory, its data, its checkpoint and its weights, all but the first read-only, and of that not what it is made by', () => {
  const { HostConfig: host, ...plan } = planContainer(config, facts);
  expect(plan).toMatchObject({ Image: 'trainyard/trainer:1', User: '1000:1000', OpenStdin: true });
  expect(plan.Labels).toMatchObject({ 'trainyard.run': 'r', 'trainyard.attempt': '2' });
  expect(host?.Mounts?.map(({ Source, Target, ReadOnly = false }) => [Source, Target, ReadOnly])).toEqual([
    ['/state/runs/r/2', '/trainyard/run', false],
    ['/state/runs/r/2/config.json', '/trainyard/run/config.json', true],
    ['/state/runs/r/2/container.json', '/trainyard/run/container.json', true],
    ['/disk/photos', '/trainyard/data', true],
    ['/state/runs/r/1/checkpoints/last-7', '/trainyard/checkpoint/last-7', true],
    ['/w/fcos.pth', '/trainyard/weights/fcos.pth', true],
  ]);
  expect(host).toMatchObject({
    ...{ NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], ReadonlyRootfs: true },
    ...{ Memory: 24 * gibibyte, MemorySwap: 24 * gibibyte, NanoCpus: 15e9, PidsLimit: 4096 },
    DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: ['GPU-a', 'GPU-b'] }],
  });
});

test('a trainer’s config has the paths that its container has', () => {
  const inside = configInside(config, facts);
  expect(inside.dataset.root).toBe('/trainyard/data');
  expect(inside.model.pretrainedWeights).toBe('/trainyard/weights/fcos.pth');
  expect(inside.resume).toEqual({ from: '/trainyard/checkpoint/last-7', epoch: 1, step: 7 });
});

test('a container without a limit of its own leaves a tenth of the memory, and gets no cards that nobody asked for', () => {
  const plain = { ...config, resources: { ...config.resources, gpuCount: 0, memoryGb: 0 } };
  const { HostConfig: host } = planContainer(plain, { ...facts, gpuUuids: [] });
  expect(host?.Memory).toBe(Math.floor(64 * gibibyte * 0.9));
  expect(host?.DeviceRequests).toEqual([]);
});

test('shared memory grows with workers, batch and image size, up to half of the memory', () => {
  const imageBytes = 3 * 640 * 640 * 4;
  const perCard = 2 * 8 * imageBytes;
  expect(sharedMemoryFor(config, facts)).toBeGreaterThan(8 * 2 * perCard);
  const few = { ...config, resources: { ...config.resources, workers: 1 } };
  expect(sharedMemoryFor(few, facts)).toBeLessThan(sharedMemoryFor(config, facts));
  expect(sharedMemoryFor(config, { ...facts, memoryBytes: gibibyte })).toBe(gibibyte / 2);
});

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
  expect(host?.Mounts?.map(({ Source, Target, ReadOnly = false }) => [Source, Target, ReadOnly])).toEqual([
    ['/state/runs/r/2', '/trainyard/run', false],
    ['/state/runs/r/2/config.json', '/trainyard/run/config.json', true],
    ['/state/runs/r/2/container.json', '/trainyard/run/container.json', true],
    ['/disk/work', '/home/me/work', false],
  ]);
  expect(host).toMatchObject({ NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] });
  expect(host?.DeviceRequests).toHaveLength(1);
  expect(planScript({ ...facts, hasCards: false }).HostConfig?.DeviceRequests).toEqual([]);
});

test.runIf(process.platform !== 'win32')(
  'weights in a hub’s cache keep the names of their links, and the config beside them comes along',
  async () => {
    await using place = await temporaryFolder();
    const root = await realpath(place.folder);
    const [blobs, snapshot] = [path.join(root, 'blobs'), path.join(root, 'snapshots', 'one')];
    await mkdir(blobs);
    await mkdir(snapshot, { recursive: true });
    for (const [blob, name] of [
      ['1f', 'model.safetensors'],
      ['2f', 'config.json'],
    ] as const) {
      await writeFile(path.join(blobs, blob), '');
      await symlink(path.join('../../blobs', blob), path.join(snapshot, name));
    }
    const file = await weightsFiles(path.join(snapshot, 'model.safetensors'));
    expect(file).toEqual({
      name: 'model.safetensors',
      mounts: [
        { source: path.join(blobs, '1f'), name: 'model.safetensors' },
        { source: path.join(blobs, '2f'), name: 'config.json' },
      ],
    });
    const folder = await weightsFiles(snapshot);
    expect(folder?.name).toBe('one');
    expect(folder?.mounts).toHaveLength(2);
    expect(folder?.mounts).toContainEqual({ source: path.join(blobs, '1f'), name: 'one/model.safetensors' });
    expect(await weightsFiles(blobs)).toEqual({ name: 'blobs', mounts: [{ source: blobs, name: 'blobs' }] });
    expect(await weightsFiles('/dev/zero')).toBeNull();
  },
);
