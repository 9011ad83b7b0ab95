import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { contentPath } from '../../../src/main/stores/snapshots/content-copier.ts';
import { indexLines } from '../../../src/main/stores/snapshots/objects-part.ts';
import { readDetails } from '../../../src/main/stores/snapshots/settings-part.ts';
import { identityFor, lockIdentity, makeIdentity } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { SnapshotReader } from '../../../src/main/stores/snapshots/snapshot-reader.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import {
  everythingOf,
  fillStores,
  type OwnStores,
  openOwnStores,
  restoreInto,
  snapshotOf,
} from './support.ts';

const silent = () => undefined;
const run = promisify(execFile);
const { identity, recipient } = await makeIdentity();

const encryptedOf = (source: OwnStores, key: string | null = null, to = recipient) =>
  snapshotOf(source, {
    encryption: { recipient: to, key, indexes: path.join(source.home, 'indexes') },
    surroundings: async () => ({
      references: ['artifacts/lost-secret'],
      runs: ['run-secret'],
      inPlace: [{ dataset: 'set-secret', version: 1, source: '/place-secret' }],
    }),
    who: 'who-secret',
  });

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Debian's package `age`; a machine without it does the rest of the test. */
const hasAge = await run('age', ['--version']).then(
  () => true,
  () => false,
);

test('an encrypted snapshot shows nothing of its content without its key, opens with it, with age itself too, and says to whom it is encrypted', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const before = await everythingOf(source);
  const { folder, manifest } = await encryptedOf(source);

  expect(manifest).toMatchObject({ format: 3, who: '', encryption: { recipient, key: null } });
  const files = await filesOf(folder);
  const open = files.filter((name) => !name.endsWith('.age'));
  expect(open).toEqual(['contents.sha256.zst', 'manifest.json', 'verified.json']);
  for (const name of files) {
    const bytes = await readFile(path.join(folder, name));
    if (name.endsWith('.age')) expect(bytes.subarray(0, 21).toString(), name).toBe('age-encryption.org/v1');
    for (const secret of ['secret', 'same', 'lines\nlines', identity])
      expect(bytes.includes(secret), name).toBe(false);
  }
  const reader = new SnapshotReader(folder, manifest, identity);
  expect(await readDetails(reader)).toEqual({
    who: 'who-secret',
    notKept: {
      runs: ['run-secret'],
      inPlace: [{ dataset: 'set-secret', version: 1, source: '/place-secret' }],
      lost: ['artifacts/lost-secret'],
    },
  });
  // Two objects alike are one file, and no file has the name that its content would give it.
  const names = new Set<string>();
  for await (const object of indexLines(reader)) {
    expect(object.encrypted).not.toBe(object.sha256);
    names.add(contentPath(object));
  }
  expect(names.size).toBe(4);

  const other = await makeIdentity();
  await expect(identityFor(folder, manifest, null)).rejects.toMatchObject({
    code: 'SNAPSHOT_ENCRYPTED',
    message: expect.stringContaining(recipient),
  });
  await expect(restoreInto(target, folder)).rejects.toMatchObject({ code: 'SNAPSHOT_ENCRYPTED' });
  await expect(restoreInto(target, folder, { identities: other.identity })).rejects.toMatchObject({
    code: 'SNAPSHOT_KEY_WRONG',
    message: expect.stringMatching(new RegExp(`${recipient}.*${other.recipient}`)),
  });
  for (const identities of ['', 'nonsense', identity.slice(0, -1), `${identity.slice(0, -1)}Q`])
    await expect(identityFor(folder, manifest, { identities })).rejects.toMatchObject({
      code: 'SNAPSHOT_KEY_INVALID',
      message: expect.not.stringContaining('AGE-SECRET'),
    });
  await expect(identityFor(folder, manifest, { passphrase: 'none' })).rejects.toMatchObject({
    code: 'SNAPSHOT_HAS_NO_PASSPHRASE',
  });
  expect(await verifySnapshot(folder, silent)).toEqual([]);
  expect(await verifySnapshot(folder, silent, undefined, identity)).toEqual([]);

  if (hasAge) {
    const key = path.join(target.home, 'key.txt');
    await writeFile(key, `# a comment\n${identity}\n`);
    for (const { path: name } of manifest.files.filter((file) => file.path.endsWith('.age'))) {
      const chunks: Buffer[] = [];
      for await (const chunk of reader.read(name)) chunks.push(Buffer.from(chunk));
      const unpack = name.endsWith('.zst.age') ? 'zstd -dc' : name.endsWith('.gz.age') ? 'gzip -dc' : 'cat';
      const { stdout } = await run(
        'sh',
        ['-c', `age -d -i "$1" "$2" | ${unpack}`, 'sh', key, path.join(folder, name)],
        { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
      );
      expect(stdout.equals(Buffer.concat(chunks)), name).toBe(true);
    }
  }

  // A file of several keys may hold it anywhere.
  await restoreInto(target, folder, { identities: `# mine\n${other.identity}\r\n\n${identity}\n` });
  expect(await everythingOf(target)).toEqual(before);
});

