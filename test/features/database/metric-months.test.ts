import { pino } from 'pino';
import { expect, test } from 'vitest';
import { MetricMonths } from '../../../src/main/features/database/metric-months.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { copyDatabase } from '../../../src/main/stores/migration/copy-database.ts';
import { errorOf } from '../../postgres/schema/support.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const user = '00000000-0000-4000-8000-000000000001';

/** A database with two old months of a finished run's points. */
async function oldMetrics() {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const pool = createPool(database.connection);
  stack.defer(() => pool.end());
  await pool.query(`INSERT INTO projects (id, user_id, name) VALUES (gen_random_uuid(), '${user}', 'old')`);
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO workflows (project_id, user_id, name, status, created_at)
     SELECT id, '${user}', 'old', 'completed', '2025-02-03' FROM projects RETURNING id`,
  );
  const run = rows[0]?.id ?? '';
  await pool.query("SELECT ensure_metrics_partitions('2025-02-01', '2025-03-01')");
  const add = (time: string, step: number) =>
    pool.query(
      'INSERT INTO metrics (workflow_id, epoch, step, train_loss, recorded_at, seq) VALUES ($1, 0, $2::integer, 0.5, $3, $2::integer::bigint)',
      [run, step, time],
    );
  for (let step = 1; step <= 5; step += 1) await add('2025-02-10', step);
  await add('2025-03-10', 6);
  let kept: number | null = null;
  const months = new MetricMonths({
    ...{ db: new Db(pool), log: pino({ level: 'silent' }) },
    kept: {
      read: () => kept,
      write: (value) => {
        kept = value;
      },
    },
  });
  const count = async () =>
    (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM metrics')).rows[0]?.n;
  const resources = stack.move();
  return { database, pool, run, add, months, count, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

const states = (list: Awaited<ReturnType<MetricMonths['list']>>) =>
  list.months.filter(({ month }) => month < '2026').map(({ month, state }) => `${month} ${state}`);

test('all months stay until somebody says how many; then older ones are detached, not dropped, and come back whole', async () => {
  await using old = await oldMetrics();
  const { months, count, pool } = old;
  await months.sweep();
  expect(states(await months.list())).toEqual(['2025-03 attached', '2025-02 attached']);
  expect(states(await months.keep(12))).toEqual(['2025-03 detached', '2025-02 detached']);
  expect(await count()).toBe(0);
  const check = await new SchemaService({ databaseUrl: old.database.url }).check();
  expect(check).toMatchObject({ ok: true, drift: [] });
  // A late point makes the month anew; the next sweep puts it to the others.
  await pool.query("SELECT ensure_metrics_partitions('2025-02-01', '2025-02-01')");
  await old.add('2025-02-11', 7);
  expect(states(await months.keep(12))).toEqual(['2025-03 detached', '2025-02 detached']);
  await months.keep(null);
  await months.attach('2025-02');
  expect(states(await months.attach('2025-03'))).toEqual(['2025-03 attached', '2025-02 attached']);
  expect(await count()).toBe(7);
  expect(await new SchemaService({ databaseUrl: old.database.url }).check()).toMatchObject({ drift: [] });
  const { rows } = await pool.query('SELECT count(*)::int AS n FROM metrics_partition_2025_02');
  expect(rows).toEqual([{ n: 6 }]);
});

test('a month is dropped only once it is detached, and its run takes its points along when it is deleted', async () => {
  await using old = await oldMetrics();
  const { months, pool, run } = old;
  expect(await errorOf(months.drop('2025-02'))).toMatchObject({ code: 'METRICS_MONTH_UNKNOWN' });
  await months.detach('2025-02');
  await months.detach('2025-03');
  await months.drop('2025-02');
  expect(states(await months.list())).toEqual(['2025-03 detached']);
  await pool.query('DELETE FROM workflows WHERE id = $1', [run]);
  expect((await pool.query('SELECT FROM metrics_detached_2025_03')).rowCount).toBe(0);
});

test('months that are needed stay: the present one, those since a run under way began, and those that somebody reads', async () => {
  await using old = await oldMetrics();
  const { months, pool } = old;
  const now = new Date().toISOString().slice(0, 7);
  expect(await errorOf(months.detach(now))).toMatchObject({ code: 'METRICS_MONTH_IN_USE' });
  await pool.query("UPDATE workflows SET status = 'running', created_at = '2025-03-02'");
  expect(await errorOf(months.detach('2025-03'))).toMatchObject({ code: 'METRICS_MONTH_IN_USE' });
  expect(states(await months.keep(1))).toEqual(['2025-03 attached', '2025-02 detached']);
  await pool.query("UPDATE workflows SET status = 'completed'");
  const reader = await pool.connect();
  await reader.query('BEGIN; SELECT FROM metrics');
  expect(await errorOf(months.detach('2025-03'))).toMatchObject({ code: 'METRICS_MONTH_BUSY' });
  await reader.query('COMMIT');
  reader.release();
  expect(states(await months.detach('2025-03'))).toEqual(['2025-03 detached', '2025-02 detached']);
});

test('detached months are copied with everything else', async () => {
  await using old = await oldMetrics();
  await using target = await createTestDatabase();
  await old.months.detach('2025-02');
  const options = { from: old.database.connection, to: target.connection, onProgress: () => {} };
  await copyDatabase(options);
  const pool = createPool(target.connection);
  const { rows } = await pool.query('SELECT count(*)::int AS n FROM metrics_detached_2025_02');
  await pool.end();
  expect(rows).toEqual([{ n: 5 }]);
  expect((await copyDatabase(options)).copied).toBe(0);
});
