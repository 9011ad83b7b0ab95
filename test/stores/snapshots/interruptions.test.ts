import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withClient } from '../../../src/main/postgres/pool.ts';
import { listSnapshots, removeSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { SnapshotWriter } from '../../../src/main/stores/snapshots/snapshot-writer.ts';
import { namingLock } from '../../../src/main/stores/snapshots/table-locks.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { connected } from '../filled-database.ts';
import { fillStores, openOwnStores, snapshotOf } from './support.ts';

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

test('a table that another session keeps locked is named, with that session', async () => {
  await using source = await openOwnStores();
  const address = { url: source.url };
  await connected(`${source.url}?application_name=migration`, async (other) => {
    await other.query('BEGIN; LOCK TABLE projects IN ACCESS EXCLUSIVE MODE');
    const locked = withClient(address, (client) =>
      namingLock(address, 'projects', () => client.query("SET lock_timeout = '10ms'; TABLE projects")),
    );
    await expect(locked).rejects.toMatchObject({
      code: 'SNAPSHOT_TABLE_LOCKED',
      message: expect.stringMatching(/projects locked \(migration, process \d+\)$/),
    });
  });
});

test('a connection that is cut while rows are copied, and times that an administrator set, leave nothing half and no snapshot unmade', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const cut = snapshotOf(source, {
    surroundings: async (view) => {
      await connected(source.url, (other) =>
        other.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() OR pid = $1",
          [Reflect.get(view, 'processID')],
        ),
      );
      return nothing;
    },
  });
  await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/^POSTGRES_/) });
  expect(await readdir(source.snapshots)).toEqual([]);
  await connected(source.url, async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    for (const limit of ['transaction_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'])
      await client.query(`ALTER DATABASE ${rows[0]?.name} SET ${limit} = '40ms'`);
  });
  await snapshotOf(source, {
    surroundings: async (view) => {
      await view.query('SELECT pg_sleep(0.1)');
      return nothing;
    },
  });
});

test.skipIf(withoutSmallDisks)(
  'a snapshot that finds no room says what to do, gives the room back, and leaves earlier ones',
  async () => {
    await using source = await openOwnStores();
    await using disk = await SmallDisk.make('1m');
    await fillStores(source);
    const own = { stores: source.stores, snapshots: disk.mount };
    const { manifest } = await snapshotOf(own);
    disk.fill(200_000);
    const free = disk.freeBytes;
    await source.stores.objects.put('artifacts', 'run/2/model.bin', randomBytes(400_000));
    await expect(snapshotOf(own)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining(disk.mount),
      hint: expect.stringContaining('prune'),
    });
    expect(disk.freeBytes).toBe(free);
    expect((await listSnapshots(disk.mount)).map(({ id, problem }) => [id, problem])).toEqual([
      [manifest.id, null],
    ]);
  },
);

test('a folder that has another name than its snapshot, and more unknown files than anybody reads, are said once', async () => {
  await using source = await openOwnStores();
  const { folder, manifest } = await snapshotOf(source);
  const other = path.join(source.snapshots, '20200101T000000000Z-abcdef');
  await cp(folder, other, { recursive: true });
  const [, renamed] = await listSnapshots(source.snapshots);
  expect(renamed).toMatchObject({ id: path.basename(other), problem: { code: 'SNAPSHOT_RENAMED' } });
  expect(renamed?.problem?.message).toContain(manifest.id);
  for (let n = 0; n < 50; n += 1) await writeFile(path.join(other, `more-${n}`), '');
  const problems = await verifySnapshot(other, () => undefined);
  expect(problems.map(({ code }) => code)).toEqual([
    ...Array.from({ length: 20 }, () => 'SNAPSHOT_FILE_UNKNOWN'),
    'SNAPSHOT_FILES_UNKNOWN',
  ]);
  expect(problems.at(-1)?.message).toMatch(/^30 files/);
});

test('a snapshot that is removed while it is read is one that is not there', async () => {
  await using source = await openOwnStores();
  const { folder, manifest } = await snapshotOf(source);
  let removing: Promise<void> | null = null;
  const problems = await verifySnapshot(folder, () => {
    removing ??= removeSnapshots(source.snapshots, [manifest.id]);
  });
  await removing;
  expect(problems.map(({ code }) => code)).toEqual(['SNAPSHOT_NOT_FOUND']);
});
