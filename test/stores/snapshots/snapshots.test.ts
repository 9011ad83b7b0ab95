import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openSettings } from '../../../src/main/stores/settings/settings-store.ts';
import { contentPath } from '../../../src/main/stores/snapshots/content-copier.ts';
import { indexLines } from '../../../src/main/stores/snapshots/objects-part.ts';
import { findSnapshot, listSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { SnapshotReader } from '../../../src/main/stores/snapshots/snapshot-reader.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { connected } from '../filled-database.ts';
import { everythingOf, fillStores, openOwnStores, restoreInto, snapshotOf } from './support.ts';

const silent = () => undefined;
const readerOf = ({ folder, manifest }: Awaited<ReturnType<typeof snapshotOf>>) =>
  new SnapshotReader(folder, manifest, null);

test('a snapshot restored into empty stores gives every row, document, object and value with its end', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const before = await everythingOf(source);
  const { folder, manifest } = await snapshotOf(source);
  expect(await verifySnapshot(folder, silent)).toEqual([]);
  await restoreInto(target, folder);
  expect(await everythingOf(target)).toEqual(before);
  expect(await everythingOf(source)).toEqual(before);
  expect(manifest.objects).toMatchObject({ count: 5, bytes: 540_008 });
  using settings = openSettings(target.home);
  expect(settings.get('sample')).toBe('declined');
  // The triggers count again, and sequences go on behind what is there.
  await connected(target.url, async (client) => {
    await client.query("INSERT INTO projects (user_id, name) SELECT id, 'one more' FROM users LIMIT 1");
    const { rows } = await client.query("SELECT count(*)::int AS off FROM pg_trigger WHERE tgenabled <> 'O'");
    expect(rows).toEqual([{ off: 0 }]);
  });
  expect(await target.stores.schema.check()).toMatchObject({ ok: true, drift: [] });
});

test('a snapshot sees one moment: rows that are written while it is made are in none of its tables', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const before = (await everythingOf(source)).rows;
  let isWritten = false;
  const { folder } = await snapshotOf(source, {
    surroundings: async (view) => {
      if (!isWritten) {
        isWritten = true;
        await connected(source.url, (client) =>
          client.query("INSERT INTO projects (user_id, name) SELECT id, 'too late' FROM users LIMIT 1"),
        );
      }
      const { rows } = await view.query('SELECT id FROM projects');
      return { references: [], runs: rows.map(({ id }) => id), inPlace: [] };
    },
  });
  await restoreInto(target, folder);
  expect((await everythingOf(target)).rows).toEqual(before);
});

test('a snapshot is begun anew where an object goes away with its row while it is made, and tells of one that was lost before', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  let calls = 0;
  const { manifest } = await snapshotOf(source, {
    surroundings: async () => {
      calls += 1;
      // Of the first moment's rows one names an object that is gone with it when somebody looks again.
      const removed = calls === 1 ? ['datasets/gone/1/manifest.jsonl'] : [];
      return {
        references: [...removed, 'artifacts/run/1/model.bin', 'artifacts/lost'],
        runs: [],
        inPlace: [],
      };
    },
  });
  expect(calls).toBe(4);
  expect(manifest.notKept.lost).toEqual(['artifacts/lost']);
  expect((await readdir(source.snapshots)).length).toBe(1);
});

test('contents that an earlier snapshot has are linked to, and removing that one takes nothing from the later', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const first = await snapshotOf(source);
  await source.stores.objects.put('datasets', 'blobs/ac/new', Buffer.from('new'));
  const second = await snapshotOf(source);
  const links = new Map<string, number>();
  for await (const object of indexLines(readerOf(second)))
    links.set(object.key, (await stat(path.join(second.folder, contentPath(object)))).nlink);
  expect(links.get('blobs/ac/new')).toBe(1);
  expect(links.get('run/1/model.bin')).toBe(2);
  expect(first.manifest.objects.count + 1).toBe(second.manifest.objects.count);
  const listed = await listSnapshots(source.snapshots);
  expect(listed.map(({ id, problem }) => [id, problem])).toEqual([
    [second.manifest.id, null],
    [first.manifest.id, null],
  ]);
  expect(await findSnapshot(source.snapshots, 'last')).toBe(second.folder);
});

test('a restore refuses stores that hold anything, and a snapshot with a revision that this version does not know', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const { folder } = await snapshotOf(source);
  const before = await everythingOf(source);
  await expect(restoreInto(source, folder)).rejects.toMatchObject({ code: 'RESTORE_TARGET_NOT_EMPTY' });
  expect(await everythingOf(source)).toEqual(before);
  await connected(source.url, (client) =>
    client.query("INSERT INTO trainyard_migrations (name, run_on) VALUES ('9999_later', now())"),
  );
  const newer = await snapshotOf(source);
  await expect(restoreInto(target, newer.folder)).rejects.toMatchObject({ code: 'SNAPSHOT_NEWER' });
});

