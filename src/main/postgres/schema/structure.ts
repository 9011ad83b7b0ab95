import type pg from 'pg';

/** Objects of the schema `public` by name, each with its definition as the server prints it. */
export type Structure = Record<string, string>;

// Partitions follow their parent and come with the months; what belongs to an extension is the extension's.
const query = `
WITH relations AS (
    SELECT c.oid, c.relname, c.relkind FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
        AND c.relname NOT IN ('trainyard_migrations', 'trainyard_checksums')
        AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
)
SELECT 'table ' || relname AS name, relkind::text AS definition FROM relations WHERE relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT 'sequence ' || relname, format_type(s.seqtypid, NULL)
FROM relations r JOIN pg_sequence s ON s.seqrelid = r.oid WHERE relkind = 'S'
UNION ALL
SELECT 'column ' || relname || '.' || attname,
    concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid))
FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(k.oid)
FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid WHERE contype <> 'n'
UNION ALL
SELECT 'index ' || r.relname || '.' || c.relname,
    pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 'trigger ' || relname || '.' || tgname,
    pg_get_triggerdef(t.oid) || CASE WHEN tgenabled = 'O' THEN '' ELSE ' DISABLED' END
FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT tgisinternal
UNION ALL
SELECT 'function ' || p.oid::regprocedure, md5(pg_get_functiondef(p.oid))
FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
    AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    )
`;

/** The structure of the schema `public`, less partitions, extensions and the migrations' own bookkeeping. */
export async function readStructure(client: pg.ClientBase | pg.Pool): Promise<Structure> {
  const { rows } = await client.query<{ name: string; definition: string }>(query);
  return Object.fromEntries(rows.map(({ name, definition }) => [name, definition]));
}

/** What the migrations made: all but what stood there before and was not theirs. */
export function ownStructure(now: Structure, before: Structure, known: Structure): Structure {
  return Object.fromEntries(Object.entries(now).filter(([name]) => name in known || !(name in before)));
}

/** One sentence for each difference. Strangers' objects are none of ours, unless they stand on our tables. */
export function describeDrift(expected: Structure, found: Structure): string[] {
  const missing = Object.keys(expected)
    .filter((name) => !(name in found))
    .map((name) => `The ${name} is missing.`);
  const changed = Object.entries(expected)
    .filter(([name, definition]) => name in found && found[name] !== definition)
    .map(([name]) => `The ${name} was changed by hand.`);
  const added = Object.keys(found)
    .filter((name) => !(name in expected) && `table ${/^\w+ ([^.]+)\./.exec(name)?.[1]}` in expected)
    .map((name) => `The ${name} was added by hand.`);
  return [...missing, ...changed, ...added].sort();
}
