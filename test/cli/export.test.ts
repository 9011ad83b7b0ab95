import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { openEngineFile } from '../../src/main/cli/lib/engine-files.ts';
import { picture, writeFiles } from '../features/datasets/support/pictures.ts';
import { cliFile, cliJson, type RunningEngine, runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { SmallDisk, withoutSmallDisks } from '../support/small-disk.ts';

let place: Awaited<ReturnType<typeof preparedHome>>;
let engine: RunningEngine;
let folder: string;
const name = '부품 사진';
/** Enough for an export to be caught in its midst. */
const large = 24;
const largeSide = 1800;

beforeAll(async () => {
  place = await preparedHome();
  folder = `${place.home}-files`;
  engine = await startEngine(place.home);
  await cliJson(place.home, ['project', 'create', 'demo']);
  await writeLabelled('parts', 3, 32, 'png');
  await writeLabelled('large', large, largeSide, 'tiff');
  await cliJson(place.home, ['dataset', 'import', `${folder}/parts`, '--project', 'demo', '--name', name]);
  await cliJson(place.home, ['dataset', 'import', `${folder}/large`, '--project', 'demo']);
}, 120_000);

afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
  await place[Symbol.asyncDispose]();
});

async function writeLabelled(set: string, count: number, side: number, type: 'png' | 'tiff') {
  const files: Record<string, Uint8Array> = {
    'data.yaml': Buffer.from('train: images/train\nval: images/val\nnames: [볼트, nut]\n'),
  };
  for (let index = 0; index < count; index += 1) {
    const at = `${index === 0 ? 'val' : 'train'}/${index}`;
    files[`images/${at}.${type}`] = await picture(index, type, side);
    files[`labels/${at}.txt`] = Buffer.from(`${index % 2} 0.5 0.5 0.25 0.125\n`);
  }
  await writeFiles(path.join(folder, set), files);
}

interface Exported {
  readonly to: string;
  readonly images: number;
  readonly files: number;
  readonly tarBytes: number;
  readonly losses: readonly unknown[];
}

const run = (...args: string[]) => runCli(place.home, ['dataset', 'export', ...args]);
const exported = (...args: string[]) => cliJson<Exported>(place.home, ['dataset', 'export', ...args]);
const left = async () => (await readdir(folder)).filter((entry) => entry.includes('partial'));

test('a version goes into a folder or a tar, and what the folder has is imported as the same labels', async () => {
  const to = path.join(folder, 'out', 'coco');
  const done = await exported(name, '--format', 'coco', '--to', to);
  expect(done).toMatchObject({ to, images: 3, objects: 3, files: 5, losses: [] });
  const found = await readdir(to, { recursive: true });
  expect(found.filter((entry) => /\./.test(path.basename(entry))).sort()).toEqual([
    'annotations/instances_train.json',
    'annotations/instances_val.json',
    'images/train/1.png',
    'images/train/2.png',
    'images/val/0.png',
  ]);
  const back = await cliJson<{ classes: unknown; images: number }>(place.home, [
    'dataset',
    'import',
    to,
    '--project',
    'demo',
    '--name',
    'back',
  ]);
  expect(back).toMatchObject({
    images: 3,
    classes: [
      { name: '볼트', count: 2 },
      { name: 'nut', count: 1 },
    ],
  });
  const tar = path.join(folder, 'parts.tar');
  const { stdout, code } = await run(name, '--format', 'yolo', '--to', tar);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('3 images, 3 objects, 7 files'),
  });
  expect(await cliJson(place.home, ['dataset', 'validate', tar])).toMatchObject({
    ok: true,
    summary: { format: 'yolo', images: 3, boxes: 3 },
  });
  expect(await left()).toEqual([]);
});

test('nothing that is there is ever overwritten', async () => {
  const full = path.join(folder, 'full');
  await mkdir(full);
  await writeFile(path.join(full, 'mine.txt'), 'mine');
  const file = path.join(folder, 'mine.tar');
  await writeFile(file, 'mine');
  for (const to of [full, file, path.join(full, 'mine.txt')]) {
    const { code, stdout, stderr } = await run(name, '--format', 'coco', '--to', to, '--json');
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(`${stdout}${stderr}`).toContain('EXPORT_TARGET_TAKEN');
  }
  expect(await readdir(full)).toEqual(['mine.txt']);
  const empty = path.join(folder, 'empty');
  await mkdir(empty);
  await exported(name, '--format', 'yolo', '--to', empty);
  expect((await readdir(empty)).sort()).toEqual(['data.yaml', 'images', 'labels']);
});

test('a version that is not there and a format that is none are refused before anything is written', async () => {
  const to = path.join(folder, 'never');
  const { code, stderr } = await run(name, '--format', 'coco', '--to', to, '--dataset-version', '9');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('has no version 9') });
  expect((await run(name, '--format', 'voc', '--to', to)).code).toBe(2);
  expect(existsSync(to)).toBe(false);
});

