import type { Pool } from 'pg';
import { toJsonText } from '../../platform/json-text.ts';
import { fromJsonbText, toJsonbText } from '../../postgres/jsonb-text.ts';
import { checkKey, checkLifetime, invalidValue, notACounter } from './checks.ts';
import type { Cache } from './ports.ts';

/** `clock_timestamp`, not `now`: a statement that waited for another one sees the time it is then. */
const isLive = '(e.expires_at IS NULL OR e.expires_at > clock_timestamp())';
const end = (lifetime: string) => `clock_timestamp() + ${lifetime}::bigint * interval '1 millisecond'`;

const setValue = `INSERT INTO kv_entries AS e (key, value, expires_at) VALUES ($1, $2::jsonb, ${end('$3')})
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`;

const addToCounter = `INSERT INTO kv_entries AS e (key, value, expires_at) VALUES ($1, to_jsonb($2::bigint), ${end('$3')})
  ON CONFLICT (key) DO UPDATE SET
    value = CASE WHEN ${isLive} THEN to_jsonb((e.value #>> '{}')::bigint + $2::bigint) ELSE excluded.value END,
    expires_at = CASE WHEN ${isLive} THEN e.expires_at ELSE excluded.expires_at END
  WHERE NOT ${isLive} OR (jsonb_typeof(e.value) = 'number' AND (e.value #>> '{}') ~ '^-?[0-9]{1,16}$')
  RETURNING (value #>> '{}') AS value`;

/** The cache on PostgreSQL's table `kv_entries`. Expired entries are as if they were not there; `sweep` frees their room. */
export function createCache(pool: Pool): Cache {
  return new PostgresCache(pool);
}

class PostgresCache implements Cache {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async get(key: string): Promise<unknown> {
    checkKey(key);
    const { rows } = await this.pool.query<{ value: string }>(
      `SELECT e.value::text AS value FROM kv_entries AS e WHERE e.key = $1 AND ${isLive}`,
      [key],
    );
    return rows[0] && fromJsonbText(rows[0].value);
  }

  async set(key: string, value: unknown, lifetimeMs: number | null): Promise<void> {
    await this.pool.query(setValue, entry(key, value, lifetimeMs));
  }

  async setIfAbsent(key: string, value: unknown, lifetimeMs: number | null): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `${setValue} WHERE NOT ${isLive}`,
      entry(key, value, lifetimeMs),
    );
    return rowCount === 1;
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.pool.query('DELETE FROM kv_entries WHERE key = $1', [key]);
  }

  async increment(key: string, by: number, lifetimeMs: number): Promise<number> {
    checkKey(key);
    checkLifetime(key, lifetimeMs);
    if (!Number.isSafeInteger(by)) throw notACounter(key, `${by} is no whole number`);
    const { rows } = await this.pool.query<{ value: string }>(addToCounter, [key, by, lifetimeMs]);
    const [row] = rows;
    if (!row) throw notACounter(key, 'something else stands there');
    return Number(row.value);
  }

  async lifetime(key: string): Promise<number | null | undefined> {
    checkKey(key);
    const { rows } = await this.pool.query<{ left: number | null }>(
      `SELECT ceil(extract(epoch FROM e.expires_at - clock_timestamp()) * 1000)::float8 AS left
       FROM kv_entries AS e WHERE e.key = $1 AND ${isLive}`,
      [key],
    );
    return rows[0]?.left;
  }

  async sweep(): Promise<number> {
    const { rowCount } = await this.pool.query(
      'DELETE FROM kv_entries WHERE expires_at <= clock_timestamp()',
    );
    return rowCount ?? 0;
  }
}

function entry(key: string, value: unknown, lifetimeMs: number | null): unknown[] {
  checkKey(key);
  checkLifetime(key, lifetimeMs);
  const json = toJsonText(value);
  if ('fault' in json) throw invalidValue(key, json.fault.field, json.fault.reason);
  return [key, toJsonbText(json.text), lifetimeMs];
}
