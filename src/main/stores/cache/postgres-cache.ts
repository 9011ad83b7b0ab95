import type { Pool } from 'pg';
import { escapeForJsonb, parseJsonb } from '../../postgres/jsonb-text.ts';
import { checkAddend, checkKey, entryText, notACounter } from './checks.ts';
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
  const entry = (key: string, value: unknown, lifetimeMs: number | null) => [
    key,
    escapeForJsonb(entryText(key, value, lifetimeMs)),
    lifetimeMs,
  ];
  return {
    get: async (key) => {
      checkKey(key);
      const { rows } = await pool.query<{ value: string }>(
        `SELECT e.value::text AS value FROM kv_entries AS e WHERE e.key = $1 AND ${isLive}`,
        [key],
      );
      return rows[0] && parseJsonb(rows[0].value);
    },
    set: async (key, value, lifetimeMs) => {
      await pool.query(setValue, entry(key, value, lifetimeMs));
    },
    setIfAbsent: async (key, value, lifetimeMs) => {
      const { rowCount } = await pool.query(`${setValue} WHERE NOT ${isLive}`, entry(key, value, lifetimeMs));
      return rowCount === 1;
    },
    remove: async (key) => {
      checkKey(key);
      await pool.query('DELETE FROM kv_entries WHERE key = $1', [key]);
    },
    increment: async (key, by, lifetimeMs) => {
      checkAddend(key, by, lifetimeMs);
      const { rows } = await pool.query<{ value: string }>(addToCounter, [key, by, lifetimeMs]);
      const [row] = rows;
      if (!row) throw notACounter(key);
      return Number(row.value);
    },
    lifetime: async (key) => {
      checkKey(key);
      const { rows } = await pool.query<{ left: number | null }>(
        `SELECT ceil(extract(epoch FROM e.expires_at - clock_timestamp()) * 1000)::float8 AS left
         FROM kv_entries AS e WHERE e.key = $1 AND ${isLive}`,
        [key],
      );
      return rows[0]?.left;
    },
    sweep: async () =>
      (await pool.query('DELETE FROM kv_entries WHERE expires_at <= clock_timestamp()')).rowCount ?? 0,
  };
}
