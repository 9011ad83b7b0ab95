import { watch } from 'node:fs';
import { chmod, mkdir, readFile, truncate } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { describe, expect, test } from 'vitest';
import { ContainerTrainers } from '../../src/main/features/runs/docker/container-trainers.ts';
import { TrainerImage } from '../../src/main/features/runs/docker/trainer-image.ts';
import { outcomeOf } from '../../src/main/features/runs/outcome.ts';
import type { RunConfig } from '../../src/main/features/runs/ports.ts';
import { FileRunDirectories } from '../../src/main/features/runs/process/run-directories.ts';
import { SupervisedExecutor } from '../../src/main/features/runs/process/supervised-executor.ts';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { SmallDisk, withoutSmallDisks } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

/** What the trainer's own tests have, too, is tried in containers by `npm run test:train`. */
const isFull = process.env.TRAINYARD_TEST_TRAIN === 'full';
const reason = withoutTorch();
if (reason) console.info(`skipped: trainings in containers that break, ${reason}`);
if (!isFull)
  console.info(
    'skipped: little shared memory and an image that is cut short, which npm run test:train tries',
  );
if (withoutSmallDisks) console.info(`skipped: a full disk in a container, ${withoutSmallDisks}`);

const root = path.resolve(import.meta.dirname, '../..');
const runId = '00000000-0000-4000-8000-000000000002';

interface Event {
  readonly seq: number;
  readonly type: string;
  readonly message?: string;
  readonly epoch?: number;
  readonly kind?: string;
}

/** What differs from a training of 24 small images in two classes for an epoch. */
interface Wanted {
  readonly images?: number;
  readonly imageSize?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly workers?: number;
  /** An image that is cut short. */
  readonly broken?: string;
  /** Of the container's plan. */
  readonly limits?: Docker.HostConfig;
}

function configOf(
  data: string,
  { imageSize = 32, epochs = 1, batchSize = 4, workers = 0 }: Wanted,
): RunConfig {
  const augmentation = {
    randomFlip: false,
    randomRotation: 0,
    colorJitter: false,
    mixup: false,
    cutmix: false,
  };
  return {
    ...{ protocol: 1, runId, attempt: 1 },
    task: { type: 'classification', numClasses: 2, classNames: ['class-0', 'class-1'] },
    model: { name: 'resnet18', source: 'timm', pretrained: false, pretrainedWeights: null },
    dataset: {
      ...{ datasetId: 'd', version: 1, root: data, manifest: 'dataset.jsonl', imageSize, augmentation },
      ...{ trainSplit: 0.8, valSplit: 0.2, testSplit: 0 },
    },
    training: {
      ...{
        epochs,
        batchSize,
        learningRate: 0.001,
        optimizer: 'adam',
        weightDecay: 0,
        momentum: 0.9,
        seed: 7,
      },
      scheduler: { type: 'none', warmupEpochs: 0 },
      earlyStop: { enabled: false, patience: 5, metric: 'val_loss' },
      ...{
        amp: false,
        gradientClip: null,
        accumulate: 1,
        ema: false,
        freezeBackbone: false,
        classWeights: null,
      },
    },
    resources: { gpuCount: 0, gpuType: null, memoryGb: 0, workers },
    resume: null,
  } as RunConfig;
}

/** Starts the torch trainer in a container. @param runs where the run directory is to be @param home a state folder */
async function begin(runs: string, home: string, data: string, wanted: Wanted) {
  const { images = 12, broken, limits } = wanted;
  await writeTinyDataset(data, { classes: 2, images, side: 16 });
  if (broken) await truncate(path.join(data, broken), 60);
  const lines = ['class-0', 'class-1'].flatMap((name) =>
    Array.from({ length: images }, (_, index) => {
      const file = `${name}/${index}.png`;
      const split = index < images / 6 ? 'val' : 'train';
      const size = { width: 16, height: 16, channels: 1 };
      return JSON.stringify({ file, path: file, class: name, split, ...size });
    }),
  );
  const image = new TrainerImage(path.join(root, 'resources/trainers/torch'), {
    baseImage,
    withUltralytics: false,
  });
  const directories = new FileRunDirectories(runs);
  const executor = new SupervisedExecutor({
    ...{ node: process.execPath, directories, log: { warn: () => {} } },
    supervisor: path.join(root, 'src/main/features/runs/supervisor/supervisor.ts'),
    trainers: new ContainerTrainers(() => image, home),
  });
  const runDirectory = directories.folderOf(runId, 1);
  const config = configOf(data, wanted);
  await executor.setUp(config.model, () => {}, AbortSignal.timeout(120_000));
  const placed = await executor.place(runDirectory, config, { gpuUuids: [], files: [] });
  const plan = placed.container as Docker.ContainerCreateOptions;
  // Threads of several trainings would only wait for each other.
  const Env = [...(plan.Env ?? []), 'OMP_NUM_THREADS=1'];
  const container = { ...plan, Env, HostConfig: { ...plan.HostConfig, ...limits } };
  await directories.prepare(runDirectory, { ...placed.config }, { lines, openAnnotations: null, container });
  expect(await executor.start(runDirectory, [])).toBeNull();

  /** What it wrote so far; its numbers have no gap. */
  async function events(): Promise<readonly Event[]> {
    const text = await readFile(path.join(runDirectory, 'events.jsonl'), 'utf8').catch(() => '');
    const found = text
      .split('\n')
      .slice(0, -1)
      .map((line): Event => JSON.parse(line));
    expect(found.map(({ seq }) => seq)).toEqual(found.map((_, index) => index + 1));
    return found;
  }
  const until = (what: string, is: (event: Event) => boolean) =>
    waitFor(what, async () => (await events()).some(is), 120_000);
  async function ended() {
    const exit = await waitFor(
      'its end',
      async () => {
        const seen = await directories.observe(runDirectory);
        return seen.kind === 'exited' && seen.exit;
      },
      180_000,
    );
    await executor.clear(runDirectory);
    const left = await docker(['ps', '-aq', '--filter', `label=trainyard.directory=${runDirectory}`]);
    expect(left.trim()).toBe('');
    const all = await events();
    const result = (all.findLast(({ type }) => type === 'result') ?? null) as Parameters<typeof outcomeOf>[1];
    const errors = await directories.lastErrorLines(runDirectory, 20);
    const log = all.flatMap(({ type, message }) => (type === 'log' ? [message] : [])).join('\n');
    return { ...outcomeOf(exit, result, errors), log, events: all };
  }
  return { runDirectory, until, ended };
}

