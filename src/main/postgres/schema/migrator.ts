import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { LockWatch } from '../lock-holders.ts';
import { asErrorOf, type PostgresAddress, withClient } from '../pool.ts';
import { bookkeepingTables, checksumsTable, migrationsTable } from './bookkeeping.ts';
import { type AppliedRevision, revisionOf } from './plan.ts';
import { withReadingClient } from './reading-client.ts';
import { type OnRevision, runRevisions } from './run-revisions.ts';
import { describeDrift, ownStructure, readStructure, type Structure } from './structure.ts';

/** Shared by every migrator of ours in a database; the number means nothing else. */
const lockNumber = '7241865325823964';
const oldestMajor = 16;
/** For a table that somebody uses, and for another migrator. */
const lockTimeout = '60s';

export interface DatabaseState {
  readonly applied: readonly AppliedRevision[];
  /** What differs from the structure that the last migration left, one sentence each. */
  readonly drift: readonly string[];
}

/** What takes a query: one connection, or a pool of them. */
type Asked = pg.ClientBase | pg.Pool;

interface Bookkeeping {
  readonly exists: boolean;
  readonly applied: readonly AppliedRevision[];
  /** What the newest revision left; null if it is unknown or another major printed it. */
  readonly structure: Structure | null;
}

/** What a migration does: which way, which revisions of what is applied then, and how long one of their statements may take (`2h`). */
export interface Migration {
  readonly direction: 'up' | 'down';
  readonly plan: (applied: readonly AppliedRevision[]) => readonly string[];
  readonly statementTimeout: string;
}

/** What a database has; changes nothing, also where no revision was ever applied. @throws TrainyardError POSTGRES_… */
export function readDatabase(address: PostgresAddress): Promise<DatabaseState> {
  return withReadingClient(address, async (client) => readState(client, await majorOf(client)));
}

/** The applied revisions, oldest first. @throws TrainyardError POSTGRES_… */
export function readApplied(address: PostgresAddress): Promise<readonly AppliedRevision[]> {
  return withReadingClient(
    address,
    async (client) => (await readBookkeeping(client, await majorOf(client))).applied,
  );
}

/**
 * What is applied, asked over a pool's connections; `drift` asks what differs, which takes longer.
 * @param address where the pool connects
 * @throws TrainyardError POSTGRES_…
 */
export async function readThrough(
  pool: pg.Pool,
  address: PostgresAddress,
): Promise<{ applied: readonly AppliedRevision[]; drift: () => Promise<readonly string[]> }> {
  try {
    const { applied, structure } = await readBookkeeping(pool, await majorOf(pool));
    return { applied, drift: () => readDrift(pool, structure) };
  } catch (error) {
    throw asErrorOf(address, error);
  }
}

/**
 * Keeps other migrators out, asks `plan` which revisions of a folder to go through, in order, from what is applied then, and goes
 * through all of them in one transaction or none; node-pg-migrate goes through the files. Answers their names and what stands after.
 * What `plan` throws ends it with nothing done.
 * @throws TrainyardError SCHEMA_LOCKED, SCHEMA_MIGRATING, SCHEMA_TIMEOUT, SCHEMA_CONFLICT, DOWNGRADE_BLOCKED; POSTGRES_… where the database cannot
 *   be reached or refuses
 */
export function migrate(
  address: PostgresAddress,
  folder: string,
  migration: Migration,
): Promise<{ done: readonly string[]; state: DatabaseState }> {
  const { plan } = migration;
  return withClient(address, async (client) => {
    const major = await majorOf(client);
    const seen = await readBookkeeping(client, major);
    // The usual start finds nothing to do, and then takes no lock.
    const idle = plan(seen.applied).length === 0 && (seen.applied.length > 0 || !seen.exists);
    const done = idle ? [] : await transact(client, address, folder, migration, major);
    return { done, state: await readState(client, major) };
  });
}

async function transact(
  client: pg.Client,
  address: PostgresAddress,
  folder: string,
  { direction, plan, statementTimeout }: Migration,
  major: number,
): Promise<readonly string[]> {
  await stopWithClient(client);
  // PostgreSQL 17 has it, and takes it before a transaction only.
  await client.query(
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout' AND setting <> '0'",
  );
  await client.query('BEGIN');
  let revision = '';
  using watch = new LockWatch(address, await pidOf(client));
  try {
    await limit(client, statementTimeout);
    await client.query(`SELECT pg_advisory_xact_lock(${lockNumber})`);
    const state = await readBookkeeping(client, major);
    const names = plan(state.applied);
    failpoint('schema.migrate.before');
    if (names.length > 0)
      await apply(client, folder, direction, names, state, major, (name) => {
        revision = revisionOf(name);
      });
    if (direction === 'down' && names.length === state.applied.length) {
      await client.query(`DROP TABLE IF EXISTS ${bookkeepingTables.join(', ')}`);
    }
    failpoint('schema.commit.before');
    await client.query('COMMIT');
    failpoint('schema.commit.after');
    return names;
  } catch (error) {
    await rollBack(client);
    const { who } = watch;
    // Without a revision it was another migrator that it waited for.
    if (revision === '' && hasCode(error, '55P03', '57014'))
      throw fault('SCHEMA_MIGRATING', { who }, { cause: error });
    if (hasCode(error, '55P03')) throw fault('SCHEMA_LOCKED', { revision, who }, { cause: error });
    if (hasCode(error, '57014'))
      throw fault('SCHEMA_TIMEOUT', { revision, limit: statementTimeout }, { cause: error });
    throw direction === 'down' ? blocked(error) : conflict(error);
  }
}

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** In place of the limits of the server, the database and the role, which are meant for other statements. */
async function limit(client: pg.Client, statementTimeout: string): Promise<void> {
  await client.query("SELECT set_config('statement_timeout', $1, true)", [statementTimeout]);
  await client.query(
    `SET LOCAL lock_timeout = '${lockTimeout}'; SET LOCAL idle_in_transaction_session_timeout = 0`,
  );
}

