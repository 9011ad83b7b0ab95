import type pg from 'pg';
import { standsAlone } from './differences.ts';
import { type ObjectKind, readPartitionObjects } from './objects.ts';
import { commandsToDrop } from './repairs.ts';

/** A partition of `metrics` that is not as its name says, or that has no name as ours have. */
export interface PartitionDrift {
  readonly kind: ObjectKind | 'partition';
  readonly name: string;
  readonly change: 'missing' | 'changed' | 'added' | 'detached' | 'renamed';
  readonly expected: string | null;
  readonly found: string | null;
  readonly commands: readonly string[];
}

interface Partition {
  readonly name: string;
  readonly spelled: string;
  /** Whether it lies in the schema `public`, as ours do. */
  readonly here: boolean;
  /** Null of a table that is none of the partitions, but is called as one. */
  readonly bound: string | null;
  /** The commands that give it the columns of `metrics` that it lacks. */
  readonly lacking: readonly string[];
}

const defaultName = 'metrics_partition_default';
const column = 'recorded_at';

/** Partitions are made month by month, not by a revision: which there are is no drift. */
export async function partitionDrift(client: pg.Client): Promise<readonly PartitionDrift[]> {
  const { rows: partitions } = await client.query<Partition>(
    `SELECT CASE relnamespace WHEN 'public'::regnamespace THEN relname::text ELSE c.oid::regclass::text END AS name,
            c.oid::regclass::text AS spelled, relnamespace = 'public'::regnamespace AS here, CASE WHEN inhparent IS NOT NULL THEN pg_get_expr(relpartbound, c.oid) END AS bound,
            ARRAY(SELECT format('ALTER TABLE %s ADD COLUMN %I %s', c.oid::regclass, attname, format_type(atttypid, atttypmod))
                  FROM pg_attribute a WHERE attrelid = to_regclass('public.metrics') AND attnum > 0 AND NOT attisdropped
                    AND NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = a.attname AND NOT o.attisdropped)
                  ORDER BY attnum) AS lacking
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND inhparent = to_regclass('public.metrics')
     WHERE inhparent IS NOT NULL OR (relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname ~ '^metrics_partition_(default|\\d{4}_\\d{2})$')
     ORDER BY relname`,
  );
  const columns = await columnsOf(client);
  const taken = new Set(partitions.map(({ name }) => name));
  const renamed = partitions.flatMap((one) => {
    const name = one.here && !boundFor(one.name) ? nameFor(one.bound) : null;
    return name && !taken.has(name) ? [{ from: one, name }] : [];
  });
  const added = partitions.filter((one) => !boundFor(one.name) && !renamed.some(({ from }) => from === one));
  const wrong = partitions.filter((one) => ![null, one.bound].includes(boundFor(one.name)));
  const bounds = partitions.flatMap((one) => {
    const range = wrong.includes(one) ? null : rangeOf(one.bound);
    return range ? [range] : [];
  });
  // A range has to be free before another one takes it.
  const detach = wrong
    .filter(({ bound }) => bound !== null)
    .map(({ spelled }) => `ALTER TABLE metrics DETACH PARTITION ${spelled}`);
  const putRight = (one: Partition, detached: readonly string[]) =>
    drifted(one.name, one.bound === null ? 'detached' : 'changed', boundFor(one.name), one.bound, [
      ...detached,
      ...attach(one, columns, bounds),
    ]);
  const [fallback] = wrong.filter(({ name }) => name === defaultName);
  const months = wrong.filter((one) => one !== fallback);
  const isMissing = !taken.has(defaultName) && !renamed.some(({ name }) => name === defaultName);
  return [
    ...renamed.map(({ from, name }) =>
      drifted(name, 'renamed', name, from.name, [`ALTER TABLE ${from.spelled} RENAME TO ${name}`]),
    ),
    // The others' commands move rows through it.
    ...(isMissing
      ? [
          drifted(defaultName, 'missing', 'DEFAULT', null, [
            `CREATE TABLE ${defaultName} PARTITION OF metrics DEFAULT`,
          ]),
        ]
      : []),
    ...(fallback ? [putRight(fallback, detach)] : []),
    // What stays in one of nobody's would be seen no more.
    ...added.map(({ name, spelled, bound }) =>
      drifted(name, 'added', null, bound, [
        `ALTER TABLE metrics DETACH PARTITION ${spelled}`,
        moved(spelled, 'metrics', columns),
      ]),
    ),
    ...months.map((one, index) => putRight(one, index === 0 && !fallback ? detach : [])),
    ...(await onPartitions(client)),
  ];
}

