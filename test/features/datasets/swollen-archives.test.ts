import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TarEntry, tar } from './support/archives.ts';
import { goodFiles } from './support/pictures.ts';
import { evaluatePath } from './support/validate.ts';

async function check(bytes: Uint8Array) {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, 'set.tar');
  await writeFile(file, bytes);
  return (await evaluatePath(file)).validation;
}

async function goodEntries(): Promise<TarEntry[]> {
  return Object.entries(await goodFiles()).map(([name, body]) => ({ name, body }));
}

/** A tar without the blocks that end it, its first header one of the type `g`: it counts for all entries behind it. */
async function globalHeader(records: string): Promise<Buffer> {
  const whole = await tar([{ name: 'global', body: Buffer.from(records) }]);
  whole.write('g', 156, 'latin1');
  whole.write('        ', 148, 'latin1');
  const sum = whole.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  whole.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return whole.subarray(0, -1024);
}

const records = (count: number) =>
  Array.from({ length: count }, (_, index) => `12 k${index.toString(16).padStart(5, '0')}=v\n`).join('');

test('a tar whose header counts for every file and is larger than any needs is refused at its first file', async () => {
  const start = performance.now();
  const many = Array.from({ length: 100 }, (_, index) => ({
    name: `cat/m${index}.txt`,
    pax: { comment: 'x' },
  }));
  const bytes = Buffer.concat([
    await globalHeader(records(200_000)),
    await tar([...many, ...(await goodEntries())]),
  ]);
  const { errors, summary } = await check(bytes);
  expect(errors).toMatchObject([
    { code: 'ARCHIVE_UNREADABLE', message: /larger than any file needs/, hint: /source that you trust/ },
  ]);
  expect({ images: summary.images, isQuick: performance.now() - start < 10_000 }).toEqual({
    images: 0,
    isQuick: true,
  });
});

test('a name of a million folders is refused before it is taken apart, and shown shortened', async () => {
  const { errors } = await check(
    await tar([...(await goodEntries()), { name: 'x', pax: { path: `${'a/'.repeat(1_000_000)}x.png` } }]),
  );
  expect(errors).toMatchObject([{ code: 'ARCHIVE_UNREADABLE', message: /larger than any file needs/ }]);
  expect(errors[0]?.path.length).toBeLessThan(600);
});

test('a tar with a comment for all of it and some records for each file is read', async () => {
  const entries = (await goodEntries()).map((entry) => ({
    ...entry,
    pax: { 'SCHILY.xattr.user.from': 'camera', 'LIBARCHIVE.creationtime': '1700000000' },
  }));
  const { ok, summary } = await check(Buffer.concat([await globalHeader(records(10)), await tar(entries)]));
  expect({ ok, images: summary.images }).toEqual({ ok: true, images: 6 });
});