async function apply(
  client: pg.Client,
  folder: string,
  direction: 'up' | 'down',
  names: readonly string[],
  state: Bookkeeping,
  major: number,
  onRevision: OnRevision,
): Promise<void> {
  const before = await readStructure(client);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${checksumsTable} (name text PRIMARY KEY, sha256 text NOT NULL, major integer, structure jsonb)`,
  );
  await runRevisions(client, { folder, direction, names, onRevision });
  // node-pg-migrate takes the order from run_on: a clock that was set back must not turn it round.
  await client.query(
    `UPDATE ${migrationsTable} AS later SET run_on = (SELECT max(run_on) FROM ${migrationsTable} WHERE id <= later.id)`,
  );
  const structure = ownStructure(await readStructure(client), before, state.structure ?? {});
  await client.query(
    `UPDATE ${checksumsTable} SET major = $1, structure = $2
     WHERE name = (SELECT name FROM ${migrationsTable} ORDER BY run_on DESC, id DESC LIMIT 1)`,
    [major, JSON.stringify(structure)],
  );
}

async function majorOf(client: Asked): Promise<number> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  );
  const major = Math.floor((rows[0]?.number ?? 0) / 10_000);
  if (major >= oldestMajor) return major;
  throw fault('POSTGRES_TOO_OLD', { version: rows[0]?.version ?? '?', oldest: oldestMajor });
}

async function readBookkeeping(client: Asked, major: number): Promise<Bookkeeping> {
  const { rows: tables } = await client.query<{ migrations: boolean | null; checksums: boolean | null }>(
    // Not to_regclass: that answers from what this session saw before it waited for another migrator, until it locks a relation.
    `SELECT bool_or(relname = '${migrationsTable}') AS migrations, bool_or(relname = '${checksumsTable}') AS checksums
     FROM pg_class WHERE relnamespace = to_regnamespace('public')`,
  );
  const [migrations, checksums] = [tables[0]?.migrations ?? false, tables[0]?.checksums ?? false];
  if (!migrations) return { exists: checksums, applied: [], structure: null };
  const { rows } = await client.query<{
    name: string;
    run_on: Date;
    sha256: string | null;
    major: number | null;
    structure: Structure | null;
  }>(
    checksums
      ? `SELECT name, run_on, sha256, major, structure FROM ${migrationsTable} LEFT JOIN ${checksumsTable} USING (name) ORDER BY run_on, id`
      : `SELECT name, run_on, NULL AS sha256, NULL AS major, NULL AS structure FROM ${migrationsTable} ORDER BY run_on, id`,
  );
  const applied: AppliedRevision[] = rows.map((row) => ({
    name: row.name,
    appliedAt: row.run_on,
    checksum: row.sha256,
  }));
  const newest = rows.at(-1);
  return { exists: true, applied, structure: newest?.major === major ? newest.structure : null };
}

async function readState(client: pg.Client, major: number): Promise<DatabaseState> {
  const { applied, structure } = await readBookkeeping(client, major);
  return { applied, drift: await readDrift(client, structure) };
}

async function readDrift(client: Asked, structure: Structure | null): Promise<readonly string[]> {
  return structure ? describeDrift(structure, await readStructure(client)) : [];
}

/** Has the server end this session's statement when the client is gone, where its platform can notice that. */
async function stopWithClient(client: pg.Client): Promise<void> {
  try {
    await client.query("SET client_connection_check_interval = '1s'");
  } catch (error) {
    // Servers on Windows refuse it; there the statement ends by itself and is rolled back.
    if (!hasCode(error, '22023')) throw error;
  }
}

/** If the connection is gone the server rolls back itself; the first error is the one to report. */
async function rollBack(client: pg.Client): Promise<void> {
  await client.query('ROLLBACK').catch(() => undefined);
}

function conflict(error: unknown): unknown {
  if (!hasCode(error, '42P07', '42710', '42723', '42P06')) return error;
  return fault('SCHEMA_CONFLICT', { cause: error.message }, { cause: error });
}

function blocked(error: unknown): unknown {
  if (!hasCode(error, '2BP01')) return error;
  const detail = 'detail' in error && typeof error.detail === 'string' ? ` (${error.detail})` : '';
  return fault('DOWNGRADE_BLOCKED', { cause: `${error.message}${detail}` }, { cause: error });
}
