import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { appendFile, mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KeptEntry } from '../../../src/main/features/datasets/source.ts';
import { KeptFile } from '../../../src/main/features/datasets/sources/kept-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const mebibyte = 2 ** 20;

const keptFile = (file: string) =>
  KeptFile.open(file, {
    flags: constants.O_RDONLY | constants.O_NONBLOCK,
    shown: 'labels.json',
    asFault: (error) => error as Error,
  });

async function readAll(kept: KeptEntry, onFirst: () => Promise<unknown>): Promise<number> {
  let length = 0;
  for await (const chunk of kept.chunks()) {
    if (length === 0) await onFirst();
    length += chunk.length;
  }
  return length;
}

describe('a label file that is changed while it is read', () => {
  const size = 4 * mebibyte;
  const changed = { code: 'SOURCE_CHANGED', place: { file: 'labels.json' } };

  test.each<[string, (file: string) => Promise<unknown>]>([
    ['appended to', (file) => appendFile(file, 'x'.repeat(mebibyte))],
    ['cut short', (file) => writeFile(file, 'short')],
    [
      'written to in its midst',
      async (file) => {
        await using handle = await open(file, 'r+');
        await handle.write('other', mebibyte);
        await utimes(file, 1, 1);
      },
    ],
  ])('ends the import: %s', async (_, change) => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'labels.json');
    await writeFile(file, Buffer.alloc(size, ' '));
    await using kept = await keptFile(file);
    await expect(readAll(kept, () => change(file))).rejects.toMatchObject(changed);
  });

  test('that grows without an end ends the import, too', async () => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'labels.json');
    await writeFile(file, Buffer.alloc(size, ' '));
    await using kept = await keptFile(file);
    const grow = async () => {
      for await (const _ of kept.chunks()) await appendFile(file, Buffer.alloc(2 * mebibyte, ' '));
    };
    await expect(grow()).rejects.toMatchObject(changed);
  });

  test.each<[string, (file: string) => Promise<unknown>]>([
    ['removed', (file) => rm(file)],
    [
      'replaced by another',
      async (file) => {
        await writeFile(`${file}.new`, 'another');
        await rename(`${file}.new`, file);
      },
    ],
  ])('is read as it was where only its name is gone: %s', async (_, change) => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'labels.json');
    await writeFile(file, Buffer.alloc(size, ' '));
    await using kept = await keptFile(file);
    expect(await readAll(kept, () => change(file))).toBe(size);
    const into = Buffer.alloc(8);
    kept.copy(size - 8, 8, into, 0);
    expect(into.toString()).toBe(' '.repeat(8));
  });

  test.skipIf(process.platform === 'win32').each<[string, (file: string) => unknown]>([
    ['a pipe', (file) => execFileSync('mkfifo', [file])],
    ['a folder', (file) => mkdir(file)],
  ])('is said to be changed where it is %s by now', async (_, make) => {
    await using place = await temporaryFolder();
    const file = path.join(place.folder, 'labels.json');
    await make(file);
    await expect(keptFile(file)).rejects.toMatchObject(changed);
  });
});

test('a text is copied from wherever it stands in a file of gigabytes', async () => {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'labels.json');
  const start = 5 * 2 ** 30 + 3;
  await using handle = await open(file, 'w');
  await handle.write('[[1,2,3]]', start);
  await using kept = await keptFile(file);
  const into = Buffer.alloc(9);
  kept.copy(start, 9, into, 0);
  expect(into.toString()).toBe('[[1,2,3]]');
});
