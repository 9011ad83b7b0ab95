import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { copyDatabase } from '../../../src/main/stores/migration/copy-database.ts';
import { addProject, addWorkflow } from '../../postgres/schema/rows.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startServer, withoutServer } from '../../support/servers.ts';
import { sampleDocument } from '../documents/examples.ts';
import { connected, contentsOf, fill } from '../filled-database.ts';
import { openDatabase, runCopier } from './support.ts';

const silent = () => undefined;

const triggerStates = (url: string) =>
  connected(url, async (client) => (await client.query('SELECT DISTINCT tgenabled FROM pg_trigger')).rows);

test('copies every row as it is, cached counts and dates included, and has nothing to do the second time', async () => {
  await using source = await openDatabase();
  await using target = await openDatabase();
  await fill(source.url);
  await source.documents.insert('audit_logs', sampleDocument('audit_logs'));
  const before = await contentsOf(source.url);
  const told: string[] = [];
  const first = await copyDatabase({
    from: { url: source.url },
    to: { url: target.url },
    onProgress: ({ step, what }) => told.push(`${step} ${what}`),
  });
  expect(first.copied).toBe(first.count);
  expect(first.count).toBeGreaterThan(4000);
  expect(told).toContain('copying metrics');
  expect(await contentsOf(source.url)).toEqual(before);
  expect(await contentsOf(target.url)).toEqual(before);
  const projects = await target.pool.query('SELECT workflow_count, updated_at FROM projects');
  expect(projects.rows.map((row) => row.workflow_count)).toEqual([7, 7]);
  expect(await triggerStates(target.url)).toEqual([{ tgenabled: 'O' }]);
  // Documents move by their own port.
  expect((await target.pool.query('SELECT FROM documents')).rowCount).toBe(0);
  const months = await target.pool.query("SELECT to_regclass('metrics_partition_2026_02') AS month");
  expect(months.rows[0].month).not.toBeNull();
  const again = await copyDatabase({
    from: { url: source.url },
    to: { url: target.url },
    onProgress: silent,
  });
  expect(again).toEqual({ ...first, copied: 0 });
  // The triggers work again.
  await connected(target.url, async (client) => {
    const project = await addProject(client);
    await addWorkflow(client, project);
    const { rows } = await client.query('SELECT workflow_count FROM projects WHERE id = $1', [project]);
    expect(rows).toEqual([{ workflow_count: 1 }]);
  });
});

test('needs no superuser: the owner of the tables is enough', async () => {
  await using source = await openDatabase();
  await using target = await createTestDatabase('empty');
  await fill(source.url);
  const role = `copier_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await connected(target.url, async (client) => {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' NOSUPERUSER`);
    await client.query(`ALTER DATABASE ${target.connection.database} OWNER TO ${role}`);
  });
  try {
    const url = target.url.replace(/\/\/[^@]*@/, `//${role}:${password}@`);
    await new SchemaService({ databaseUrl: url }).upgrade();
    await copyDatabase({ from: { url: source.url }, to: { url }, onProgress: silent });
    expect(await contentsOf(url)).toEqual(await contentsOf(source.url));
  } finally {
    await connected(target.url, async (client) => {
      await client.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
      await client.query(`DROP OWNED BY ${role}`);
      await client.query(`DROP ROLE ${role}`);
    });
  }
});

test('refuses a target with rows of its own, one at another revision, one with other columns, and the source itself', async () => {
  await using source = await openDatabase();
  await using target = await openDatabase();
  await using behind = await openDatabase();
  await using changed = await openDatabase();
  await fill(source.url);
  const refusal = async (to: string) =>
    expect(copyDatabase({ from: { url: source.url }, to: { url: to }, onProgress: silent })).rejects;
  await connected(target.url, addProject);
  const before = await contentsOf(target.url);
  await (await refusal(target.url)).toMatchObject({ code: 'MIGRATION_TARGET_NOT_EMPTY' });
  expect(await contentsOf(target.url)).toEqual(before);
  await new SchemaService({ databaseUrl: behind.url }).downgrade('-1');
  await (await refusal(behind.url)).toMatchObject({ code: 'MIGRATION_SCHEMA_DIFFERS' });
  await changed.pool.query('ALTER TABLE projects ADD mine text');
  await (await refusal(changed.url)).toMatchObject({ code: 'MIGRATION_SCHEMA_DIFFERS' });
  await (await refusal(source.url)).toMatchObject({ code: 'MIGRATION_SAME_STORE' });
  const unreachable = 'postgres://nobody:a-secret-word@127.0.0.1:9/x';
  await (await refusal(unreachable)).toMatchObject({ code: 'POSTGRES_UNREACHABLE' });
});

test.each(['migration.database.table.after:9', 'migration.database.commit.before'])(
  'killed at %s, the target is as it was, and the next copy does it all',
  async (failpoint) => {
    await using source = await openDatabase();
    await using target = await openDatabase();
    await fill(source.url);
    const before = await contentsOf(target.url);
    await expect(runCopier(['database', source.url, target.url], failpoint)).rejects.toMatchObject({
      signal: 'SIGKILL',
    });
    expect(await contentsOf(target.url)).toEqual(before);
    expect(await triggerStates(target.url)).toEqual([{ tgenabled: 'O' }]);
    await runCopier(['database', source.url, target.url]);
    expect(await contentsOf(target.url)).toEqual(await contentsOf(source.url));
  },
);

const reason = withoutServer('postgres');
if (reason) console.info(`skipped: copying into the stack's PostgreSQL: ${reason}`);

describe.skipIf(reason)("with the stack's PostgreSQL", () => {
  test('copies there and back without a change', async () => {
    await using server = await startServer('postgres');
    await using source = await openDatabase();
    await using target = await openDatabase();
    await fill(source.url);
    await new SchemaService({ databaseUrl: server.url }).upgrade();
    const there = await copyDatabase({
      from: { url: source.url },
      to: { url: server.url },
      onProgress: silent,
    });
    const back = await copyDatabase({
      from: { url: server.url },
      to: { url: target.url },
      onProgress: silent,
    });
    expect(back).toEqual(there);
    expect(await contentsOf(target.url)).toEqual(await contentsOf(source.url));
  });
});