test('a snapshot of an older revision is brought to the newest one where it is restored', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await source.stores.schema.downgrade('-2');
  const { rows } = await source.stores.pool.query(
    "INSERT INTO projects (user_id, name) SELECT id, 'old' FROM users RETURNING id",
  );
  const { folder } = await snapshotOf(source, {
    surroundings: async () => ({ references: [], runs: [], inPlace: [] }),
  });
  await restoreInto(target, folder);
  const restored = await target.stores.pool.query('SELECT id FROM projects');
  expect(restored.rows).toEqual(rows);
  expect(await target.stores.schema.check()).toMatchObject({ ok: true, pending: [] });
});

test('damage to an earlier snapshot, its index or a content, does not keep the next one from being whole', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const first = await snapshotOf(source);
  await writeFile(path.join(first.folder, 'objects.jsonl.zst'), 'no index');
  const second = await snapshotOf(source);
  expect(await verifySnapshot(second.folder, silent)).toEqual([]);
  for await (const object of indexLines(readerOf(second)))
    if (object.size > 1000)
      await writeFile(path.join(second.folder, contentPath(object)), Buffer.alloc(object.size, 1));
  const third = await snapshotOf(source);
  expect(await verifySnapshot(third.folder, silent)).toEqual([]);
  expect((await verifySnapshot(second.folder, silent)).length).toBeGreaterThan(0);
});

test('a document that another program left in the store, and no store takes, is kept, and a restore names it and goes on', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  await connected(source.url, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE documents SET body = body - 'action' WHERE collection = 'audit_logs' AND id = (SELECT min(id) FROM documents WHERE collection = 'audit_logs')`,
    );
    expect(rowCount).toBe(1);
  });
  const { folder, manifest } = await snapshotOf(source);
  const count = manifest.documents.find(({ name }) => name === 'audit_logs')?.documents;
  expect(count).toBe(2);
  expect(await verifySnapshot(folder, silent)).toEqual([]);
  const { leftOut } = await restoreInto(target, folder);
  expect(leftOut).toEqual([
    { en: expect.stringContaining('audit_logs: action'), ko: expect.stringContaining('audit_logs') },
  ]);
  expect(await target.stores.documents.count('audit_logs')).toBe(1);
  expect((await everythingOf(target)).rows).toEqual((await everythingOf(source)).rows);
});

test('a large table is several files of its pages, whole and of one moment while it grows, changes and shrinks', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  await connected(source.url, (client) =>
    client.query(
      `INSERT INTO run_events (workflow_id, seq, type, payload)
       SELECT (SELECT id FROM workflows LIMIT 1), n, 'log', jsonb_build_object('text', repeat(md5(n::text), 50)) FROM generate_series(3000, 24999) AS n`,
    ),
  );
  const done = new AbortController();
  const changing = connected(source.url, async (client) => {
    for (let n = 100_000; !done.signal.aborted; n += 500) {
      await client.query('DELETE FROM run_events WHERE seq % 97 = $1', [(n / 500) % 97]);
      await client.query("UPDATE run_events SET type = 'other' WHERE seq % 89 = $1", [(n / 500) % 89]);
      await client.query(
        `INSERT INTO run_events (workflow_id, seq, type, payload) SELECT (SELECT id FROM workflows LIMIT 1), n, 'log', '{}' FROM generate_series($1::int, $1 + 499) AS n`,
        [n],
      );
    }
  });
  let seen: unknown;
  const { folder, manifest } = await snapshotOf(source, {
    surroundings: async (view) => {
      const { rows } = await view.query(
        'SELECT count(*)::int AS count, md5(string_agg(r::text, chr(10) ORDER BY r::text)) AS hash FROM run_events AS r',
      );
      seen ??= rows[0];
      return { references: [], runs: [], inPlace: [] };
    },
  }).finally(() => done.abort());
  await changing;
  const parts = manifest.database.tables.find(({ name }) => name === 'run_events')?.parts ?? [];
  expect(parts.map(({ file }) => file)).toEqual(
    parts.map(({ place }) => `database/run_events.${place?.from}.copy.zst`),
  );
  expect(parts.length).toBeGreaterThan(1);
  await restoreInto(target, folder);
  await connected(target.url, async (client) => {
    const { rows } = await client.query(
      'SELECT count(*)::int AS count, md5(string_agg(r::text, chr(10) ORDER BY r::text)) AS hash FROM run_events AS r',
    );
    expect(rows[0]).toEqual(seen);
  });
});