function drifted(
  name: string,
  change: PartitionDrift['change'],
  expected: string | null,
  found: string | null,
  commands: readonly string[],
): PartitionDrift {
  return { kind: 'partition', name, change, expected, found, commands };
}

/** The commands that make a table that is by itself the partition that its name says. @param bounds of the partitions beside it */
function attach({ name, spelled, lacking }: Partition, columns: string, bounds: readonly Range[]) {
  const bound = boundFor(name);
  const within = ([from, to]: Range) => `${column} >= '${from}' AND ${column} < '${to}'`;
  const range = rangeOf(bound);
  const command = `ALTER TABLE metrics ATTACH PARTITION ${spelled} ${bound}`;
  // The default partition must not hold what another one takes, nor a month what is another's.
  if (range)
    return [
      ...lacking,
      moved(spelled, 'metrics', columns, `NOT (${within(range)})`),
      moved(defaultName, spelled, columns, within(range)),
      command,
    ];
  const elsewhere = bounds.map((one) => `(${within(one)})`).join(' OR ');
  return [...lacking, ...(elsewhere ? [moved(spelled, 'metrics', columns, elsewhere)] : []), command];
}

/** Columns by name: a table that was by itself may have them in another order. */
const moved = (from: string, to: string, columns: string, where?: string) =>
  `WITH moved AS (DELETE FROM ${from}${where ? ` WHERE ${where}` : ''} RETURNING ${columns}) INSERT INTO ${to} (${columns}) SELECT ${columns} FROM moved`;

async function columnsOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = to_regclass('public.metrics') AND attnum > 0 AND NOT attisdropped`,
  );
  return rows[0]?.columns ?? '';
}

/** What stands on a partition alone, and a partition whose points a crash would empty. */
async function onPartitions(client: pg.Client): Promise<readonly PartitionDrift[]> {
  return (await readPartitionObjects(client)).flatMap((one): PartitionDrift[] => {
    const { kind, name, table, spelledName, definition, parts } = one;
    const log = [`ALTER TABLE ${spelledName} SET LOGGED`];
    if (kind === 'table')
      return parts.logged ? [drifted(name, 'changed', 'logged yes', 'logged no', log)] : [];
    if (!standsAlone(one)) return [];
    const said = { name: `${table}.${name}`, change: 'added', expected: null, found: definition } as const;
    return [{ kind, ...said, commands: commandsToDrop(one) }];
  });
}

type Range = readonly [from: string, to: string];

/** What a partition takes by its name; null where it has no name as ours have. */
function boundFor(name: string): string | null {
  if (name === defaultName) return 'DEFAULT';
  const [, year, month] = /^metrics_partition_(\d{4})_(\d{2})$/.exec(name) ?? [];
  if (!year || !month) return null;
  // Where a month begins and ends, in UTC, as the server prints it.
  const first = (offset: number) =>
    `${new Date(Date.UTC(Number(year), Number(month) - 1 + offset, 1)).toISOString().slice(0, 10)} 00:00:00+00`;
  return `FOR VALUES FROM ('${first(0)}') TO ('${first(1)}')`;
}

/** The name that says what a partition takes; null where none does. */
function nameFor(bound: string | null): string | null {
  if (bound === 'DEFAULT') return defaultName;
  const [, year, month] = /^FOR VALUES FROM \('(\d{4})-(\d{2})-/.exec(bound ?? '') ?? [];
  const name = `metrics_partition_${year}_${month}`;
  return bound !== null && boundFor(name) === bound ? name : null;
}

function rangeOf(bound: string | null): Range | null {
  const [, from, to] = /^FOR VALUES FROM \('([^']*)'\) TO \('([^']*)'\)$/.exec(bound ?? '') ?? [];
  return from && to ? [from, to] : null;
}
