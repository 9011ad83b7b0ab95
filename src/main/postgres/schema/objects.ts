import type pg from 'pg';

/** In the order in which one can be made after the other; dropped the other way round. */
export const objectKinds = [
  'sequence',
  'function',
  'table',
  'column',
  'constraint',
  'index',
  'trigger',
  'policy',
  'rule',
] as const;
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
      query: "CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END",
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
    parts: { owner: owner('proowner'), statement: 'pg_get_functiondef(p.oid)' },
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
    parts: { type: 'contype', invalid: "CASE WHEN NOT convalidated THEN 'yes' END" },
    // Those of triggers come with the triggers.
    from: "FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid WHERE contype NOT IN ('n', 't')",
  },
  index: {
    table: 'r.relname::text',
    name: 'c.relname::text',
    definition: "pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END",
    parts: {
      statement: 'pg_get_indexdef(i.indexrelid)',
      constraint:
        "(SELECT quote_ident(conname) FROM pg_constraint k WHERE conindid = c.oid AND contype IN ('p', 'u', 'x') LIMIT 1)",
    },
    from: 'FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid',
  },
  trigger: {
    table: 'r.relname::text',
    name: 'tgname::text',
    definition: "pg_get_triggerdef(t.oid) || CASE WHEN tgenabled = 'O' THEN '' ELSE ' DISABLED' END",
    parts: { statement: 'pg_get_triggerdef(t.oid)' },
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
const relations = `WITH relations AS (
  SELECT c.* FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
    AND c.relname NOT IN ('trainyard_migrations', 'trainyard_checksums')
    AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
)`;

const partsOf = ({ parts }: Source) => {
  const pairs = Object.entries(parts).map(([name, expression]) => `'${name}', ${expression}`);
  return `jsonb_build_object(${pairs.join(', ')})`;
};

/** @param hasParts whether the parts are asked for: they take the server twice as long */
function queryOf(hasParts: boolean): string {
  const selects = Object.entries(sources).map(([kind, source]) => {
    const columns = [
      ...[`'${kind}' AS kind`, `${source.table} AS "table"`, `${source.name} AS name`],
      ...[`${source.definition} AS definition`, ...(hasParts ? [`${partsOf(source)} AS parts`] : [])],
    ];
    return `(SELECT ${columns.join(', ')} ${source.from})`;
  });
  return `${relations} ${selects.join('\nUNION ALL\n')}`;
}

/** The objects of the schema `public` by their definitions, less partitions, extensions and the migrations' own bookkeeping. */
export async function readNamedObjects(client: pg.ClientBase | pg.Pool): Promise<readonly NamedObject[]> {
  const { rows } = await client.query<NamedObject>(queryOf(false));
  return rows;
}

/** {@link readNamedObjects} with their parts. */
export async function readObjects(client: pg.ClientBase | pg.Pool): Promise<readonly SchemaObject[]> {
  const { rows } = await client.query<SchemaObject>(
    `SELECT *, quote_ident("table") AS "spelledTable", CASE kind WHEN 'function' THEN name ELSE quote_ident(name) END AS "spelledName"
     FROM (${queryOf(true)}) AS objects`,
  );
  // Its table is the migrations' own bookkeeping.
  return rows.filter(({ parts }) => !parts.ownedBy?.startsWith('trainyard_migrations.'));
}
