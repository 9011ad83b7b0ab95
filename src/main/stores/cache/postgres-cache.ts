import type { Pool } from 'pg';
import { fromJsonbText, toJsonbText } from '../../postgres/jsonb-text.ts';
import { type Cache, checkKey, entryText } from './ports.ts';

/** The cache on PostgreSQL's table `kv_entries`. Expired entries are as if they were not there; `sweep` frees their room. */
export function createCache(pool: Pool): Cache {
  return {
    get: async (key) => {
      checkKey(key);
      // `clock_timestamp`, not `now`: a statement that waited for another one sees the time it is then.
      const { rows } = await pool.query<{ value: string }>(
        `SELECT value::text AS value FROM kv_entries
         WHERE key = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())`,
        [key],
      );
      return rows[0] && fromJsonbText(rows[0].value);
    },
    set: async (key, value, lifetimeMs) => {
      await pool.query(
        `INSERT INTO kv_entries (key, value, expires_at)
         VALUES ($1, $2::jsonb, clock_timestamp() + $3::bigint * interval '1 millisecond')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
        [key, toJsonbText(entryText(key, value, lifetimeMs)), lifetimeMs],
      );
    },
    sweep: async () =>
      (await pool.query('DELETE FROM kv_entries WHERE expires_at <= clock_timestamp()')).rowCount ?? 0,
  };
}
