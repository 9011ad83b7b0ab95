import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ContainerTrainers } from '../../../src/main/features/runs/docker/container-trainers.ts';
import { TrainerImage } from '../../../src/main/features/runs/docker/trainer-image.ts';
import { FileRunDirectories } from '../../../src/main/features/runs/process/run-directories.ts';
import { SupervisedExecutor } from '../../../src/main/features/runs/process/supervised-executor.ts';
import type { ExecutorMachine } from '../../features/runs/executors/contract.ts';
import { waitFor } from '../../support/engine.ts';
import { docker } from '../../support/servers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { baseImage } from './torch-image.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const behaviours = path.join(root, 'test/features/runs/executors/support/trainyard_torch');
const dockerfile = `ARG BASE_IMAGE
FROM \${BASE_IMAGE}
COPY trainyard_torch /opt/behaviours/trainyard_torch
ENV PYTHONPATH=/opt/behaviours
`;

/** The executor docker with an image whose trainer does what its model's name says (`behaviours`), and folders that go with it. */
export async function containerMachine(
  supervisor = path.join(root, 'src/main/features/runs/supervisor/supervisor.ts'),
): Promise<ExecutorMachine & { readonly image: TrainerImage }> {
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
    image,
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
      for (const id of left) await docker(['rm', '-f', '-v', id]).catch(() => undefined);
      await waitFor('no container to be left', async () => (await containersOf(runDirectory)).length === 0);
      await place[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
