import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { listSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { killPoints } from '../../support/kill-points.ts';
import { allFailpoints } from '../../torture/all-failpoints.ts';
import { everythingOf, fillStores, openOwnStores, runWorker } from './support.ts';

const failpoints = await allFailpoints();
const of = (verb: string) => killPoints(failpoints.filter((name) => name.startsWith(`${verb}.`)));

test('a snapshot that is killed at any step is never listed before it is whole, and the next one removes what it left', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const create = (failpoint?: string) =>
    runWorker(['create', source.url, source.home, source.snapshots], failpoint);
  expect(of('snapshot').length).toBeGreaterThan(3);
  for (const failpoint of of('snapshot')) {
    const before = (await listSnapshots(source.snapshots)).length;
    await expect(create(failpoint), failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
    const listed = await listSnapshots(source.snapshots);
    expect(listed.length - before, failpoint).toBe(failpoint === 'snapshot.publish.after' ? 1 : 0);
    for (const { folder, problem } of listed) {
      expect(problem, failpoint).toBeNull();
      expect(await verifySnapshot(folder, () => undefined), failpoint).toEqual([]);
    }
  }
  await create();
  expect((await readdir(source.snapshots)).filter((name) => name.startsWith('.'))).toEqual([]);
}, 300_000);

test('a restore that is killed at any step is done again and gives everything', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  await runWorker(['create', source.url, source.home, source.snapshots]);
  const [snapshot] = await listSnapshots(source.snapshots);
  const before = await everythingOf(source);
  for (const failpoint of of('restore')) {
    await using target = await openOwnStores();
    const restore = (at?: string) =>
      runWorker(['restore', target.url, target.home, snapshot?.folder ?? ''], at);
    await expect(restore(failpoint), failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
    if (failpoint === 'restore.database.commit.after') await target.stores.schema.upgrade();
    else await restore();
    expect(await everythingOf(target), failpoint).toEqual(before);
  }
}, 300_000);

test('pruning that is killed at any step leaves every snapshot whole or gone', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  for (const failpoint of of('prune')) {
    for (let made = 0; made < 2; made += 1)
      await runWorker(['create', source.url, source.home, source.snapshots]);
    await expect(runWorker(['prune', source.snapshots], failpoint), failpoint).rejects.toMatchObject({
      signal: 'SIGKILL',
    });
    for (const { folder, problem } of await listSnapshots(source.snapshots)) {
      expect(problem, failpoint).toBeNull();
      expect(await verifySnapshot(folder, () => undefined), failpoint).toEqual([]);
    }
    await runWorker(['prune', source.snapshots]);
    expect((await readdir(source.snapshots)).length, failpoint).toBe(1);
  }
}, 300_000);