/** Calls `changed` with each name that comes or goes in a folder. */
function watchFolder(folder: string, changed: (name: string) => void): Disposable {
  const watcher = watch(folder, (_event, name) => name !== null && changed(name));
  return { [Symbol.dispose]: () => watcher.close() };
}

/** A folder that containers of another account can read. */
async function openFolder() {
  const place = await temporaryFolder();
  await chmod(place.folder, 0o755);
  return place;
}

async function training(wanted: Wanted) {
  const [place, home] = [await openFolder(), await temporaryFolder()];
  const data = path.join(place.folder, 'data');
  const run = await begin(path.join(place.folder, 'runs'), home.folder, data, wanted);
  return {
    ...run,
    [Symbol.asyncDispose]: async () => {
      await place[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(reason !== null)('in a container', () => {
  test.skipIf(!isFull)(
    '64 MB of shared memory for eight processes that read images end in fewer of them, and are named',
    async () => {
      const limits = { ShmSize: 64 * 2 ** 20 };
      await using run = await training({ imageSize: 224, batchSize: 16, workers: 8, limits });
      const ended = await run.ended();
      expect(ended).toMatchObject({ status: 'completed', cause: 'completed' });
      expect(ended.log).toMatch(
        /Images are read by \d processes instead of 8: shared memory \(\/dev\/shm\) has 6\d MiB left/,
      );
    },
    240_000,
  );

  test('a training that needs more memory than its limit fails of that', async () => {
    const limits = { Memory: 700 * 2 ** 20, MemorySwap: 700 * 2 ** 20 };
    await using run = await training({ imageSize: 1024, batchSize: 16, limits });
    expect(await run.ended()).toMatchObject({
      ...{ status: 'failed', cause: 'out_of_memory' },
      message: expect.stringContaining('resources.memoryGb'),
    });
  }, 240_000);

  test.skipIf(!isFull)(
    'an image that was cut short since its import is named and left out, and the training completes',
    async () => {
      await using run = await training({ images: 40, broken: 'class-1/30.png' });
      const ended = await run.ended();
      expect(ended).toMatchObject({ status: 'completed', cause: 'completed' });
      expect(ended.log).toContain('"class-1/30.png" is left out');
    },
    240_000,
  );

  test.skipIf(withoutSmallDisks !== null)(
    'a disk that is full when a checkpoint is written is waited for, and the training completes',
    async () => {
      await using disk = await SmallDisk.make('800m');
      await chmod(disk.beside, 0o755);
      const home = path.join(disk.beside, 'home');
      await mkdir(home);
      const run = await begin(path.join(disk.mount, 'runs'), home, path.join(disk.beside, 'data'), {
        epochs: 3,
      });
      await run.until('a checkpoint', ({ type }) => type === 'checkpoint');
      const tries: string[] = [];
      using _watch = watchFolder(path.join(run.runDirectory, 'checkpoints'), (name) => tries.push(name));
      // Room for its events, and for no checkpoint.
      disk.fill(2 ** 20);
      // It writes aside, removes what there was no room for, and begins again.
      await waitFor('its third try', async () => tries.length > 6, 120_000);
      disk.free();
      const ended = await run.ended();
      expect(ended).toMatchObject({ status: 'completed', cause: 'completed' });
      expect(ended.events.filter(({ type }) => type === 'checkpoint').at(-1)).toMatchObject({ epoch: 3 });
    },
    240_000,
  );

  test('a trainer that is killed in its container is a failed run, and all that it wrote before is there', async () => {
    await using run = await training({ epochs: 500 });
    await run.until('a checkpoint', ({ type }) => type === 'checkpoint');
    const id = (
      await docker(['ps', '-q', '--filter', `label=trainyard.directory=${run.runDirectory}`])
    ).trim();
    const processes = (await docker(['top', id, '-eo', 'pid,args'])).split('\n');
    const trainer = processes.find((line) => /^\s*\d+\s+python3 -m trainyard_torch/.test(line));
    process.kill(Number.parseInt(trainer ?? '', 10), 'SIGKILL');
    expect(await run.ended()).toMatchObject({ status: 'failed', cause: 'signalled' });
  }, 240_000);
});
