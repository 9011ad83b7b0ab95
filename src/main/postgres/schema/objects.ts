import pg from 'pg';
import { objectKinds } from '../../../shared/model/drift.ts';
import { bookkeepingTables } from './bookkeeping.ts';

export type ObjectKind = (typeof objectKinds)[number];

/** An object of the schema `public`, by kind and name. */
export interface NamedObject {
  readonly kind: ObjectKind;
  /** Of a function with its arguments. */
  readonly name: string;
  /** What it stands on; null where it stands by itself. */
  readonly table: string | null;
  /** As the server prints it. */
  readonly definition: string;
}

/** `index workflows.idx_workflows_status`. */
export const keyOf = ({ kind, table, name }: NamedObject) =>
  `${kind} ${table === null ? '' : `${table}.`}${name}`;

export interface SchemaObject extends NamedObject {
  /** Name and table as SQL spells them, in quotes where they need them. */
  readonly spelledName: string;
  readonly spelledTable: string | null;
  /** What else there is to it, by kind: see `sources`. */
  readonly parts: Readonly<Record<string, string | null>>;
}

interface Source {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  /** Pairs of a part's name and an expression. */
  readonly parts: Readonly<Record<string, string>>;
  readonly from: string;
}

const owner = (column: string) => `quote_ident(pg_get_userbyid(${column}))`;
const optionsOf = (alias: string) =>
  `array_to_string(ARRAY(SELECT unnest(${alias}.reloptions) ORDER BY 1), ', ')`;

const sources: Readonly<Record<ObjectKind, Source>> = {
  table: {
    table: 'NULL::text',
    name: 'r.relname::text',
    definition: 'relkind::text',
    parts: {
      owner: owner('relowner'),
      logged: "CASE WHEN relpersistence = 'u' THEN 'not' END",
      options: optionsOf('r'),
      rowSecurity:
        "concat_ws(' ', CASE WHEN relrowsecurity THEN 'enabled' END, CASE WHEN relforcerowsecurity THEN 'forced' END)",
      partitionBy: 'pg_get_partkeydef(r.oid)',
      query: "CASE WHEN relkind IN ('v', 'm') THEN rtrim(pg_get_viewdef(r.oid), ';') END",
    },
    from: "FROM relations r WHERE relkind IN ('r', 'p', 'v', 'm')",
  },
  sequence: {
    table: 'NULL::text',
    name: 'r.relname::text',
    definition: 'format_type(s.seqtypid, NULL)',
    parts: {
      owner: owner('relowner'),
      options: `format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', seqincrement, seqmin, seqmax,
        seqstart, seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)`,
      identity: "CASE WHEN d.deptype = 'i' THEN 'yes' END",
      ownedBy: "d.refobjid::regclass::text || '.' || quote_ident(a.attname)",
    },
    from: `FROM relations r JOIN pg_sequence s ON s.seqrelid = r.oid
      LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
      LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE relkind = 'S'`,
  },
  function: {
    table: 'NULL::text',
    name: 'p.oid::regprocedure::text',
    definition: 'md5(pg_get_functiondef(p.oid))',
    parts: {
      owner: owner('proowner'),
      statement: 'pg_get_functiondef(p.oid)',
      takes: 'pg_get_function_arguments(p.oid)',
      returns: "CASE prokind WHEN 'p' THEN 'nothing' ELSE pg_get_function_result(p.oid) END",
    },
    from: `FROM pg_proc p
      WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
        AND NOT EXISTS (
          SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        )`,
  },
  column: {
    table: 'r.relname::text',
    name: 'attname::text',
    definition:
      "concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid))",
    parts: {
      type: 'format_type(atttypid, atttypmod)',
      place: 'attnum::text',
      collation: 'CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END',
      notNull: "CASE WHEN attnotnull THEN 'yes' END",
      default: "CASE WHEN attgenerated = '' THEN pg_get_expr(adbin, adrelid) END",
      generated: "CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid) END",
      identity: "CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END",
    },
    from: `FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
      WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped ORDER BY a.attnum`,
  },
  constraint: {
    table: 'r.relname::text',
    name: 'conname::text',
    definition: 'pg_get_constraintdef(k.oid)',
    parts: {
      type: 'contype',
      invalid: "CASE WHEN NOT convalidated THEN 'yes' END",
      inherited: "CASE WHEN coninhcount > 0 THEN 'yes' END",
      // A key is held by triggers of the server's own, which can be switched off; each partition has some.
      disabled: `(SELECT string_agg(format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname), E';\\n' ORDER BY t.oid)
        FROM pg_trigger t JOIN pg_constraint o ON o.oid = tgconstraint
        WHERE k.oid IN (o.oid, o.conparentid) AND tgenabled <> 'O' AND contype = 'f')`,
    },
    // Those of triggers come with the triggers.
    from: "FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid WHERE contype NOT IN ('n', 't')",
  },
  index: {
    table: 'r.relname::text',
    name: 'c.relname::text',
    definition: "pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END",
    parts: {
      // Of a partitioned table the server prints the statement for its own index alone, without those of the partitions.
      statement:
        "CASE r.relkind WHEN 'p' THEN replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(i.indexrelid) END",
      partitioned: "CASE r.relkind WHEN 'p' THEN 'yes' END",
      inherited: "CASE WHEN c.relispartition THEN 'yes' END",
      constraint:
        "(SELECT quote_ident(conname) FROM pg_constraint k WHERE conindid = c.oid AND contype IN ('p', 'u', 'x') LIMIT 1)",
    },
    from: 'FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid',
  },
  trigger: {
    table: 'r.relname::text',
    name: 'tgname::text',
    definition: `pg_get_triggerdef(t.oid) ||
      CASE tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED REPLICA' ELSE ' ENABLED ALWAYS' END`,
    parts: {
      statement: 'pg_get_triggerdef(t.oid)',
      state:
        "CASE tgenabled WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END",
      inherited: "CASE WHEN tgparentid <> 0 THEN 'yes' END",
    },
    from: 'FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT tgisinternal',
  },
  policy: {
    table: 'r.relname::text',
    name: 'polname::text',
    definition: "concat_ws(' ', polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))",
    parts: {},
    from: 'FROM relations r JOIN pg_policy p ON p.polrelid = r.oid',
  },
  rule: {
    table: 'r.relname::text',
    name: 'rulename::text',
    definition: 'pg_get_ruledef(w.oid)',
    parts: {},
    from: "FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE relkind IN ('r', 'p')",
  },
};

