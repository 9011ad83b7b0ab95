import { readdirSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import type { ExportedFile } from '../../../../src/main/features/datasets/export/export-format.ts';
import { packTar, tarEndBytes, tarEntryBytes } from '../../../../src/main/features/datasets/export/tar.ts';
import { blobKey } from '../../../../src/main/features/datasets/manifest.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { exportsOf, readVersion, type Setting } from '../support/exported.ts';
import { importFolder } from '../support/open-service.ts';
import { picture, writeFiles, yoloLabels } from '../support/pictures.ts';
import { openSetting } from '../support/setting.ts';

const request = { dataset: 'pets', format: 'yolo' } as const;

async function importLabelled(setting: Setting, more: Record<string, Uint8Array> = {}, inPlace = false) {
  await writeFiles(setting.pets, { ...yoloLabels(), ...more });
  const mode = inPlace ? ({ mode: 'in_place' } as const) : {};
  return importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto', ...mode });
}

/** Files of a folder that this process has open. */
function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let count = 0; count < 500 && !isTrue(); count += 1) await delay(10);
}

test('a tar has the length that was measured, whatever its names and sizes', async () => {
  const names = [
    'a',
    'a'.repeat(100),
    'a'.repeat(101),
    `${'b'.repeat(90)}/${'c'.repeat(90)}`,
    ...Array.from({ length: 30 }, (_, index) => `${'가'.repeat(index + 20)}.png`),
    'é',
    'long/'.repeat(60),
  ].map((name, index) => (name.endsWith('/') ? `${name}${index}` : name));
  const files = names.flatMap((name, index) =>
    [0, 1, 511, 512, 513].map(
      (size): ExportedFile => ({ name: `${name}${size}`, size, content: Buffer.alloc(size, index) }),
    ),
  );
  const bytes = files.reduce((sum, { name, size }) => sum + tarEntryBytes(name, size), tarEndBytes);
  const tar = await buffer(await packTar(asyncOf(files), new Date(0), bytes));
  expect(tar.length).toBe(bytes);
  const read: string[] = [];
  const unpacking = extract();
  unpacking.end(tar);
  for await (const entry of unpacking) {
    read.push(entry.header.name);
    entry.resume();
  }
  expect(read).toEqual(files.map(({ name }) => name));
});

async function* asyncOf<T>(items: readonly T[]) {
  yield* items;
}

test('a tar that would be shorter or longer than was measured breaks off before its end', async () => {
  const file: ExportedFile = { name: 'a', size: 3, content: Buffer.from('abc') };
  const short = await packTar(asyncOf([file]), new Date(0), 4096);
  await expect(buffer(short)).rejects.toThrow(/less than was measured/);
  for (const content of ['ab', 'abcd']) {
    const stream = async () => Readable.from([Buffer.from(content)]);
    const bytes = tarEndBytes + tarEntryBytes('a', 3);
    const tar = await packTar(asyncOf([{ name: 'a', size: 3, content: stream }]), new Date(0), bytes);
    await expect(buffer(tar)).rejects.toThrow(/has not the 3 bytes/);
  }
});

const withoutProc = process.platform === 'linux' ? '' : ' (skipped: /proc, which lists open files, is Linux)';

test.skipIf(withoutProc)(
  `an export that nobody reads on stays where it is; one whose reader goes away closes its files${withoutProc}`,
  async () => {
    await using setting = await openSetting();
    await importLabelled(setting, {
      'cat/9.tiff': await picture(9, 'tiff', 1500),
      'cat/9.txt': Buffer.from(''),
    });
    const { body, size } = await exportsOf(setting).open(localOwnerId, request);
    const objects = path.join(setting.home, 'objects');
    body.once('data', () => body.pause());
    await until(() => openFiles(objects).length > 0);
    expect(openFiles(objects)).toHaveLength(1);
    await delay(100);
    expect(openFiles(objects)).toHaveLength(1);
    expect(body.readableLength).toBeLessThan(size / 10);
    body.destroy();
    await until(() => openFiles(objects).length === 0);
    expect(openFiles(objects)).toEqual([]);
  },
);

test('a blob that is gone breaks an export off instead of ending it as if it were whole', async () => {
  await using setting = await openSetting();
  await importLabelled(setting);
  const { images } = await readVersion(setting, 'pets');
  await setting.store.remove('datasets', blobKey(images[3]?.sha256 ?? ''));
  const { body } = await exportsOf(setting).open(localOwnerId, request);
  await expect(buffer(body)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('images in place that changed since refuse an export before it begins, and break it off where they change under it', async () => {
  await using setting = await openSetting();
  await importLabelled(setting, {}, true);
  const exports = exportsOf(setting);
  const { body } = await exports.open(localOwnerId, request);
  const other = await picture(77);
  await writeFiles(setting.pets, { 'dog/1.png': other });
  await expect(buffer(body)).rejects.toThrow();
  await expect(exports.open(localOwnerId, request)).rejects.toMatchObject({
    code: 'DATASET_CHANGED',
    place: { file: 'dog/1.png' },
  });
  await rm(path.join(setting.pets, 'dog', '1.png'));
  await expect(exports.open(localOwnerId, request)).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
});

test('images with classes and no objects are not exported, and a version that is not there is named', async () => {
  await using setting = await openSetting();
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  const exports = exportsOf(setting);
  await expect(exports.plan(localOwnerId, request)).rejects.toMatchObject({ code: 'EXPORT_NEEDS_OBJECTS' });
  await expect(exports.plan(localOwnerId, { ...request, version: 7 })).rejects.toMatchObject({
    code: 'DATASET_VERSION_NOT_FOUND',
  });
});
