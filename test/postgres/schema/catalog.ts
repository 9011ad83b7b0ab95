import pg from 'pg';
import { clientConfig } from '../../../src/main/postgres/pool.ts';

/** A connection that the test closes by leaving its block. */
export async function connect(url: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(clientConfig({ url }));
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

export interface ColumnFact {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly default: string | null;
}

export interface TableFacts {
  readonly columns: ColumnFact[];
  readonly constraints: { readonly kind: string; readonly definition: string; readonly columns: string[] }[];
  readonly indexes: {
    readonly name: string;
    readonly definition: string;
    readonly columns: (string | null)[];
    readonly method: string;
    readonly predicate: string | null;
  }[];
}

// Names are printed as seen by a session whose search path is the schema itself, except by pg_get_indexdef.
const withoutSchema = (text: string) => text.replaceAll('public.', '');

/** Every table of the schema `public` (partitions left out) as PostgreSQL prints it back. */
export async function readTables(client: pg.ClientBase): Promise<Map<string, TableFacts>> {
  const { rows: tables } = await client.query<{ oid: number; relname: string }>(
    `SELECT oid::int, relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname`,
  );
  const facts = new Map<string, TableFacts>();
  for (const { oid, relname } of tables) {
    const { rows: columns } = await client.query<ColumnFact>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS not_null,
              pg_get_expr(adbin, adrelid) AS default
       FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [oid],
    );
    const { rows: constraints } = await client.query<{ kind: string; definition: string; columns: string[] }>(
      `SELECT CASE contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' END AS kind,
              pg_get_constraintdef(k.oid) AS definition,
              ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key(number, place)
                    JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place) AS columns
       FROM pg_constraint k WHERE conrelid = $1 AND contype <> 'n' AND contype <> 't' ORDER BY 1, 2`,
      [oid],
    );
    const { rows: indexes } = await client.query<TableFacts['indexes'][number]>(
      `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition, am.amname AS method,
              pg_get_expr(i.indpred, i.indrelid) AS predicate,
              ARRAY(SELECT attname::text FROM unnest(i.indkey::int[]) WITH ORDINALITY AS key(number, place)
                    LEFT JOIN pg_attribute ON attrelid = i.indrelid AND attnum = number ORDER BY place) AS columns
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
       WHERE i.indrelid = $1 ORDER BY 1`,
      [oid],
    );
    facts.set(relname, {
      columns,
      constraints,
      indexes: indexes.map((index) => ({ ...index, definition: withoutSchema(index.definition) })),
    });
  }
  return facts;
}

/** Everything in the database that is no part of PostgreSQL, a line each: what "nothing of ours" is measured by. */
export async function readEverything(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL SELECT 'extension ' || extname FROM pg_extension
    UNION ALL SELECT concat_ws(' ', 'relation', relkind, oid::regclass, reloptions, pg_get_expr(relpartbound, oid))
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
        attidentity, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
      FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
      LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
      WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid) FROM pg_index
      JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
      WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}
