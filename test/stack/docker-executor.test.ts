import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContainerTrainers } from '../../src/main/features/runs/docker/container-trainers.ts';
import { TrainerImage } from '../../src/main/features/runs/docker/trainer-image.ts';
import { configOf, executorContract } from '../features/runs/executors/contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { containerMachine } from './support/container-machine.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: the executor docker, ${reason}`);

describe.skipIf(reason !== null)('in containers', () => {
  executorContract('docker', () => containerMachine());

  test('pretrained weights that no file is named for are refused before anything is started', async () => {
    await using machine = await containerMachine();
    const runDirectory = machine.directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
    const wanted = configOf('quick', path.dirname(path.dirname(path.dirname(runDirectory))));
    const pretrained = { ...wanted, model: { ...wanted.model, pretrained: true } };
    const placing = machine.open().place(runDirectory, pretrained, { gpuUuids: [], files: [] });
    await expect(placing).rejects.toMatchObject({ code: 'WEIGHTS_UNNAMED' });
  });

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