// Partitions follow their parent and come with the months; what belongs to an extension is the extension's.
const ownRelations = `WITH relations AS (
  SELECT c.* FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
    AND c.relname NOT IN (${bookkeepingTables.map((name) => pg.escapeLiteral(name)).join(', ')})
    AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
)`;
const partitionRelations = `WITH relations AS (
  SELECT c.* FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid WHERE inhparent = to_regclass('public.metrics')
)`;

const partsOf = ({ parts }: Source) => {
  const pairs = Object.entries(parts).map(([name, expression]) => `'${name}', ${expression}`);
  return `jsonb_build_object(${pairs.join(', ')})`;
};

/** @param hasParts whether the parts are asked for: they take the server twice as long */
function queryOf(
  hasParts: boolean,
  relations = ownRelations,
  kinds: readonly ObjectKind[] = objectKinds,
): string {
  const selects = kinds.map((kind) => {
    const source = sources[kind];
    const columns = [
      ...[`'${kind}' AS kind`, `${source.table} AS "table"`, `${source.name} AS name`],
      ...[`${source.definition} AS definition`, ...(hasParts ? [`${partsOf(source)} AS parts`] : [])],
    ];
    return `(SELECT ${columns.join(', ')} ${source.from})`;
  });
  return `${relations} ${selects.join('\nUNION ALL\n')}`;
}

/** The query of {@link readNamedObjects}. */
export const namedObjectsQuery = () => queryOf(false);

/** The objects of the schema `public` by their definitions, less partitions, extensions and the migrations' own bookkeeping. */
export async function readNamedObjects(client: pg.ClientBase | pg.Pool): Promise<readonly NamedObject[]> {
  const { rows } = await client.query<NamedObject>(namedObjectsQuery());
  return rows;
}

/** A query for objects with how SQL spells their names. */
const spelled = (query: string) =>
  `SELECT *, quote_ident("table") AS "spelledTable", CASE kind WHEN 'function' THEN name ELSE quote_ident(name) END AS "spelledName"
   FROM (${query}) AS objects`;

/** The partitions of `metrics` and what stands on them that they do not have from it: a point has to get past that, too. */
export async function readPartitionObjects(client: pg.ClientBase): Promise<readonly SchemaObject[]> {
  const kinds: readonly ObjectKind[] = ['table', 'constraint', 'index', 'trigger', 'policy', 'rule'];
  const { rows } = await client.query<SchemaObject>(spelled(queryOf(true, partitionRelations, kinds)));
  return rows.filter(({ parts }) => !parts.inherited);
}

/** {@link readNamedObjects} with their parts. */
export async function readObjects(client: pg.ClientBase | pg.Pool): Promise<readonly SchemaObject[]> {
  const { rows } = await client.query<SchemaObject>(spelled(queryOf(true)));
  // Its table is the migrations' own bookkeeping.
  return rows.filter(({ parts }) => !parts.ownedBy?.startsWith('trainyard_migrations.'));
}
