import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sha256Of } from '../../../src/main/platform/sha256.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { createPlace, openArtifacts } from './place.ts';

const mebibyte = 1024 ** 2;
if (withoutSmallDisks) console.info(`skipped: artifacts on a small disk: ${withoutSmallDisks}`);

async function writeSparse(file: string, size: number, ends: string): Promise<void> {
  await using handle = await open(file, 'w');
  await handle.write(ends, 0);
  await handle.truncate(size - ends.length);
  await handle.write(ends, size - ends.length);
}

test.skipIf(withoutSmallDisks)(
  'an artifact that does not fit stays in its run directory, the history says so once, the others are stored, and with room it is too',
  async () => {
    await using disk = await SmallDisk.make('64M');
    await using place = await createPlace(disk.mount);
    const attempt = await place.addAttempt();
    const big = 'b'.repeat(40 * mebibyte);
    await place.addArtifact(attempt, 'artifacts/big.bin', big);
    await place.addArtifact(attempt, 'artifacts/small.json', '{}');
    const next = await place.addAttempt();
    await place.addArtifact(next, 'artifacts/small.json', '{}');
    const { artifacts } = await openArtifacts(place.pool, place.folder);
    const freeBefore = disk.freeBytes;
    for (let tries = 0; tries < 3; tries += 1) {
      artifacts.attemptEnded(attempt.attemptId);
      artifacts.attemptEnded(next.attemptId);
      await artifacts.idle();
    }
    const isStored = async (runId: string) =>
      (await place.rowsOf(runId)).map(({ object_key: key }) => key !== null);
    expect(await isStored(attempt.runId)).toEqual([false, true]);
    expect(await isStored(next.runId)).toEqual([true]);
    expect(disk.freeBytes).toBeGreaterThan(freeBefore - mebibyte);
    expect(await place.toldOf(attempt.runId)).toEqual([
      {
        cause: 'DISK_FULL',
        message: expect.stringMatching(
          /^The artifact artifacts\/big\.bin waits: not stored yet, and still in the run directory\. .+ needs 40\.0 MiB, which does not fit on the disk \(.+ free\)\. Make room there/,
        ),
      },
    ]);
    execFileSync('mount', ['-o', 'remount,size=128M', disk.mount]);
    artifacts.attemptEnded(attempt.attemptId);
    await artifacts.idle();
    expect(await isStored(attempt.runId)).toEqual([true, true]);
    expect((await place.rowsOf(attempt.runId))[0]?.sha256).toBe(
      createHash('sha256').update(big).digest('hex'),
    );
    expect((await place.toldOf(attempt.runId)).at(-1)).toEqual({
      message: 'The artifacts that waited for room are stored.',
    });
    await artifacts[Symbol.asyncDispose]();
  },
);

test.skipIf(withoutSmallDisks)(
  'where room goes while an artifact is copied, the copy is given up before it takes the last of it',
  async () => {
    await using disk = await SmallDisk.make('256M');
    await using place = await createPlace(disk.mount);
    const attempt = await place.addAttempt();
    await place.addArtifact(attempt, 'artifacts/big.bin', 'b'.repeat(100 * mebibyte));
    let leastFree = Number.POSITIVE_INFINITY;
    const opened = await openArtifacts(place.pool, place.folder, {
      objects: {
        put: async (bucket, key, body) => {
          disk.fill(80 * mebibyte);
          try {
            return await opened.objects.put(bucket, key, body);
          } finally {
            leastFree = Math.min(leastFree, disk.freeBytes);
          }
        },
      },
    });
    opened.artifacts.attemptEnded(attempt.attemptId);
    await opened.artifacts.idle();
    await opened.artifacts[Symbol.asyncDispose]();
    // What was copied is removed again.
    expect(leastFree).toBeGreaterThan(79 * mebibyte);
    expect(await place.rowsOf(attempt.runId)).toMatchObject([{ object_key: null }]);
    expect(await place.toldOf(attempt.runId)).toMatchObject([
      { cause: 'DISK_FULL', message: expect.stringMatching(/needs 36\.0 MiB, which does not fit/) },
    ]);
  },
);

