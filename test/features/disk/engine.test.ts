import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, waitFor } from '../../support/engine.ts';
import { noisy } from '../../support/odd-images.ts';
import { rest } from '../../support/rest.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { importTiny, train, type Where } from '../../torture/life.ts';
import { kill, Stage } from '../../torture/stage.ts';

interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
/** An engine on a disk of its own that is small, thus low on room from the beginning. */
describe.skipIf(withoutSmallDisks)('an engine on a small disk', () => {
  let disk: SmallDisk;
  let stage: Stage;
  let images: string;
  let where: Where;

  beforeAll(async () => {
    disk = await SmallDisk.make('256M');
    images = path.join(disk.beside, 'images');
    await writeTinyDataset(images);
    stage = new Stage(disk.home);
    await stage.start();
    where = await importTiny(stage, images);
  });
  afterAll(async () => {
    await stage.stop();
    await disk[Symbol.asyncDispose]();
  });

  const levelIs = (wanted: 'low' | 'full') =>
    waitFor(`the disk to be seen ${wanted}`, async () => {
      const { level } = await rest<{ level: string }>(stage.engine, 'GET', '/system/disk');
      return level === wanted;
    });
  const runs = () => rest<{ total: number }>(stage.engine, 'GET', '/runs');
  const cli = (args: readonly string[], environment?: NodeJS.ProcessEnv) =>
    runCli(disk.home, args, environment);
  const imported = (folder: string, name: string) =>
    cli(['dataset', 'import', folder, '--project', 'torture', '--name', name, '--json']);

  /** A folder with two classes of noise, which no format makes smaller. */
  async function bigImages(name: string): Promise<string> {
    const folder = path.join(disk.beside, name);
    for (const [number, label] of ['a', 'a', 'b', 'b'].entries()) {
      await mkdir(path.join(folder, label), { recursive: true });
      await noisy(number + 1, 2000, 2000)
        .png({ compressionLevel: 0 })
        .toFile(path.join(folder, label, `${number}.png`));
    }
    return folder;
  }

  const lowEnglish = /^The disk is almost full \([\d.]+ MiB of 256 MiB free at .+\/disk\)$/gm;
  const lowKorean = /^디스크 공간이 얼마 남지 않았습니다\(.+\/disk의 256 MiB 가운데 [\d.]+ MiB 남음\)$/gm;

  test('a start, an import, a training and a further attempt say once on standard error that room is short', async () => {
    expect(stage.complaint.match(lowEnglish)).toHaveLength(1);
    const brought = await imported(images, 'again');
    expect(brought.code).toBe(0);
    expect(brought.stderr.match(lowEnglish)).toHaveLength(1);
    expect(JSON.parse(brought.stdout)).toMatchObject({ name: 'again' });
    const queued = await cli(
      ['train', '--project', 'torture', '--dataset', 'again', '--epochs', '100000', '--json'],
      { TRAINYARD_LANG: 'ko' },
    );
    expect(queued.stderr.match(lowKorean)).toHaveLength(1);
    const { runId } = JSON.parse(queued.stdout) as { runId: string };
    const stopped = await cli(['runs', 'cancel', runId, '--wait', '--json']);
    expect(stopped.stderr).not.toMatch(lowEnglish);
    const again = await cli(['runs', 'retry', runId, '--json']);
    expect(again.stderr.match(lowEnglish)).toHaveLength(1);
    await cli(['runs', 'cancel', runId, '--wait', '--json']);
  });

  test('an import larger than the room that is left is refused with what it needs and what is free, and passes with room', async () => {
    const folder = await bigImages('big');
    disk.fill(40 * 1024 ** 2);
    const refused = await imported(folder, 'big');
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.stdout) as { error: ToldError };
    expect(error.code).toBe('DISK_FULL');
    expect(error.message).toMatch(
      /^The dataset big needs 45\.\d MiB, which does not fit on the disk \(.+\/disk: [\d.]+ MiB of 256 MiB free\)$/,
    );
    expect(error.hint).toMatch(/^Make room there/);
    disk.free();
    const passed = await imported(folder, 'big');
    expect(passed.code, passed.stderr).toBe(0);
    expect(JSON.parse(passed.stdout)).toMatchObject({ version: 1, images: 4, reused: false });
  });

  test('a trainer that dies on a full disk has failed with disk_full, and its run is resumed once there is room', async () => {
    const runId = await train(stage, where, 100_000);
    const trainer = await waitFor('a trainer', () => stage.processOf(runId, 'trainerPid'));
    await waitFor('a checkpoint', async () => {
      const run = await stage.ask<{ artifacts: { kind: string }[] }>('GET', `/runs/${runId}`);
      return run.artifacts.some(({ kind }) => kind === 'checkpoint');
    });
    process.kill(trainer, 'SIGSTOP');
    disk.fill();
    kill(trainer);
    await levelIs('full');
    disk.free();
    await stage.untilOver(runId);
    await levelIs('low');
    const { attempts, actions } = await rest<{
      attempts: { status: string; cause: string; message: string }[];
      actions: string[];
    }>(stage.engine, 'GET', `/runs/${runId}`);
    expect(attempts).toMatchObject([{ status: 'failed', cause: 'disk_full' }]);
    expect(attempts[0]?.message).toMatch(/was ended by SIGKILL \(DISK_FULL\)\. Make room there/);
    expect(actions).toContain('resume');
    await rest(stage.engine, 'POST', `/runs/${runId}/resume`, {});
    await waitFor('the further attempt', async () => (await stage.run(runId)).status === 'running');
    await rest(stage.engine, 'POST', `/runs/${runId}/cancel`, { graceMs: 5000 });
    expect((await stage.untilOver(runId)).status).toBe('cancelled');
  });

  test('objects and uploads on a disk that is switched to reading only: reads go on, writes say DISK_READ_ONLY or wait, and all goes on after it', async () => {
    const folder = path.join(disk.beside, 'later');
    await writeTinyDataset(folder, { seed: 9 });
    const { total } = await runs();
    const mounts = ['objects', 'uploads'].map((name) => path.join(disk.home, name));
    const remount = (how: 'ro' | 'rw') => {
      for (const mount of mounts) execFileSync('mount', ['-o', `remount,bind,${how}`, mount]);
    };
    for (const mount of mounts) execFileSync('mount', ['--bind', mount, mount]);
    try {
      remount('ro');
      await expect(stage.upload('x.zip', new Uint8Array(1000))).rejects.toThrow(
        /answered 507: .*"DISK_READ_ONLY"/,
      );
      const { importId } = await rest<{ importId: string }>(stage.engine, 'POST', '/datasets/import', {
        path: folder,
        project: where.projectId,
        name: 'later',
      });
      const log = path.join(disk.home, 'logs', 'engine.log');
      await waitFor('the import to meet it', async () =>
        /an import waits for a store/.test((await readFile(log, 'utf8')).split(importId).at(-1) ?? ''),
      );
      expect(stage.engineDied, stage.complaint).toBe(false);
      expect((await runs()).total).toBe(total);
      const pictures = await rest<{ images: unknown[] }>(
        stage.engine,
        'GET',
        `/datasets/${where.datasetId}/images`,
      );
      expect(pictures.images).not.toHaveLength(0);
      remount('rw');
      await waitFor('the import to go on', async () => {
        const { phase } = await rest<{ phase: string }>(stage.engine, 'GET', `/dataset-imports/${importId}`);
        return phase === 'done';
      });
      expect(await stage.upload('x.zip', new Uint8Array(1000))).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      for (const mount of mounts) execFileSync('umount', ['--lazy', mount]);
    }
  });
});
