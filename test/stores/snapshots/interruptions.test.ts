import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SnapshotWriter } from '../../../src/main/stores/snapshots/snapshot-files.ts';
import { openOwnStores, snapshotOf } from './support.ts';

const nothing = { references: [], runs: [], inPlace: [] };

test('a snapshot that is ended in the midst of a table leaves nothing, and the next one is made', async () => {
  await using source = await openOwnStores();
  const ending = new AbortController();
  const ended = snapshotOf(source, {
    signal: ending.signal,
    surroundings: async () => {
      ending.abort();
      return nothing;
    },
  });
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(source.snapshots)).toEqual([]);
  await snapshotOf(source);
});

test('a file of a snapshot that never ends is ended with it', async () => {
  await using source = await openOwnStores();
  const ending = new AbortController();
  function* endless() {
    for (let chunks = 0; ; chunks += 1) {
      if (chunks === 100) ending.abort();
      yield Buffer.alloc(1024);
    }
  }
  const writer = new SnapshotWriter(await mkdtemp(path.join(source.home, 'written-')), ending.signal);
  await expect(writer.write('endless.zst', endless())).rejects.toMatchObject({ name: 'AbortError' });
});

test('where the folder of snapshots goes away while one is made, that is what the error names', async () => {
  await using source = await openOwnStores();
  const made = snapshotOf(source, {
    surroundings: async () => {
      await rm(source.snapshots, { recursive: true });
      await symlink(path.join(source.home, 'gone', 'far'), source.snapshots);
      return nothing;
    },
  });
  await expect(made).rejects.toMatchObject({ code: expect.stringMatching(/^(FILE|FOLDER)_/) });
});
