import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BucketDestination } from '../../../src/main/stores/destinations/bucket-destination.ts';
import type { BucketPlace } from '../../../src/main/stores/destinations/bucket-place.ts';
import type { Destination } from '../../../src/main/stores/destinations/destination.ts';
import { FolderDestination } from '../../../src/main/stores/destinations/folder-destination.ts';
import { receiveSnapshot } from '../../../src/main/stores/destinations/receive.ts';
import { bucketSource } from '../../../src/main/stores/destinations/sources.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { listPage } from '../../../src/main/stores/objects/s3/read-bucket.ts';
import { readManifest } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { makeIdentity } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { fillStores, type OwnStores, openOwnStores, snapshotOf } from '../snapshots/support.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: destinations in a real bucket: ${reason}`);

let server: TestServer;
let source: OwnStores;
/** Two plain ones, the second with a row, an object and a large file more, and an encrypted one. */
let snapshots: { readonly first: string; readonly second: string; readonly encrypted: string };

beforeAll(async () => {
  if (reason === null) server = await startServer('s3');
  source = await openOwnStores();
  await fillStores(source);
  const first = (await snapshotOf(source)).folder;
  await source.stores.objects.put('artifacts', 'run/2/large.bin', randomBytes(9 * 2 ** 20));
  const second = (await snapshotOf(source)).folder;
  const { recipient } = await makeIdentity();
  const encryption = { recipient, key: null, indexes: path.join(source.home, 'indexes') };
  snapshots = { first, second, encrypted: (await snapshotOf(source, { encryption })).folder };
});
afterAll(async () => {
  await source?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** A place with what a test does there by other means. */
interface Place extends AsyncDisposable {
  readonly destination: Destination;
  /** Names of what lies there, without those that say whose it is. */
  names(): Promise<readonly string[]>;
  /** Puts a file there. */
  put(name: string): Promise<void>;
  /** Takes the place away, as a disk or a bucket goes. */
  takeAway(): Promise<void>;
  /** A copy as a folder. */
  fetch(id: string): Promise<string>;
}

async function folderPlace(): Promise<Place> {
  const made = await temporaryFolder();
  const folder = path.join(made.folder, 'copies');
  return {
    destination: new FolderDestination(folder, source.home),
    names: async () => (await readdir(folder)).filter((name) => name !== 'trainyard-destination.json'),
    put: async (name) => {
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, name), '');
    },
    takeAway: async () => {
      await rename(folder, `${folder}-away`);
      await mkdir(folder);
    },
    fetch: async (id) => path.join(folder, id),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

async function bucketPlace(): Promise<Place> {
  const made = await temporaryFolder();
  const connection = connectS3(s3Endpoint(server, ''), { attempts: 3 });
  const bucket = `copies-${randomBytes(4).toString('hex')}`;
  await connection.client.send(new CreateBucketCommand({ Bucket: bucket }));
  const place: BucketPlace = {
    ...{ connection, bucket, prefix: 'a/', signal: new AbortController().signal, tries: 2 },
  };
  const keys = async () => {
    return (await listPage(connection, { bucket, prefix: 'a/' })).objects.map(({ key }) => key.slice(2));
  };
  return {
    destination: new BucketDestination(place, path.join(made.folder, 'scratch')),
    names: async () => (await keys()).filter((name) => name !== 'trainyard-destination.json'),
    put: async (name) => {
      await connection.client.send(new PutObjectCommand({ Bucket: bucket, Key: `a/${name}`, Body: 'x' }));
    },
    takeAway: async () => {
      const Key = 'a/trainyard-destination.json';
      await connection.client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    fetch: (id) => receiveSnapshot(bucketSource(place, id), path.join(made.folder, 'back'), () => undefined),
    [Symbol.asyncDispose]: async () => {
      connection[Symbol.dispose]();
      await made[Symbol.asyncDispose]();
    },
  };
}

const never = () => new AbortController().signal;
const copy = (destination: Destination, folder: string) =>
  destination.copy(folder, { onCopied: () => undefined, signal: never() });
const idOf = (folder: string) => path.basename(folder);

for (const [kind, openPlace, skipped] of [
  ['a folder', folderPlace, false],
  ['a bucket', bucketPlace, reason !== null],
] as const)
  describe.skipIf(skipped)(`a destination that is ${kind}`, () => {
    test('belongs to one owner, and another’s is taken over only where that is said', async () => {
      await using place = await openPlace();
      const { destination } = place;
      const [owner, other] = [randomUUID(), randomUUID()];
      await destination.claim(owner, false);
      await destination.claim(owner, false);
      await expect(destination.claim(other, false)).rejects.toMatchObject({ code: 'DESTINATION_TAKEN' });
      await expect(destination.check(other)).rejects.toMatchObject({ code: 'DESTINATION_TAKEN' });
      expect(await destination.check(owner)).toMatchObject({ resolved: null });
      expect(await place.names()).toEqual([]);
      await destination.claim(other, true);
      await expect(destination.check(owner)).rejects.toMatchObject({ code: 'DESTINATION_TAKEN' });
    });

    test('is no place with other things in it, and none that went away', async () => {
      await using filled = await openPlace();
      await filled.put('holiday.jpg');
      for (const takesOver of [false, true])
        await expect(filled.destination.claim(randomUUID(), takesOver)).rejects.toMatchObject({
          code: 'DESTINATION_NOT_EMPTY',
        });
      expect(await filled.names()).toEqual(['holiday.jpg']);
      await using place = await openPlace();
      const owner = randomUUID();
      await place.destination.claim(owner, false);
      await place.takeAway();
      await expect(place.destination.check(owner)).rejects.toMatchObject({ code: 'DESTINATION_AWAY' });
    });

    test('has a copy once all of it is there, and goes on with one that was ended', async () => {
      await using place = await openPlace();
      const { destination } = place;
      await destination.claim(randomUUID(), false);
      const stopping = new AbortController();
      const ended = destination.copy(snapshots.second, {
        onCopied: ({ done }) => done > 3 && stopping.abort(),
        signal: stopping.signal,
      });
      await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
      expect(await destination.list()).toEqual([]);
      for (const folder of [snapshots.second, snapshots.second, snapshots.encrypted])
        await copy(destination, folder);
      expect(await destination.list()).toEqual([idOf(snapshots.second), idOf(snapshots.encrypted)]);
      for (const folder of [snapshots.second, snapshots.encrypted])
        expect(await verifySnapshot(await place.fetch(idOf(folder)), () => undefined)).toEqual([]);
    });

    test('loses what was removed and what attempts left, and nothing that another copy has, too', async () => {
      await using place = await openPlace();
      const { destination } = place;
      await destination.claim(randomUUID(), false);
      for (const folder of [snapshots.first, snapshots.second]) await copy(destination, folder);
      const before = (await place.names()).length;
      const stopping = new AbortController();
      const ended = destination.copy(snapshots.encrypted, {
        onCopied: () => stopping.abort(),
        signal: stopping.signal,
      });
      await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
      // Awaited: what of it is there stays.
      await destination.remove([idOf(snapshots.second)], [idOf(snapshots.encrypted)]);
      expect(await destination.list()).toEqual([idOf(snapshots.first)]);
      await copy(destination, snapshots.encrypted);
      await destination.remove([idOf(snapshots.encrypted)], []);
      await destination.remove([idOf(snapshots.encrypted), 'nothing'], []);
      expect((await place.names()).length).toBeLessThan(before);
      expect(await verifySnapshot(await place.fetch(idOf(snapshots.first)), () => undefined)).toEqual([]);
      await destination.remove([idOf(snapshots.first)], []);
      expect(await place.names()).toEqual([]);
    });

    test('refuses a snapshot that is damaged here, and goes on to have none of it', async () => {
      await using place = await openPlace();
      await using stores = await openOwnStores();
      const { folder, manifest } = await snapshotOf(stores);
      const file = manifest.files.find(({ bytes }) => bytes > 40);
      await writeFile(path.join(folder, file?.path ?? ''), 'x'.repeat(file?.bytes ?? 0));
      await place.destination.claim(randomUUID(), false);
      await expect(copy(place.destination, folder)).rejects.toMatchObject({
        code: 'SNAPSHOT_FILE_DAMAGED',
        place: { file: file?.path },
      });
      expect(await place.destination.list()).toEqual([]);
    });
  });

test('a folder for copies is another than the state folder, on a disk that is there, and is named without its links', async () => {
  await using made = await temporaryFolder();
  const { home } = source;
  const claim = (folder: string) => new FolderDestination(folder, home).claim(randomUUID(), false);
  for (const inside of [home, path.join(home, 'copies'), path.dirname(home)])
    await expect(claim(inside)).rejects.toMatchObject({ code: 'DESTINATION_INSIDE' });
  await rm(path.join(home, 'copies'), { recursive: true, force: true });
  await symlink(home, path.join(made.folder, 'link'));
  await expect(claim(path.join(made.folder, 'link'))).rejects.toMatchObject({ code: 'DESTINATION_INSIDE' });
  await expect(claim(path.join(made.folder, 'usb', 'copies'))).rejects.toMatchObject({
    ...{ code: 'DESTINATION_MISSING', parameters: { folder: path.join(made.folder, 'usb') } },
  });
  const [real, link] = [path.join(made.folder, 'real'), path.join(made.folder, 'disk')];
  await mkdir(real);
  await symlink(real, link);
  const destination = new FolderDestination(link, home);
  const owner = randomUUID();
  await destination.claim(owner, false);
  expect(await destination.check(owner)).toMatchObject({ resolved: real, isSameDisk: true });
});

test('a marker that never ends is none, and is not waited for', async () => {
  await using place = await folderPlace();
  const owner = randomUUID();
  await place.destination.claim(owner, false);
  const marker = await place.fetch('trainyard-destination.json');
  await rm(marker);
  await symlink('/dev/zero', marker);
  await expect(place.destination.check(owner)).rejects.toMatchObject({ code: 'DESTINATION_AWAY' });
});

test('nothing is written through a link that somebody put where a copy is to come', async () => {
  await using place = await folderPlace();
  await using elsewhere = await temporaryFolder();
  await place.destination.claim(randomUUID(), false);
  await symlink(elsewhere.folder, await place.fetch(`.download-${idOf(snapshots.first)}`));
  await expect(copy(place.destination, snapshots.first)).rejects.toMatchObject({
    code: 'DESTINATION_LINKED',
  });
  expect(await readdir(elsewhere.folder)).toEqual([]);
});

test('copies in a folder share what is the same, unless that has decayed there', async () => {
  await using place = await folderPlace();
  const { destination } = place;
  await destination.claim(randomUUID(), false);
  await copy(destination, snapshots.first);
  const first = await place.fetch(idOf(snapshots.first));
  const second = await place.fetch(idOf(snapshots.second));
  await copy(destination, snapshots.second);
  const shared = 'objects.jsonl.zst';
  const same = (await readManifest(first)).files.find(
    ({ path: name }) => name !== shared && name.includes('workflows'),
  );
  const inode = async (folder: string, name: string) => (await stat(path.join(folder, name))).ino;
  const contents = (await readdir(path.join(first, 'objects'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(first, path.join(entry.parentPath, entry.name)));
  expect(contents.length).toBeGreaterThan(2);
  for (const name of [...contents, same?.path ?? ''])
    expect(await inode(second, name), name).toBe(await inode(first, name));

  await destination.remove([idOf(snapshots.second)], []);
  const [content = ''] = contents;
  const before = await stat(path.join(first, content));
  {
    await using file = await open(path.join(first, content), 'r+');
    await file.write(Buffer.from([255]), 0, 1, 0);
    await file.utimes(before.atime, before.mtime);
  }
  // It was read a moment ago: that is trusted for a week.
  await writeFile(path.join(first, 'verified.json'), JSON.stringify({ at: new Date(), readAt: new Date(0) }));
  await copy(destination, snapshots.second);
  expect(await inode(second, content)).not.toBe(await inode(first, content));
  expect(await verifySnapshot(second, () => undefined)).toEqual([]);
});

test.skipIf(withoutSmallDisks !== null)(
  'a disk that is too small for a copy is named with its room, and the copies that are there stay',
  async () => {
    await using disk = await SmallDisk.make('8m');
    const destination = new FolderDestination(path.join(disk.mount, 'copies'), source.home);
    const owner = randomUUID();
    await destination.claim(owner, false);
    expect(await destination.check(owner)).toMatchObject({ isSameDisk: false });
    await copy(destination, snapshots.first);
    await expect(copy(destination, snapshots.second)).rejects.toMatchObject({
      ...{ code: 'DISK_FULL', message: expect.stringContaining(disk.mount) },
    });
    expect(await destination.list()).toEqual([idOf(snapshots.first)]);
    await destination.remove([], []);
    expect(await readdir(path.join(disk.mount, 'copies'))).toHaveLength(2);
  },
);