/** Sends a signal to an export under way. On a busy machine one may be done before it is seen: then there is another. */
async function endInTheMidst(
  to: string,
  signal: 'SIGINT' | 'SIGKILL',
  partials: () => Promise<readonly string[]> = left,
) {
  for (;;) {
    const args = ['dataset', 'export', 'large', '--format', 'yolo', '--to', to];
    const child = spawn(findNode(), [cliFile, ...args], {
      env: { ...process.env, TRAINYARD_HOME: place.home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = Promise.all([text(child.stderr), once(child, 'close')]);
    await waitFor(
      'the export to be under way',
      async () => child.exitCode !== null || (await partials()).length > 0,
    );
    child.kill(signal);
    const [stderr, [code]] = await ended;
    if (code !== 0) return { code, stderr };
    await rm(to, { recursive: true });
  }
}

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s in the midst of an export leaves nothing that looks whole',
  async (signal) => {
    for (const target of ['cut', 'cut.tar']) {
      const to = path.join(folder, target);
      const { code, stderr } = await endInTheMidst(to, signal);
      expect(existsSync(to)).toBe(false);
      if (signal === 'SIGINT') {
        expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('was cancelled') });
        expect(await left()).toEqual([]);
      }
      for (const entry of await left()) await rm(path.join(folder, entry), { recursive: true });
    }
  },
);

test.each(['cut', 'cut.tar'])(
  'what a killed export to %s left is gone after the next one there, and whatever a person has there stays',
  async (target) => {
    const here = path.join(folder, `killed-${target}`);
    await mkdir(here);
    const partials = async () => (await readdir(here)).filter((entry) => entry.includes('.partial-')).sort();
    const begun = async () =>
      (await partials()).filter((entry) => existsSync(path.join(here, entry, 'content')));
    await endInTheMidst(path.join(here, target), 'SIGKILL', begun);
    const [killed = ''] = await partials();
    await cp(path.join(here, killed), path.join(here, 'kept.partial-0123abcd'), { recursive: true });
    await writeFile(path.join(here, 'kept.partial-0123abcd', 'mine.txt'), 'mine');
    // Those that happen to be named so, and one of an export that is under way.
    await mkdir(path.join(here, 'folder.partial-0123abcd'));
    await writeFile(path.join(here, 'file.partial-0123abcd'), 'mine');
    await writeFiles(path.join(here, 'other.partial-0123abcd'), {
      '.trainyard-export.json': Buffer.from(JSON.stringify({ host: hostname(), pid: process.pid })),
      content: Buffer.from('half'),
    });
    await exported(name, '--format', 'yolo', '--to', path.join(here, 'next'));
    expect(await partials()).toEqual(
      ['file', 'folder', 'kept', 'other'].map((own) => `${own}.partial-0123abcd`),
    );
    expect(await readdir(path.join(here, 'kept.partial-0123abcd'))).toEqual(['mine.txt']);
    expect(await readdir(path.join(here, 'other.partial-0123abcd'))).toHaveLength(2);
  },
);

test.skipIf(withoutSmallDisks)(
  `a disk that fills ends an export with what is wrong, and what was written is removed${withoutSmallDisks ? `: ${withoutSmallDisks}` : ''}`,
  async () => {
    await using disk = await SmallDisk.make('48m');
    for (const target of ['out', 'out.tar']) {
      const to = path.join(disk.mount, target);
      const exporting = run('large', '--format', 'coco', '--to', to);
      await waitFor('the export to be under way', async () => (await readdir(disk.mount)).length > 0);
      disk.fill();
      const { code, stderr } = await exporting;
      disk.free();
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('No space is left on the disk'),
      });
      expect(await readdir(disk.mount)).toEqual([]);
    }
  },
);

test.skipIf(withoutSmallDisks)(
  `an export that the disk can't hold is not begun${withoutSmallDisks ? `: ${withoutSmallDisks}` : ''}`,
  async () => {
    await using disk = await SmallDisk.make('40m');
    for (const target of ['out', 'new/out.tar']) {
      const to = path.join(disk.mount, target);
      const { code, stderr } = await run('large', '--format', 'coco', '--to', to);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('The export needs 41') });
      expect(await readdir(disk.mount)).toEqual([]);
    }
  },
);

test('the download has the dataset’s name and its length, and is refused without a key', async () => {
  const { id } = await cliJson<{ id: string }>(place.home, ['dataset', 'show', name]);
  const url = `${engine.url}/files/datasets/${id}/1/export?format=yolo`;
  expect((await fetch(url)).status).toBe(401);
  const headers = { authorization: `Bearer ${engine.token}` };
  const answer = await fetch(url, { headers });
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename*=UTF-8''${encodeURIComponent(`${name}-v1-yolo.tar`)}`,
  );
  expect((await answer.arrayBuffer()).byteLength).toBe(Number(answer.headers.get('content-length')));
  const wrong = await fetch(url.replace('yolo', 'voc'), { headers });
  expect({ status: wrong.status, body: await wrong.json() }).toMatchObject({ status: 400 });
});

test('where only the port leads to the engine, a file of it is fetched all the same, and its refusals are its own', async () => {
  const { id } = await cliJson<{ id: string }>(place.home, ['dataset', 'show', name]);
  const { url, token, pid } = engine;
  const address = { url, token, pid, socket: null };
  const file = (format: string) =>
    openEngineFile(address, `/files/datasets/${id}/1/export?format=${format}`, AbortSignal.timeout(30_000));
  const answer = await file('coco');
  expect((await buffer(answer)).length).toBe(Number(answer.headers['content-length']));
  await expect(file('voc')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
