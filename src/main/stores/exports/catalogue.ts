import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import {
  columnSettings,
  comments,
  extensions,
  foreignKeys,
  functions,
  indexes,
  inPublic,
  keys,
  materialized,
  ofExtension,
  ownedSequences,
  rules,
  sequenceFrom,
  sequenceOptions,
  sequences,
  strangers,
  triggers,
  types,
  views,
} from './schema-queries.ts';

/** A table to write: its name as the catalogue has it, and how SQL spells it and the columns that are stored. */
export interface ExportedTable {
  readonly oid: number;
  readonly name: string;
  readonly spelled: string;
  /** Spelled; generated ones left out. */
  readonly columns: readonly string[];
}

/** Statements (SQL, without `;`), in the order in which they can be run. */
export interface SchemaSql {
  readonly tables: readonly ExportedTable[];
  /** Makes the tables, empty. */
  readonly before: readonly string[];
  /** Keys, indexes, triggers and what else the rows have to be there for. */
  readonly after: readonly string[];
  /** What is not made: statements that name what is not exported, and objects of kinds that nothing here writes. */
  readonly leftOut: readonly string[];
}

/** What is written: `$1` all tables of the export with their partitions, `$2` whether that is everything. */
interface Scope {
  readonly oids: readonly number[];
  readonly isAll: boolean;
}

/** Every table of the schema `public`, partitions left out: they come with their parents. */
export async function readExportedTables(view: pg.ClientBase): Promise<readonly ExportedTable[]> {
  const { rows } = await view.query<ExportedTable>(
    `SELECT c.oid::int8 AS oid, c.relname::text AS name, c.oid::regclass::text AS spelled,
       ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
     FROM pg_class c
     WHERE ${inPublic('c.relnamespace')} AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT ${ofExtension('pg_class', 'c.oid')}
     ORDER BY c.relname COLLATE "C"`,
  );
  return rows;
}

/** Those of these names, each once. @throws TrainyardError EXPORT_TABLE_UNKNOWN */
export function namedTables(
  tables: readonly ExportedTable[],
  names: readonly string[],
): readonly ExportedTable[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  return [...new Set(names)].map((name) => {
    const table = known.get(name);
    if (table) return table;
    throw fault(
      'EXPORT_TABLE_UNKNOWN',
      { table: name, tables: [...known.keys()].join(', ') },
      { place: { field: 'table' } },
    );
  });
}

/** How to make the tables, from the live database. @param names of some; null for everything that there is */
export async function readSchemaSql(
  view: pg.ClientBase,
  names: readonly string[] | null,
): Promise<SchemaSql> {
  const all = await readExportedTables(view);
  const tables = names ? namedTables(all, names) : all;
  const roots = tables.map(({ oid }) => oid);
  const { rows } = await view.query<{ oid: number }>(
    // A table that is not partitioned has no tree.
    'SELECT oid::int8 AS oid FROM unnest($1::oid[]) AS oid UNION SELECT relid::oid::int8 FROM unnest($1::oid[]) AS root, pg_partition_tree(root)',
    [roots],
  );
  const scope: Scope = { oids: rows.map(({ oid }) => oid), isAll: names === null };
  const read = (query: string) => statements(view, query, scope);
  const [early, late] = [await read(functions(false)), await read(functions(true))];
  const triggersAndRules = [...(await read(triggers)), ...(await read(rules))];
  return {
    tables,
    before: [
      ...(await read(extensions)),
      ...(await read(types)),
      ...early,
      ...(await read(sequences)),
      ...(await tableStatements(view, scope)),
      ...(await read(columnSettings)),
      ...(await read(ownedSequences)),
      ...late,
      ...(await read(views)),
    ],
    after: [
      ...(await read(keys)),
      ...(await read(indexes)),
      ...(await read(foreignKeys(true))),
      ...(scope.isAll ? triggersAndRules : []),
      ...(await read(comments)),
      ...(await read(materialized)),
    ],
    leftOut: [
      ...(await read(foreignKeys(false))),
      ...(scope.isAll ? await read(strangers) : triggersAndRules),
    ],
  };
}

async function statements(view: pg.ClientBase, query: string, { oids, isAll }: Scope): Promise<string[]> {
  const { rows } = await view.query<{ sql: string }>(
    // Both parameters have a use in every query.
    `WITH scope AS (SELECT $1::oid[] AS tables, $2::boolean AS is_all) SELECT sql FROM scope, LATERAL (${query}) AS made`,
    [oids, isAll],
  );
  return rows.map(({ sql }) => sql.trimEnd());
}

/** How far each sequence is, for `setval`. */
export async function readSequenceSql(view: pg.ClientBase, tables: readonly ExportedTable[], isAll: boolean) {
  const scope = { oids: tables.map(({ oid }) => oid), isAll };
  const selects = await statements(
    view,
    `SELECT format('SELECT %L AS name, last_value::text AS last, is_called FROM %s', c.oid::regclass, c.oid::regclass) AS sql
     ${sequenceFrom} ORDER BY c.relname COLLATE "C"`,
    scope,
  );
  const commands: string[] = [];
  for (const select of selects) {
    const { rows } = await view.query<{ name: string; last: string; is_called: boolean }>(select);
    for (const { name, last, is_called: isCalled } of rows)
      commands.push(`SELECT setval(${literal(name)}, ${last}, ${isCalled})`);
  }
  return commands;
}

export const literal = (text: string) =>
  `${text.includes('\\') ? ' E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

interface TableRow {
  readonly spelled: string;
  readonly unlogged: boolean;
  readonly options: string | null;
  readonly partition_by: string | null;
  readonly parent: string | null;
  readonly bound: string | null;
  readonly columns: readonly string[];
}

async function tableStatements(view: pg.ClientBase, { oids }: Scope): Promise<string[]> {
  const { rows } = await view.query<TableRow>(
    `SELECT c.oid::regclass::text AS spelled, c.relpersistence = 'u' AS unlogged, array_to_string(c.reloptions, ', ') AS options,
       pg_get_partkeydef(c.oid) AS partition_by, CASE WHEN c.relispartition THEN i.inhparent::regclass::text END AS parent,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       ARRAY(SELECT concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
           CASE WHEN attcollation <> typcollation THEN 'COLLATE ' || attcollation::regcollation END,
           CASE WHEN attgenerated <> '' THEN format('GENERATED ALWAYS AS (%s) %s', pg_get_expr(adbin, adrelid),
             CASE attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
           CASE WHEN attidentity <> '' THEN (
             SELECT format('GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)', CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
               s.seqrelid::regclass, ${sequenceOptions})
             FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
             WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'i'
               AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum) END,
           CASE WHEN attgenerated = '' THEN 'DEFAULT ' || pg_get_expr(adbin, adrelid) END,
           CASE WHEN attnotnull THEN 'NOT NULL' END)
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE c.oid = ANY ($1::oid[])
     ORDER BY (SELECT count(*) FROM pg_partition_ancestors(c.oid)), c.relname COLLATE "C"`,
    [oids],
  );
  return rows.map(({ spelled, unlogged, options, partition_by: by, parent, bound, columns }) =>
    [
      `CREATE ${unlogged ? 'UNLOGGED ' : ''}TABLE ${spelled}`,
      parent === null ? `(\n    ${columns.join(',\n    ')}\n)` : `PARTITION OF ${parent} ${bound}`,
      ...(by === null ? [] : [`PARTITION BY ${by}`]),
      ...(options ? [`WITH (${options})`] : []),
    ].join(' '),
  );
}