test('the holes of a sparse artifact take no room in the store, and one larger than any disk holds nobody up', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  const size = 200 * mebibyte + 17;
  await place.addArtifact(attempt, 'artifacts/huge.bin', '');
  await place.addArtifact(attempt, 'artifacts/sparse.bin', '');
  await writeSparse(path.join(attempt.runDirectory, 'artifacts/huge.bin'), 10 * 1024 ** 4, 'x');
  await writeSparse(path.join(attempt.runDirectory, 'artifacts/sparse.bin'), size, 'ends');
  const { artifacts } = await openArtifacts(place.pool, place.folder);
  artifacts.attemptEnded(attempt.attemptId);
  await artifacts.idle();
  await artifacts[Symbol.asyncDispose]();
  const [huge, sparse] = await place.rowsOf(attempt.runId);
  expect(huge?.object_key).toBeNull();
  expect((await place.toldOf(attempt.runId))[0]?.message).toMatch(/needs 10\.0 TiB, which does not fit/);
  const stored = path.join(place.folder, 'objects', 'artifacts', sparse?.object_key ?? '');
  const { size: storedSize, blocks } = await stat(stored);
  expect([storedSize, sparse?.size_bytes]).toEqual([size, size]);
  expect(blocks * 512).toBeLessThan(mebibyte);
  expect(await sha256Of(createReadStream(stored))).toBe(sparse?.sha256);
  expect(sparse?.sha256).toBe(
    await sha256Of(createReadStream(path.join(attempt.runDirectory, 'artifacts/sparse.bin'))),
  );
});

test('links, pipes, devices, odd names, files that grow or go: each comes to its end, and what can be stored is', async () => {
  await using place = await createPlace();
  const attempt = await place.addAttempt();
  const here = (name: string) => path.join(attempt.runDirectory, 'artifacts', name);
  await place.addArtifact(attempt, 'artifacts/growing.bin', 'as it was');
  await place.addArtifact(attempt, 'artifacts/folder/first', 'first');
  await place.addArtifact(attempt, 'artifacts/folder/goes', 'goes');
  for (const name of ['line\nbreak', '\u001b[31mred', 'x'.repeat(255), '../up'.replaceAll('/', '\u2215')])
    await writeFile(here(`folder/${name}`), 'odd');
  await place.pool.query(`DELETE FROM run_artifacts WHERE path LIKE 'artifacts/folder/%'`);
  execFileSync('mkfifo', [here('pipe'), here('folder/pipe')]);
  for (const [to, name] of [
    ['/etc/passwd', 'out'],
    ['/dev/zero', 'zero'],
    ['loop', 'loop'],
    ['/etc/passwd', 'folder/out'],
  ] as const)
    execFileSync('ln', ['-s', to, here(name)]);
  if (process.getuid?.() === 0) execFileSync('mknod', [here('zero-device'), 'c', '1', '5']);
  const none = ['pipe', 'out', 'zero', 'loop', 'zero-device', 'missing', 'y'.repeat(1000)];
  for (const name of [...none, 'folder']) await place.addArtifact(attempt, `artifacts/${name}`, null);
  const opened = await openArtifacts(place.pool, place.folder, {
    objects: {
      put: async (bucket, key, body) => {
        await writeFile(here('growing.bin'), ' and more', { flag: 'a' });
        if (key.endsWith('first')) execFileSync('rm', [here('folder/goes')]);
        return opened.objects.put(bucket, key, body);
      },
    },
  });
  opened.artifacts.attemptEnded(attempt.attemptId);
  await opened.artifacts.idle();
  expect(opened.warnings).toEqual([]);
  const rows = await place.rowsOf(attempt.runId);
  expect(rows.filter(({ object_key: key }) => key !== null)).toMatchObject([
    { path: 'artifacts/folder', size_bytes: 17 },
    { path: 'artifacts/growing.bin', size_bytes: 9 },
  ]);
  expect(rows).toHaveLength(none.length + 2);
  const folder = path.join(place.folder, 'objects', 'artifacts', attempt.runId, '1', 'artifacts', 'folder');
  const kept = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(kept.filter((entry) => entry.isFile()).map(({ name }) => name)).toHaveLength(5);
});
