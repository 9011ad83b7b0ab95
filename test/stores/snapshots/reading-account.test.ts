import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stores } from '../../../src/main/stores/profiles/stores.ts';
import { errorOf } from '../../postgres/schema/support.ts';
import { runCli } from '../../support/engine.ts';
import {
  everythingOf,
  fillStores,
  type OwnStores,
  openOn,
  openOwnStores,
  restoreInto,
  snapshotOf,
} from './support.ts';

const role = `reader_${process.pid}`;
let source: OwnStores;
let reading: Stores;
let url: string;

beforeAll(async () => {
  source = await openOwnStores();
  await fillStores(source);
  const { pool } = source.stores;
  await pool.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  const address = new URL(source.url);
  [address.username, address.password] = [role, 'secret'];
  url = address.href;
  reading = await openOn(url, source.home, null);
});
afterAll(async () => {
  await reading?.[Symbol.asyncDispose]();
  await source?.stores.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await source?.[Symbol.asyncDispose]();
});

const own = () => ({ stores: reading, snapshots: source.snapshots });

test('an account that may not read a sequence makes no snapshot, which would give its numbers again', async () => {
  expect(await errorOf(snapshotOf(own()))).toMatchObject({ code: 'POSTGRES_PERMISSION' });
});

test('an account that may only read makes whole snapshots, and leaves no mark in the database', async () => {
  await source.stores.pool.query(`GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
  const { folder } = await snapshotOf(own());
  const { rows } = await source.stores.pool.query("SELECT to_regclass('trainyard_snapshots') AS mark");
  expect(rows).toEqual([{ mark: null }]);
  await using target = await openOwnStores();
  await restoreInto(target, folder);
  expect(await everythingOf(target)).toEqual(await everythingOf(source));
  // The next id of a row is behind those that were restored.
  const next = "SELECT last_value FROM pg_sequences WHERE sequencename = 'metrics_id_seq'";
  expect((await target.stores.pool.query(next)).rows).toEqual((await source.stores.pool.query(next)).rows);
});

test('a server that takes no changes is asked and kept in a snapshot, and a check says why it cannot compare', async () => {
  await source.stores.pool.query(
    `ALTER ROLE ${role} SET default_transaction_read_only = on; ALTER ROLE ${role} CREATEDB; GRANT CREATE ON SCHEMA public TO ${role}`,
  );
  await using opened = await openOn(url, source.home, null);
  const { manifest } = await snapshotOf({ stores: opened, snapshots: source.snapshots });
  expect(manifest.database.tables.length).toBeGreaterThan(10);
  expect(await opened.schema.current()).toMatchObject({ pending: [], drift: [] });
  const { revisions } = await opened.schema.history();
  expect(revisions.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  const { code, stdout, stderr } = await runCli(source.home, [
    'db',
    'check',
    '--database-url',
    url,
    '--json',
  ]);
  expect(`${stdout}${stderr}`).toContain('SCHEMA_CHECK_READ_ONLY');
  expect(code).not.toBe(0);
});
