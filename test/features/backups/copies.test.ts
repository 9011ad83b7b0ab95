import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { openSettings } from '../../../src/main/stores/settings/settings-store.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { type OwnStores, openOwnStores, runProgram, snapshotOf } from '../../stores/snapshots/support.ts';
import { killPoints } from '../../support/kill-points.ts';
import { s3Endpoint, startServer, withoutServer } from '../../support/servers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { allFailpoints } from '../../torture/all-failpoints.ts';
import { copiesOf } from './support/copies.ts';

const withoutS3 = withoutServer('s3');
if (withoutS3 !== null) console.info(`skipped: copies in a real bucket: ${withoutS3}`);

const minuteMs = 60_000;

let source: OwnStores;
/** Ids, the oldest first. */
let ids: readonly string[];

beforeAll(async () => {
  source = await openOwnStores();
  await source.stores.objects.put('artifacts', 'run/1/model.bin', randomBytes(300_000));
  const made = [];
  for (let count = 0; count < 3; count += 1) made.push((await snapshotOf(source)).manifest.id);
  ids = made;
});
afterAll(() => source?.[Symbol.asyncDispose]());

/** A state folder with so many of the snapshots, and a place for copies. */
async function openHome(count: number) {
  const made = await temporaryFolder();
  const [home, snapshots, place] = ['home', 'snapshots', 'usb'].map((name) => path.join(made.folder, name));
  if (!home || !snapshots || !place) throw new Error('a folder has no name');
  await mkdir(home);
  await mkdir(snapshots);
  const give = (id: string | undefined) =>
    cp(path.join(source.snapshots, id ?? ''), path.join(snapshots, id ?? ''), {
      recursive: true,
      preserveTimestamps: true,
    });
  for (const id of ids.slice(0, count)) await give(id);
  return { home, snapshots, place, give, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
}

const copiesAt = async (place: string) =>
  (await readdir(place)).filter((name) => name !== 'trainyard-destination.json').sort();

test('a new destination gets the newest snapshot and each that is made from then on, and tells how it goes', async () => {
  await using home = await openHome(2);
  await using copies = copiesOf(home);
  const added = await copies.add(home.place);
  expect(added).toMatchObject({ name: 'usb', kind: 'folder', isSameDisk: true, failure: null });
  await copies.settle();
  expect(await copiesAt(home.place)).toEqual([ids[1]]);
  await home.give(ids[2]);
  await copies.settle();
  expect(await copiesAt(home.place)).toEqual([ids[1], ids[2]]);
  const { destinations } = await copies.destinations.list();
  expect(destinations).toMatchObject([
    { copies: 2, waiting: 0, isBusy: false, current: null, warning: null },
  ]);
  await expect(copies.add(home.place)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
  await expect(copies.add('usb')).rejects.toMatchObject({ code: 'DESTINATION_PLACE_INVALID' });
  expect(await copies.destinations.remove('usb')).toEqual({ destinations: [] });
  await expect(copies.add(home.place)).rejects.toMatchObject({ code: 'DESTINATION_TAKEN' });
  expect((await copies.destinations.list()).destinations).toEqual([]);
  expect(await copies.add(home.place, { takeOver: true })).toMatchObject({ copies: 2 });
});

test('a disk that is away is looked for again and again, is missed after a week, and gets what waits once it is back', async () => {
  await using home = await openHome(1);
  await using copies = copiesOf(home);
  await copies.add(home.place);
  await copies.settle();
  await rename(home.place, `${home.place}-drawer`);
  await mkdir(home.place);
  await home.give(ids[1]);
  await copies.settle();
  const shown = async () => (await copies.destinations.list()).destinations[0];
  expect(await shown()).toMatchObject({
    ...{ copies: 1, waiting: 1, warning: null },
    failure: { error: { code: 'DESTINATION_AWAY' } },
  });
  expect(await copiesAt(home.place)).toEqual([]);
  await rm(home.place, { recursive: true });
  await rename(`${home.place}-drawer`, home.place);
  await copies.settle();
  expect(await copiesAt(home.place), 'a minute is not over').toEqual([ids[0]]);
  copies.clock.aheadMs = minuteMs;
  await copies.settle();
  expect(await copiesAt(home.place)).toEqual([ids[0], ids[1]]);
  expect(await shown()).toMatchObject({ copies: 2, waiting: 0, failure: null });
});

test('a disk that goes between two copies gets none of the second in its place', async () => {
  await using home = await openHome(1);
  await using copies = copiesOf(home);
  await copies.add(home.place);
  await copies.settle();
  for (const id of [ids[1], ids[2]]) await home.give(id);
  const settled = copies.settle();
  const newest = path.join(home.place, ids[2] ?? '');
  await expect.poll(() => existsSync(newest), { interval: 1 }).toBe(true);
  await rename(home.place, `${home.place}-drawer`);
  await mkdir(home.place);
  await settled;
  expect(await copiesAt(home.place)).toEqual([]);
  expect((await copies.destinations.list()).destinations).toMatchObject([
    { failure: { error: { code: 'DESTINATION_AWAY' } } },
  ]);
});

test('old copies go by the retention of their destination, and none that is another’s', async () => {
  await using home = await openHome(1);
  await using copies = copiesOf(home);
  const keep = { last: 1, daily: 0, weekly: 0, monthly: 0 };
  await copies.add(home.place, { keep, name: 'disk' });
  await copies.settle();
  await home.give(ids[1]);
  // Somebody put it there.
  await cp(path.join(source.snapshots, ids[2] ?? ''), path.join(home.place, ids[2] ?? ''), {
    recursive: true,
  });
  await copies.settle();
  expect(await copiesAt(home.place)).toEqual([ids[1], ids[2]]);
  await copies.destinations.keep('disk', null);
  await home.give(ids[2]);
  await copies.settle();
  // All of what is here then, too.
  expect((await copies.destinations.list()).destinations).toMatchObject([{ copies: 3, keep: null }]);
});

test('a copy that somebody removed is made again, and a snapshot that is removed here is waited for no longer', async () => {
  await using home = await openHome(2);
  await using copies = copiesOf(home);
  await copies.add(home.place);
  await copies.settle();
  await rm(path.join(home.place, ids[1] ?? ''), { recursive: true });
  await home.give(ids[2]);
  await copies.settle();
  expect(await copiesAt(home.place)).toEqual([ids[1], ids[2]]);
  for (const id of ids) {
    await rm(path.join(home.place, id), { recursive: true, force: true });
    await rm(path.join(home.snapshots, id), { recursive: true, force: true });
  }
  await copies.settle();
  expect((await copies.destinations.list()).destinations).toMatchObject([{ waiting: 0, failure: null }]);
});

test.skipIf(withoutS3 !== null)(
  'a bucket is a destination with the credentials of the AWS environment, and one that is not there is said at once',
  async () => {
    await using server = await startServer('s3');
    const { endpoint, accessKeyId, secretAccessKey } = s3Endpoint(server, '');
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    await using home = await openHome(1);
    await using copies = copiesOf(home);
    await expect(copies.add('s3://offsite/a', { endpoint })).rejects.toMatchObject({
      code: 'SNAPSHOT_BUCKET_MISSING',
    });
    expect((await copies.destinations.list()).destinations).toEqual([]);
    using connection = connectS3(s3Endpoint(server, ''));
    await connection.client.send(new CreateBucketCommand({ Bucket: 'offsite' }));
    expect(await copies.add('s3://offsite/a', { endpoint })).toMatchObject({
      ...{ name: 'offsite', kind: 's3', place: 's3://offsite/a/', freeBytes: null },
    });
    await copies.settle();
    expect((await copies.destinations.list()).destinations).toMatchObject([
      { copies: 1, waiting: 0, failure: null },
    ]);
    vi.unstubAllEnvs();
  },
);

test('a kill at any step of adding and copying leaves one destination that gets every copy, whole', async () => {
  const failpoints = (await allFailpoints()).filter((name) =>
    /^(destination\.(add|claim|settle)|backup-copy|snapshot-receive)\./.test(name),
  );
  expect(failpoints.length).toBe(12);
  for (const failpoint of killPoints(failpoints)) {
    await using home = await openHome(2);
    const killed = runProgram(
      new URL('./support/copies-worker.ts', import.meta.url),
      [home.home, home.snapshots, home.place],
      failpoint,
    );
    await expect(killed, failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
    {
      await using copies = copiesOf(home);
      if (copies.kept.all().length === 0) await copies.add(home.place);
      await copies.settle();
    }
    expect(await copiesAt(home.place), failpoint).toEqual([ids[1]]);
    expect(await verifySnapshot(path.join(home.place, ids[1] ?? ''), () => undefined)).toEqual([]);
    using settings = openSettings(home.home);
    expect(settings.get('backupDestinations'), failpoint).toMatchObject([
      { isClaimed: true, copied: [ids[1]], failure: null },
    ]);
  }
}, 120_000);
