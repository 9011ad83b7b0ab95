import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { S3Endpoint } from '../../../src/main/platform/endpoints.ts';
import { BucketDestination } from '../../../src/main/stores/destinations/bucket-destination.ts';
import { type BucketPlace, snapshotsInBucket } from '../../../src/main/stores/destinations/bucket-place.ts';
import { receiveSnapshot } from '../../../src/main/stores/destinations/receive.ts';
import { bucketSource } from '../../../src/main/stores/destinations/sources.ts';
import { uploadSnapshot } from '../../../src/main/stores/destinations/upload.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { makeIdentity } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { killPoints } from '../../support/kill-points.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { allFailpoints } from '../../torture/all-failpoints.ts';
import { openRelay } from '../objects/s3-relay.ts';
import {
  everythingOf,
  fillStores,
  openOwnStores,
  restoreInto,
  runProgram,
  snapshotOf,
} from '../snapshots/support.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: copies of snapshots in a real bucket: ${reason}`);

const megabyte = 2 ** 20;

let server: TestServer;
beforeAll(async () => {
  if (reason === null) server = await startServer('s3');
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A bucket of a test's own. */
async function openBucket(endpoint: S3Endpoint, attempts: number): Promise<BucketPlace> {
  const connection = connectS3(endpoint, { attempts });
  const bucket = `copies-${randomBytes(4).toString('hex')}`;
  await connection.client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { connection, bucket, prefix: 'a/b/', signal: new AbortController().signal, tries: 6 };
}

const receive = (place: BucketPlace, id: string, into: string) =>
  receiveSnapshot(bucketSource(place, id), into, () => undefined);

test.skipIf(reason !== null)(
  'an upload that is cut off three times goes on, sends nothing that is there, and gives the snapshot back',
  async () => {
    await using relay = await openRelay(() => server.port);
    const direct = s3Endpoint(server, '');
    const endpoint = { ...direct, endpoint: `http://127.0.0.1:${relay.port}` };
    const place = await openBucket(endpoint, 1);
    using _open = place.connection;

    await using source = await openOwnStores();
    await using target = await openOwnStores();
    await fillStores(source);
    const large = 40 * megabyte;
    await source.stores.objects.put('artifacts', 'run/1/large.bin', randomBytes(large));
    const { identity, recipient } = await makeIdentity();
    const encryption = { recipient, key: null, indexes: path.join(source.home, 'indexes') };
    const first = await snapshotOf(source, { encryption });

    // Each cut breaks a part in its midst.
    let cuts = 0;
    let next = 5 * megabyte;
    relay.onSent((sent) => {
      if (sent < next || cuts === 3) return;
      cuts += 1;
      next = sent + 11 * megabyte;
      relay.breakOff();
    });
    const before = relay.sent;
    await uploadSnapshot(first.folder, place, () => undefined);
    expect(cuts).toBe(3);
    expect(relay.sent - before).toBeLessThan(2 * large);
    expect(relay.sent - before).toBeGreaterThan(large);
    expect(await snapshotsInBucket(place)).toEqual([first.manifest.id]);

    // The next one shares what did not change.
    await source.stores.objects.put('datasets', 'blobs/ac/new', Buffer.from('new'));
    const second = await snapshotOf(source, { encryption });
    const between = relay.sent;
    await uploadSnapshot(second.folder, place, () => undefined);
    expect(relay.sent - between).toBeLessThan(2 * megabyte);

    if (withoutSmallDisks === null) {
      await using disk = await SmallDisk.make('8m');
      const download = receive(place, second.manifest.id, disk.mount);
      await expect(download).rejects.toMatchObject({
        ...{ code: 'DISK_FULL', message: expect.stringContaining(disk.mount) },
        hint: expect.stringContaining('larger disk'),
      });
      const [aside = ''] = await readdir(disk.mount);
      expect((await readdir(path.join(disk.mount, aside))).sort()).toEqual([
        'contents.sha256.zst',
        'manifest.json',
      ]);
    }

    const folder = path.join(target.home, 'downloaded');
    const got = await receive(place, second.manifest.id, folder);
    expect(await verifySnapshot(got, () => undefined, undefined, identity)).toEqual([]);
    await restoreInto(target, got, { identities: identity });
    expect(await everythingOf(target)).toEqual(await everythingOf(source));
    await expect(receive(place, second.manifest.id, folder)).rejects.toMatchObject({
      code: 'SNAPSHOT_DOWNLOADED',
    });
  },
);

test.skipIf(reason !== null)(
  'a bucket for copies that is not there is named, with the flags that say which server has it',
  async () => {
    using connection = connectS3(s3Endpoint(server, ''), { attempts: 1 });
    const signal = new AbortController().signal;
    const place = { connection, bucket: 'nobody-made-this', prefix: '', signal, tries: 1 };
    await using source = await openOwnStores();
    const { folder, manifest } = await snapshotOf(source);
    const into = path.join(source.home, 'downloaded');
    for (const work of [
      () => snapshotsInBucket(place),
      () => uploadSnapshot(folder, place, () => undefined),
      () => receive(place, manifest.id, into),
    ])
      await expect(work()).rejects.toMatchObject({
        ...{ code: 'SNAPSHOT_BUCKET_MISSING', message: expect.stringContaining(place.bucket) },
        hint: expect.stringContaining('--s3-endpoint'),
      });
  },
);

test.skipIf(reason !== null)(
  'an upload or a removal that is killed at any step leaves whole snapshots or none, and is gone on with',
  async () => {
    const endpoint = s3Endpoint(server, '');
    await using source = await openOwnStores();
    await fillStores(source);
    const kept = await snapshotOf(source);
    await source.stores.objects.put('artifacts', 'run/1/large.bin', randomBytes(9 * megabyte));
    const { folder, manifest } = await snapshotOf(source);
    const failpoints = (await allFailpoints()).filter((name) =>
      /^(snapshot-upload|destination\.remove)\./.test(name),
    );
    expect(failpoints.length).toBe(7);
    for (const failpoint of killPoints(failpoints)) {
      const place = await openBucket(endpoint, 3);
      using destination = new BucketDestination(place, path.join(source.home, 'scratch'));
      const copy = (from: string) => uploadSnapshot(from, place, () => undefined);
      await copy(kept.folder);
      const isUpload = failpoint.startsWith('snapshot-upload');
      if (!isUpload) await copy(folder);
      const worker = runProgram(
        new URL('./bucket-worker.ts', import.meta.url),
        [
          JSON.stringify({
            ...{ endpoint, place: { bucket: place.bucket, prefix: place.prefix } },
            ...(isUpload ? { upload: folder } : { remove: manifest.id }),
          }),
        ],
        failpoint,
      );
      await expect(worker, failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
      const isThere = ['snapshot-upload.manifest.after', 'destination.remove.before'].includes(failpoint);
      const ids = [kept.manifest.id, manifest.id];
      expect(await destination.list(), failpoint).toEqual(isThere ? ids : ids.slice(0, 1));
      if (isUpload) await copy(folder);
      else await destination.remove([manifest.id], []);
      expect(await destination.list(), failpoint).toEqual(isUpload ? ids : ids.slice(0, 1));
      const into = path.join(source.home, failpoint);
      for (const id of await destination.list())
        expect(await verifySnapshot(await receive(place, id, into), () => undefined), failpoint).toEqual([]);
    }
  },
  120_000,
);
