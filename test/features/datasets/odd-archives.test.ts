import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TarEntry, tar, zip } from './support/archives.ts';
import { goodFiles, picture } from './support/pictures.ts';
import { evaluatePath, told } from './support/validate.ts';

async function check(name: string, bytes: Uint8Array) {
  await using place = await temporaryFolder();
  const file = path.join(place.folder, name);
  await writeFile(file, bytes);
  return (await evaluatePath(file)).validation;
}

async function goodEntries(): Promise<{ name: string; body: Uint8Array }[]> {
  return Object.entries(await goodFiles()).map(([name, body]) => ({ name, body }));
}

/** What libraries say of archives, in their own words. */
const libraryWords =
  /central directory|Error:|deflate64|yauzl|local file header|unknown format|gunzipped|Z_[A-Z]/;

async function expectGood(name: string, bytes: Uint8Array): Promise<void> {
  const { ok, warnings, summary } = await check(name, bytes);
  expect({ ok, warnings, images: summary.images }).toEqual({ ok: true, warnings: [], images: 6 });
}

test('a zip is read though other bytes follow it or stand before it', async () => {
  const whole = zip(await goodEntries());
  await expectGood('set.zip', Buffer.concat([whole, Buffer.alloc(3)]));
  await expectGood('set.zip', Buffer.concat([whole, Buffer.alloc(3_000_000)]));
  await expectGood('set.zip', Buffer.concat([whole, Buffer.from('\r\n--boundary--\r\n')]));
  await expectGood('set.exe', Buffer.concat([Buffer.from('MZ a program that unpacks itself'), whole]));
  await expectGood('set.exe', Buffer.concat([Buffer.alloc(5000, 7), whole, Buffer.alloc(70_000)]));
});

test('a zip64 is read, also with bytes around it', async () => {
  const whole = zip64(zip(await goodEntries()));
  await expectGood('set.zip', whole);
  await expectGood('set.zip', Buffer.concat([Buffer.alloc(100, 7), whole, Buffer.alloc(1000)]));
});

/** The same archive, with its counts and offsets in a zip64 end record (APPNOTE 4.3.14). */
function zip64(plain: Buffer): Buffer {
  const end = plain.subarray(-22);
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(8)), 24);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(plain.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  const last = Buffer.from(end);
  last.fill(0xff, 8, 20);
  return Buffer.concat([plain.subarray(0, -22), record, locator, last]);
}

test('what a zip can’t give is told in our words, each with its file and what to do', async () => {
  const damagedPart = zip(await goodEntries());
  damagedPart.fill(0xff, 45, 60);
  const { errors } = await check(
    'set.zip',
    zip([
      ...(await goodEntries()),
      { name: 'cat/secret.png', body: await picture(70), encrypted: true },
      { name: 'cat/d64.png', body: await picture(71), method: 9 },
      { name: 'cat/new.png', body: await picture(72), method: 93 },
      { name: 'cat/notes.txt', body: Buffer.from('secret'), encrypted: true },
    ]),
  );
  expect(told(errors)).toEqual([
    'ARCHIVE_UNREADABLE cat/d64.png',
    'ARCHIVE_UNREADABLE cat/new.png',
    'ARCHIVE_UNREADABLE cat/secret.png',
  ]);
  expect(errors.map(({ message }) => message).join()).toMatch(/Deflate64.*Zstandard.*password/);
  const broken = await check('set.zip', damagedPart);
  expect(told(broken.errors)).toEqual(['ARCHIVE_UNREADABLE cat/0.png']);
  const severalParts = zip(await goodEntries());
  severalParts.writeUInt16LE(2, severalParts.length - 18);
  const part = await check('set.zip', severalParts);
  expect(part.errors).toMatchObject([
    { code: 'ARCHIVE_UNREADABLE', message: /several parts/, hint: /zip -s 0/ },
  ]);
  for (const { message, hint } of [...errors, ...broken.errors, ...part.errors]) {
    expect(message).not.toMatch(libraryWords);
    expect(hint).not.toBe('');
  }
});

async function oldTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const whole = await tar(entries);
  for (let at = whole.indexOf('ustar'); at >= 0; at = whole.indexOf('ustar', at + 1)) {
    const header = whole.subarray(at - 257, at + 255);
    header.fill(0, 257, 512);
    header.write('        ', 148, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return whole;
}

test('a tar of Unix version 7, one behind another, and one packed by zstd are read', async () => {
  const entries = await goodEntries();
  const old = await oldTar(entries);
  expect(old.includes('ustar')).toBe(false);
  await expectGood('set.tar', old);
  await expectGood('set.tar.gz', gzipSync(old));
  await expectGood('set.tar', Buffer.concat([await tar(entries.slice(0, 3)), await tar(entries.slice(3))]));
  await expectGood('set.tar.zst', zstdCompressSync(await tar(entries)));
  await expectGood('set.tgz', Buffer.concat([gzipSync(await tar(entries)), Buffer.alloc(512)]));
});

test('what a tar can’t give is told in our words', async () => {
  const whole = await tar(await goodEntries());
  const cut = gzipSync(whole).subarray(0, 300);
  const garbled = Buffer.from(whole);
  garbled.fill(0xff, 1024, 1536);
  const badChecksum = gzipSync(whole);
  badChecksum.fill(0xff, 40, 80);
  const sparse = await tar([
    ...(await goodEntries()),
    { name: 'cat/gap.png', body: await picture(80), pax: { 'GNU.sparse.name': 'cat/gap.png' } },
  ]);
  const found = {
    cut: await check('set.tar.gz', cut),
    garbled: await check('set.tar', garbled),
    packed: await check('set.tar.gz', badChecksum),
    zstd: await check('set.tar.zst', zstdCompressSync(whole).subarray(0, 100)),
    sparse: await check('set.tar', sparse),
  };
  expect(found.cut.errors.map(({ code }) => code)).toContain('ARCHIVE_TRUNCATED');
  expect(found.garbled.errors.map(({ code }) => code)).toContain('ARCHIVE_UNREADABLE');
  expect(found.packed.errors.map(({ code }) => code)).toContain('ARCHIVE_UNREADABLE');
  expect(found.zstd.errors.map(({ code }) => code)).toContain('ARCHIVE_TRUNCATED');
  expect(found.sparse.errors).toMatchObject([{ path: 'cat/gap.png', message: /sparse/, hint: /--sparse/ }]);
  for (const { errors } of Object.values(found))
    for (const { message } of errors) expect(message).not.toMatch(libraryWords);
});

test.each([
  ['a 7z', '7z\xbc\xaf\x27\x1c', /a 7z archive/, /7z x/],
  ['a RAR', 'Rar!\x1a\x07\x01\x00', /a RAR archive/, /unrar/],
  ['an ALZ', 'ALZ\x01\x0a\x00', /ALZip/, /Bandizip/],
  ['an xz', '\xfd7zXZ\x00', /packed by xz/, /unxz/],
  ['a bzip2', 'BZh91AY', /packed by bzip2/, /bunzip2/],
  ['a zip’s first part', 'PK\x07\x08PK\x03\x04', /in several parts/, /zip -s 0/],
])('%s is called by its name, with what to do', async (_, start, message, hint) => {
  const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(1000, 1)]);
  await expect(check('set.bin', bytes)).rejects.toMatchObject({
    code: 'ARCHIVE_UNREADABLE',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
