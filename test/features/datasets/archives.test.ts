import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { SourceLimits } from '../../../src/main/features/datasets/limits.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TarEntry, tar, type ZipEntry, zip } from './support/archives.ts';
import { goodFiles, picture } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

async function check(name: string, bytes: Uint8Array, limits: Partial<SourceLimits> = {}) {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, name);
  await writeFile(file, bytes);
  return await evaluatePath(file, limits);
}

async function goodEntries(prefix = ''): Promise<{ name: string; body: Uint8Array }[]> {
  return Object.entries(await goodFiles()).map(([name, body]) => ({ name: prefix + name, body }));
}

const twoClasses = [
  { name: 'cat', count: 3 },
  { name: 'dog', count: 3 },
];
const smallFloors = { ratioFloor: 1_000_000, archiveRatioFloor: 4_000_000 };

const formats: readonly [string, (entries: readonly (ZipEntry & TarEntry)[]) => Promise<Buffer>][] = [
  ['set.zip', async (entries) => zip(entries)],
  ['set.tar', (entries) => tar(entries)],
  ['set.tar.gz', (entries) => tar(entries, { gzip: true })],
  // What it is say its bytes, not its name.
  ['set.bin', async (entries) => zip(entries)],
];

describe.each(formats)('%s', (name, make) => {
  test('is read like the folder that it holds, wrapped or not', async () => {
    for (const prefix of ['', 'wrapped/', './', './wrapped/again/']) {
      const { validation, accepted } = await check(name, await make(await goodEntries(prefix)));
      expect(validation).toMatchObject({ ok: true, warnings: [] });
      expect(validation.summary.classes).toEqual(twoClasses);
      expect(accepted.map((image) => image.path)).toContain('cat/0.png');
    }
  });

  test('may not lead out of itself by any entry, and the rest is read all the same', async () => {
    const image = await picture(40);
    const { validation, accepted } = await check(
      name,
      await make([
        { name: '../escaped.png', body: image },
        { name: '/etc/escaped.png', body: image },
        { name: 'cat/../../escaped.png', body: image },
        { name: 'C:/escaped.png', body: image },
        ...(await goodEntries()),
      ]),
    );
    expect(told(validation.errors)).toEqual([
      'PATH_ESCAPES ../escaped.png',
      'PATH_ESCAPES /etc/escaped.png',
      'PATH_ESCAPES C:/escaped.png',
      'PATH_ESCAPES cat/../../escaped.png',
    ]);
    expect(accepted).toHaveLength(6);
  });

  test('that swells beyond measure is named, and not unpacked', async () => {
    const bomb = { name: 'cat/bomb.png', body: Buffer.alloc(40_000_000) };
    const { validation } = await check(name, await make([...(await goodEntries()), bomb]), {
      ...smallFloors,
      archiveRatioFloor: 2 ** 30,
    });
    // A plain tar does not swell: its zeros are only no image.
    expect(told(validation.errors)).toEqual([
      name === 'set.tar' ? 'IMAGE_UNREADABLE cat/bomb.png' : 'ZIP_BOMB cat/bomb.png',
    ]);
  });

  test('with more entries than anyone means ends there', async () => {
    const { validation, isFatal } = await check(name, await make(await goodEntries()), {
      maxArchiveEntries: 4,
    });
    expect(validation.errors.map(({ code }) => code)).toContain('ZIP_BOMB');
    expect(isFatal).toBe(true);
  });

  test('with more bytes than anyone means ends there', async () => {
    const { validation, isFatal } = await check(name, await make(await goodEntries()), {
      maxArchiveBytes: 500,
    });
    expect(validation.errors.map(({ code }) => code)).toContain('ZIP_BOMB');
    expect(isFatal).toBe(true);
  });

  test('with the same name twice has a collision', async () => {
    const twice = { name: 'cat/0.png', body: await picture(41) };
    const { validation, accepted } = await check(name, await make([...(await goodEntries()), twice]));
    expect(told(validation.errors)).toEqual(['CASE_COLLISION cat/0.png']);
    expect(validation.errors[0]?.message).toBe('The file has the same name as another entry of the archive');
    expect(accepted.map((image) => image.path)).not.toContain('cat/0.png');
  });

  test('that ends too early says so, after what could be read', async () => {
    const whole = await make(await goodEntries());
    const { validation, isFatal } = await check(name, whole.subarray(0, Math.floor(whole.length / 2)));
    expect(validation.errors.map(({ code }) => code)).toContain('ARCHIVE_TRUNCATED');
    expect(isFatal).toBe(true);
  });
});

