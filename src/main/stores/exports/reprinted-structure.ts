import type pg from 'pg';
import { keyOf, namedObjectsQuery, readNamedObjects } from '../../postgres/schema/objects.ts';
import { literal } from './catalogue.ts';

/**
 * The statement that makes a restored database know its own structure: the server prints some expressions in another way once they were made
 * from what it printed, which would count as changed by hand. What differs from the revisions at the time of the export differs after it, too.
 * @returns null where no structure is kept that this server printed
 */
export async function structureSql(view: pg.ClientBase): Promise<string | null> {
  const { rows: present } = await view.query<{ present: boolean }>(
    "SELECT to_regclass('public.trainyard_checksums') IS NOT NULL AND to_regclass('public.trainyard_migrations') IS NOT NULL AS present",
  );
  if (!present[0]?.present) return null;
  const { rows } = await view.query<{ name: string; structure: Record<string, string> | null }>(
    `SELECT name, CASE WHEN major = current_setting('server_version_num')::int / 10000 THEN structure END AS structure
     FROM trainyard_migrations JOIN trainyard_checksums USING (name) ORDER BY run_on DESC, id DESC LIMIT 1`,
  );
  const [newest] = rows;
  if (!newest?.structure) return null;
  const { structure } = newest;
  const same = (await readNamedObjects(view))
    .filter((one) => structure[keyOf(one)] === one.definition)
    .map((one) => literal(keyOf(one)));
  if (same.length === 0) return null;
  return `UPDATE trainyard_checksums SET major = current_setting('server_version_num')::int / 10000, structure = structure || (
    SELECT coalesce(jsonb_object_agg(key, definition), '{}')
    FROM (SELECT concat(kind, ' ', "table" || '.', name) AS key, definition FROM (
${namedObjectsQuery()}
    ) AS objects) AS printed
    WHERE key = ANY (ARRAY[${same.join(', ')}]))
  WHERE name = ${literal(newest.name)}`;
}
