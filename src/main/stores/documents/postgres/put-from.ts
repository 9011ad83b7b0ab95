import type { Pool } from 'pg';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { toJsonbText } from '../../../postgres/jsonb-text.ts';
import type { CollectionName, StoredDocument } from '../ports.ts';
import { checkedBaseItems, documentText } from '../validation.ts';

/** A document that has not expired. `clock_timestamp`: a statement that waited for a lock sees the time it is then. */
export const isLive = '(d.expires_at IS NULL OR d.expires_at > clock_timestamp())';

/** $1 collection, $2 id, $3 field, $4 position, $5 items. */
const array = `CASE WHEN d.body ? $3::text THEN d.body -> $3::text ELSE '[]' END`;
const reachesPosition = `(SELECT CASE jsonb_typeof(a) WHEN 'array' THEN jsonb_array_length(a) >= $4::int ELSE false END FROM (SELECT ${array} AS a OFFSET 0))`;
const head = `CASE WHEN jsonb_array_length(a) = $4::int THEN a WHEN $4::int = 0 THEN '[]'
  ELSE jsonb_path_query_array(a, '$[0 to $last]', jsonb_build_object('last', $4::int - 1)) END`;
/** OFFSET 0 keeps the planner from reading (and unpacking) the array once for each mention. */
const spliced = `(SELECT jsonb_set(d.body, ARRAY[$3::text], (${head}) || $5::jsonb) FROM (SELECT ${array} AS a OFFSET 0))`;

const changePresent = `UPDATE documents AS d SET body = ${spliced}
  WHERE d.collection = $1 AND d.id = $2 AND ${isLive} AND ${reachesPosition}`;

/** Besides $6 the whole document for where none is, $7 when that one expires. */
const changeOrAdd = `INSERT INTO documents AS d (collection, id, body, expires_at) VALUES ($1, $2, $6::jsonb, $7::timestamptz)
  ON CONFLICT (collection, id) DO UPDATE SET
    body = CASE WHEN ${isLive} THEN ${spliced} ELSE excluded.body END,
    expires_at = CASE WHEN ${isLive} THEN d.expires_at ELSE excluded.expires_at END
  WHERE NOT ${isLive} OR ${reachesPosition}`;

/** `DocumentStore.putFrom` in one statement: all of it or nothing, whoever writes at the same time. */
export async function putFrom(
  pool: Pool,
  collection: CollectionName,
  base: StoredDocument,
  expiresAt: unknown,
  field: string,
  position: number,
  items: readonly unknown[],
): Promise<void> {
  const baseItems = checkedBaseItems(collection, base, field, position, items);
  // Both what is added and what the document would be without it are checked by this one text.
  const itemsText = documentText(collection, { ...base, [field]: items });
  const shared = [collection, base.id, field, position, toJsonbText(JSON.stringify(items))];
  const mayAdd = position <= baseItems.length;
  const whole =
    position === 0
      ? itemsText
      : documentText(collection, { ...base, [field]: [...baseItems.slice(0, position), ...items] });
  const { rowCount } = mayAdd
    ? await pool.query(changeOrAdd, [...shared, toJsonbText(whole), expiresAt])
    : await pool.query(changePresent, shared);
  if (rowCount === 1) return;
  throw fault('DOCUMENT_GAP', { collection, id: base.id, field, position }, { place: { field } });
}