test('many files that swell a little each are a bomb together', async () => {
  const flat = Buffer.alloc(900_000);
  const entries = Array.from({ length: 10 }, (_, index) => ({ name: `cat/${index}.png`, body: flat }));
  for (const [name, bytes] of [
    ['set.zip', zip(entries)],
    ['set.tgz', await tar(entries, { gzip: true })],
  ] as const) {
    const { validation, isFatal } = await check(name, bytes, smallFloors);
    expect(validation.errors.map(({ code }) => code)).toContain('ZIP_BOMB');
    expect(isFatal).toBe(true);
  }
});

test('a zip’s headers are not believed: neither sizes nor checksums', async () => {
  const { validation, accepted } = await check(
    'set.zip',
    zip([
      ...(await goodEntries()),
      { name: 'cat/small.png', body: Buffer.alloc(8_000_000), claimedSize: 10 },
      { name: 'cat/longer.png', body: await picture(42), claimedSize: 10 },
      { name: 'cat/other.png', body: await picture(43), claimedCrc: 1 },
      { name: 'cat/secret.png', body: await picture(44), encrypted: true },
    ]),
    smallFloors,
  );
  expect(told(validation.errors)).toEqual([
    'ARCHIVE_UNREADABLE cat/longer.png',
    'ARCHIVE_UNREADABLE cat/other.png',
    'ARCHIVE_UNREADABLE cat/secret.png',
    'ZIP_BOMB cat/small.png',
  ]);
  expect(accepted).toHaveLength(6);
});

test('links in archives are refused, whatever they point to', async () => {
  const image = await picture(45);
  const inZip = await check(
    'set.zip',
    zip([
      ...(await goodEntries()),
      { name: 'cat/link.png', body: Buffer.from('/etc/passwd'), mode: 0o120777 },
    ]),
  );
  expect(told(inZip.validation.errors)).toEqual(['PATH_ESCAPES cat/link.png']);
  const inTar = await check(
    'set.tar',
    await tar([
      { name: 'cat/link.png', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'cat/out', type: 'symlink', linkname: '..' },
      { name: 'cat/out/0.png', body: image },
      { name: 'cat/hard.png', type: 'link', linkname: 'cat/0.png' },
      { name: 'cat/pipe', type: 'fifo' },
      ...(await goodEntries()),
    ]),
  );
  expect(told(inTar.validation.errors)).toEqual([
    'PATH_ESCAPES cat/hard.png',
    'PATH_ESCAPES cat/link.png',
    'PATH_ESCAPES cat/out',
  ]);
  expect(inTar.validation.errors[0]?.hint).toMatch(/--dereference/);
  expect(inTar.validation.errors[0]?.hint).not.toMatch(/begin with a class/);
  expect(told(inTar.validation.warnings)).toEqual(['NOT_AN_IMAGE cat/pipe']);
});

test('a zip with backslashes, as old .NET wrote them, is read', async () => {
  const entries = (await goodEntries()).map(({ name, body }) => ({ name: name.replace('/', '\\'), body }));
  const { validation } = await check('set.zip', zip(entries));
  expect(validation.summary.classes).toEqual(twoClasses);
});

test('an empty class of an archive is found by its folder’s entry, or by what else lies in it', async () => {
  const { validation } = await check(
    'set.zip',
    zip([
      ...(await goodEntries()),
      { name: 'bird/', body: Buffer.alloc(0) },
      { name: 'fish/notes.txt', body: Buffer.from('none yet') },
    ]),
  );
  expect(told(validation.errors)).toEqual(['EMPTY_CLASS bird', 'EMPTY_CLASS fish']);
});

test.each([
  ['words', Buffer.from('no archive')],
  ['nothing', Buffer.alloc(0)],
])('a file with %s is no archive', async (_, bytes) => {
  await expect(check('set.zip', bytes)).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
});

test('a gzip file without a tar in it can’t be read', async () => {
  const { validation } = await check('set.tar.gz', gzipSync(Buffer.alloc(5000, 'x')));
  expect(validation.errors.map(({ code }) => code)).toEqual(['ARCHIVE_UNREADABLE']);
});

test('a tar that was cut off between two files is noticed', async () => {
  const whole = await tar(await goodEntries());
  const { validation } = await check('set.tar', whole.subarray(0, whole.length - 1024));
  expect(validation.errors.map(({ code }) => code)).toEqual(['ARCHIVE_TRUNCATED']);
});