test('contents that an earlier snapshot has encrypted to the same recipient are linked to, and encrypted anew for another one or where the index is lost', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const linksOf = async (one: Awaited<ReturnType<typeof encryptedOf>>, key = identity) => {
    const links: Record<string, number> = {};
    for await (const object of indexLines(new SnapshotReader(one.folder, one.manifest, key)))
      links[object.key] = (await stat(path.join(one.folder, contentPath(object)))).nlink;
    expect(await verifySnapshot(one.folder, silent, undefined, key)).toEqual([]);
    return links;
  };
  await encryptedOf(source);
  await source.stores.objects.put('datasets', 'blobs/ac/new', Buffer.from('new'));
  const second = await encryptedOf(source);
  expect(await linksOf(second)).toMatchObject({
    'blobs/ac/new': 1,
    'run/1/model.bin': 2,
    'blobs/ab/empty': 2,
  });
  // The copy of one index is kept, and lies with the data, not with the snapshots.
  expect(await readdir(path.join(source.home, 'indexes'))).toEqual([`${second.manifest.id}.jsonl`]);

  const other = await makeIdentity();
  const third = await encryptedOf(source, null, other.recipient);
  expect(Object.values(await linksOf(third, other.identity))).toEqual([1, 1, 1, 1, 1, 1]);
  await writeFile(path.join(source.home, 'indexes', `${third.manifest.id}.jsonl`), '{"no": "index"}\n');
  const fourth = await encryptedOf(source, null, other.recipient);
  expect(Object.values(await linksOf(fourth, other.identity))).toEqual([1, 1, 1, 1, 1, 1]);

  // An encrypted content that decayed is taken from the store again.
  for await (const object of indexLines(new SnapshotReader(fourth.folder, fourth.manifest, other.identity)))
    if (object.size > 1000) await writeFile(path.join(fourth.folder, contentPath(object)), 'decayed');
  const fifth = await encryptedOf(source, null, other.recipient);
  expect(await verifySnapshot(fifth.folder, silent, undefined, other.identity)).toEqual([]);
});

test('a snapshot that has its key with it opens with the passphrase, here and with age, and not with another', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const passphrase = 'correct horse 한글 battery';
  const { folder, manifest } = await encryptedOf(source, await lockIdentity(identity, passphrase));
  expect(manifest.encryption?.key).toBe('key.age');
  await expect(identityFor(folder, manifest, { passphrase: `${passphrase} ` })).rejects.toMatchObject({
    code: 'SNAPSHOT_PASSPHRASE_WRONG',
    message: expect.stringContaining(recipient),
  });
  expect(await identityFor(folder, manifest, { passphrase })).toBe(identity);
  expect(await verifySnapshot(folder, silent, undefined, identity)).toEqual([]);
  const before = await everythingOf(source);
  await restoreInto(target, folder, { passphrase });
  expect(await everythingOf(target)).toEqual(before);
});

test('a file of another encrypted snapshot, and one that is not encrypted, are found in an encrypted one', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const { folder, manifest } = await encryptedOf(source);
  const copy = `${folder}-copy`;
  await cp(folder, copy, { recursive: true });
  const name = manifest.settings;
  await writeFile(path.join(copy, name), await readFile(path.join(folder, manifest.objects.index)));
  expect((await verifySnapshot(copy, silent))[0]).toMatchObject({ place: { file: name } });
  await rm(copy, { recursive: true });
  await cp(folder, copy, { recursive: true });
  const [content = ''] = (await filesOf(copy)).filter((one) => one.startsWith('objects/'));
  await rm(path.join(copy, content));
  await writeFile(path.join(copy, 'objects', 'added.age'), 'x');
  const found = (await verifySnapshot(copy, silent)).map(({ code, place }) => [code, place.file]);
  expect(found).toEqual([
    ['SNAPSHOT_FILE_MISSING', content],
    ['SNAPSHOT_FILE_UNKNOWN', 'objects/added.age'],
  ]);
});
