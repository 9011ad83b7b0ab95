import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';

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

/** What belongs to an extension is the extension's. */
const ofExtension = (catalogue: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

const inPublic = (column: string) => `${column} = 'public'::regnamespace`;

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

/** plpgsql is there in every database. */
const extensions = `
  SELECT format('CREATE EXTENSION IF NOT EXISTS %I', extname) AS sql FROM pg_extension WHERE is_all AND extname <> 'plpgsql' ORDER BY oid`;

const usedType = `(is_all OR t.oid IN (
  SELECT coalesce(nullif(u.typelem, 0), u.oid) FROM pg_attribute a JOIN pg_type u ON u.oid = a.atttypid WHERE a.attrelid = ANY (tables)))`;

const types = `
  SELECT sql FROM (
    SELECT t.oid, format('CREATE TYPE %s AS ENUM (%s)', t.oid::regtype,
      (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) AS sql
    FROM pg_type t WHERE ${inPublic('t.typnamespace')} AND typtype = 'e' AND NOT ${ofExtension('pg_type', 't.oid')} AND ${usedType}
    UNION ALL
    SELECT t.oid, concat_ws(' ', format('CREATE DOMAIN %s AS %s', t.oid::regtype, format_type(typbasetype, t.typtypmod)),
      'DEFAULT ' || typdefault, CASE WHEN typnotnull THEN 'NOT NULL' END,
      (SELECT string_agg(format('CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), ' ' ORDER BY conname)
       FROM pg_constraint k WHERE contypid = t.oid AND contype = 'c'))
    FROM pg_type t WHERE ${inPublic('t.typnamespace')} AND typtype = 'd' AND NOT ${ofExtension('pg_type', 't.oid')} AND ${usedType}
  ) AS found ORDER BY oid`;

/** @param late those that name a table: it has to be there */
const functions = (late: boolean) => `
  SELECT pg_get_functiondef(p.oid) AS sql FROM pg_proc p
  WHERE ${inPublic('pronamespace')} AND prokind IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
    AND ${late ? '' : 'NOT'} EXISTS (
      SELECT FROM pg_depend d LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
        LEFT JOIN pg_type e ON e.oid = nullif(t.typelem, 0)
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
        AND (d.refclassid = 'pg_class'::regclass OR t.typrelid <> 0 OR e.typrelid <> 0))
    AND (is_all OR p.oid IN (
      SELECT d.refobjid FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND (
        (d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = ANY (tables)))
        OR (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT oid FROM pg_constraint WHERE conrelid = ANY (tables)))
        OR (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (tables))))))
  ORDER BY p.oid`;

const sequenceOptions = `format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', seqincrement, seqmin, seqmax,
  seqstart, seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)`;

/** A sequence with the column that owns it (deptype a), or whose identity it is (i). */
const sequenceFrom = `FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
  LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
  WHERE ${inPublic('c.relnamespace')} AND NOT ${ofExtension('pg_class', 'c.oid')}
    AND (is_all OR o.refobjid = ANY (tables) OR EXISTS (
      SELECT FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
      WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND f.adrelid = ANY (tables)))`;

const sequences = `
  SELECT format('CREATE SEQUENCE %s AS %s %s', c.oid::regclass, format_type(seqtypid, NULL), ${sequenceOptions}) AS sql
  ${sequenceFrom} AND o.deptype IS DISTINCT FROM 'i' ORDER BY c.relname COLLATE "C"`;

const ownedSequences = `
  SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', c.oid::regclass, o.refobjid::regclass,
    (SELECT attname FROM pg_attribute WHERE attrelid = o.refobjid AND attnum = o.refobjsubid)) AS sql
  ${sequenceFrom} AND o.deptype = 'a' AND (is_all OR o.refobjid = ANY (tables)) ORDER BY c.relname COLLATE "C"`;

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

/** What a column has beyond its definition. */
const columnSettings = `
  SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', a.attrelid::regclass, attname,
      CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) AS sql
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (tables) AND attnum > 0 AND NOT attisdropped AND attstorage <> typstorage
  UNION ALL
  SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s', a.attrelid::regclass, attname, attstattarget)
    FROM pg_attribute a WHERE a.attrelid = ANY (tables) AND attnum > 0 AND NOT attisdropped AND coalesce(attstattarget, -1) >= 0`;

/** Of a partition those that it does not have from its parent. */
const keys = `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k WHERE conrelid = ANY (tables) AND contype IN ('p', 'u', 'x', 'c') AND coninhcount = 0
  ORDER BY contype = 'c', conrelid::regclass::text, conname`;

/** @param resolved those to tables that are exported, too; else those to others */
const foreignKeys = (resolved: boolean) => `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k WHERE conrelid = ANY (tables) AND contype = 'f' AND conparentid = 0 AND ${resolved ? '' : 'NOT'} confrelid = ANY (tables)
  ORDER BY conrelid::regclass::text, conname`;

/** Of a partitioned table the server prints the statement for its own index alone, without those of the partitions. */
const indexes = `
  SELECT CASE r.relkind WHEN 'p' THEN replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(i.indexrelid) END AS sql
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid
  WHERE i.indrelid = ANY (tables) AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND contype IN ('p', 'u', 'x'))
  ORDER BY r.relname COLLATE "C", c.relname COLLATE "C"`;

const triggers = `
  SELECT pg_get_triggerdef(t.oid) || CASE tgenabled WHEN 'O' THEN '' ELSE format(E';\\nALTER TABLE %s %s TRIGGER %I', tgrelid::regclass,
      CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname) END AS sql
  FROM pg_trigger t WHERE tgrelid = ANY (tables) AND NOT tgisinternal AND tgparentid = 0 ORDER BY tgrelid::regclass::text, tgname`;

const rules = `
  SELECT rtrim(pg_get_ruledef(w.oid), '; ') AS sql FROM pg_rewrite w WHERE ev_class = ANY (tables) ORDER BY w.oid`;

const views = `
  SELECT format('CREATE %sVIEW %s AS %s%s', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.oid::regclass,
      rtrim(pg_get_viewdef(c.oid), ';'), CASE relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END) AS sql
  FROM pg_class c WHERE is_all AND ${inPublic('relnamespace')} AND relkind IN ('v', 'm') AND NOT ${ofExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

const materialized = `
  SELECT format('REFRESH MATERIALIZED VIEW %s', c.oid::regclass) AS sql FROM pg_class c
  WHERE is_all AND ${inPublic('relnamespace')} AND relkind = 'm' AND relispopulated AND NOT ${ofExtension('pg_class', 'c.oid')} ORDER BY c.oid`;

const comments = `
  SELECT format('COMMENT ON %s IS %L', place, description) AS sql FROM (
    SELECT CASE WHEN objsubid > 0 THEN format('COLUMN %s.%I', c.oid::regclass, attname)
        WHEN relkind = 'i' OR relkind = 'I' THEN format('INDEX %s', c.oid::regclass)
        WHEN relkind IN ('r', 'p') THEN format('TABLE %s', c.oid::regclass) END AS place, description
      FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
      WHERE c.oid = ANY (tables) OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (tables))
    UNION ALL
    SELECT format('%s %s', CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure), description
      FROM pg_description d JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
      WHERE is_all AND ${inPublic('pronamespace')} AND prokind IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
    UNION ALL
    SELECT format('CONSTRAINT %I ON %s', conname, conrelid::regclass), description
      FROM pg_description d JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
      WHERE conrelid = ANY (tables) AND (contype <> 'f' OR confrelid = ANY (tables))
    UNION ALL
    SELECT format('TRIGGER %I ON %s', tgname, tgrelid::regclass), description
      FROM pg_description d JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
      WHERE is_all AND tgrelid = ANY (tables) AND tgparentid = 0
  ) AS described WHERE place IS NOT NULL ORDER BY place COLLATE "C"`;

/** What no revision of ours makes, and nothing here writes: by kind and name. */
const strangers = `
  SELECT 'type ' || t.oid::regtype AS sql FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE ${inPublic('typnamespace')} AND (typtype = 'r' OR c.relkind = 'c') AND NOT ${ofExtension('pg_type', 't.oid')}
  UNION ALL SELECT 'aggregate ' || p.oid::regprocedure FROM pg_proc p
    WHERE ${inPublic('pronamespace')} AND prokind NOT IN ('f', 'p') AND NOT ${ofExtension('pg_proc', 'p.oid')}
  UNION ALL SELECT 'foreign table ' || c.oid::regclass FROM pg_class c WHERE ${inPublic('relnamespace')} AND relkind = 'f'
  UNION ALL SELECT format('policy %I on %s', polname, polrelid::regclass) FROM pg_policy WHERE polrelid = ANY (tables)
  UNION ALL SELECT 'row security of ' || c.oid::regclass FROM pg_class c WHERE c.oid = ANY (tables) AND c.relrowsecurity
  UNION ALL SELECT 'statistics ' || stxname FROM pg_statistic_ext WHERE stxrelid = ANY (tables)
  UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
  UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')`;
