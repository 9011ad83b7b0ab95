import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContainerTrainers } from '../../src/main/features/runs/docker/container-trainers.ts';
import { TrainerImage } from '../../src/main/features/runs/docker/trainer-image.ts';
import { FileRunDirectories } from '../../src/main/features/runs/process/run-directories.ts';
import { SupervisedExecutor } from '../../src/main/features/runs/process/supervised-executor.ts';
import { type ExecutorMachine, executorContract } from '../features/runs/executors/contract.ts';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: the executor docker, ${reason}`);

const supervisor = path.resolve(import.meta.dirname, '../../src/main/features/runs/supervisor/supervisor.ts');
const behaviours = path.resolve(import.meta.dirname, '../features/runs/executors/support/trainyard_torch');
const dockerfile = `ARG BASE_IMAGE
FROM \${BASE_IMAGE}
COPY trainyard_torch /opt/behaviours/trainyard_torch
ENV PYTHONPATH=/opt/behaviours
`;

async function machine(): Promise<ExecutorMachine> {
  const place = await temporaryFolder();
  const home = await temporaryFolder();
  // Root's container has another account, which is to read the data.
  await chmod(place.folder, 0o755);
  const context = path.join(home.folder, 'context');
  await mkdir(context);
  await writeFile(path.join(context, 'Dockerfile'), dockerfile);
  await cp(behaviours, path.join(context, 'trainyard_torch'), { recursive: true });
  const image = new TrainerImage(context, { baseImage, withUltralytics: false });
  const directories = new FileRunDirectories(path.join(place.folder, '실행 폴더'));
  const containersOf = async (runDirectory: string) =>
    (await docker(['ps', '-aq', '--filter', `label=trainyard.directory=${runDirectory}`]))
      .split('\n')
      .filter(Boolean);
  return {
    directories,
    open: () =>
      new SupervisedExecutor({
        ...{ node: process.execPath, supervisor, directories, log: { warn: () => {} } },
        trainers: new ContainerTrainers(() => image, home.folder),
      }),
    leftovers: containersOf,
    [Symbol.asyncDispose]: async () => {
      const runDirectory = directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
      const left = await containersOf(runDirectory);
      // Its supervisor may be removing it.
      for (const id of left) await docker(['rm', '-f', id]).catch(() => undefined);
      await waitFor('no container to be left', async () => (await containersOf(runDirectory)).length === 0);
      await place[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(reason !== null)('in containers', () => {
  executorContract('docker', machine);

  test('an image that cannot be built is named with the last lines of its build', async () => {
    await using place = await temporaryFolder();
    await writeFile(
      path.join(place.folder, 'Dockerfile'),
      `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo so far && exit 3\n`,
    );
    const image = new TrainerImage(place.folder, { baseImage, withUltralytics: false });
    const trainers = new ContainerTrainers(() => image, place.folder);
    const lines: string[] = [];
    const model = { name: 'any', source: 'timm', pretrained: false, pretrainedWeights: null } as const;
    const making = trainers.setUp(model, (line) => lines.push(line), AbortSignal.timeout(60_000));
    await expect(making).rejects.toMatchObject({
      code: 'TRAINER_IMAGE_FAILED',
      message: expect.stringContaining('so far'),
    });
    expect(lines[0]).toContain(await image.tag());
  });
});
