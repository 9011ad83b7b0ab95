import type pg from 'pg';

/** A partition of `metrics` that is not as its name says, or that has no name as ours have. */
export interface PartitionDrift {
  readonly name: string;
  readonly change: 'missing' | 'changed' | 'added' | 'detached';
  readonly expected: string | null;
  readonly found: string | null;
  readonly commands: readonly string[];
}

const defaultName = 'metrics_partition_default';
const column = 'recorded_at';

/** Partitions are made month by month, not by a revision: which there are is no drift. */
export async function partitionDrift(client: pg.Client): Promise<readonly PartitionDrift[]> {
  const { rows } = await client.query<{ name: string; spelled: string; bound: string | null }>(
    `SELECT relname::text AS name, quote_ident(relname) AS spelled, pg_get_expr(relpartbound, c.oid) AS bound
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND (relname ~ '^metrics_partition_(default|\\d{4}_\\d{2})$' OR inhparent = to_regclass('public.metrics'))
     ORDER BY relname`,
  );
  const found = rows.flatMap(({ name, spelled, bound }): PartitionDrift[] => {
    const month = monthOf(name);
    const expected =
      name === defaultName ? 'DEFAULT' : month && `FOR VALUES FROM ('${month[0]}') TO ('${month[1]}')`;
    if (expected === bound) return [];
    const detach = `ALTER TABLE metrics DETACH PARTITION ${spelled}`;
    const attach = `ALTER TABLE metrics ATTACH PARTITION ${spelled} ${expected}`;
    if (expected === null) return [{ name, change: 'added', expected, found: bound, commands: [detach] }];
    // What came for the month meanwhile lies in the default partition, which must not hold what another one takes.
    const move = month
      ? [
          `WITH moved AS (DELETE FROM ${defaultName} WHERE ${column} >= '${month[0]}' AND ${column} < '${month[1]}' RETURNING *) INSERT INTO ${spelled} SELECT * FROM moved`,
        ]
      : [];
    if (bound === null)
      return [{ name, change: 'detached', expected, found: null, commands: [...move, attach] }];
    return [{ name, change: 'changed', expected, found: bound, commands: [detach, ...move, attach] }];
  });
  if (rows.some(({ name }) => name === defaultName)) return found;
  const commands = [`CREATE TABLE ${defaultName} PARTITION OF metrics DEFAULT`];
  // The others' commands move rows out of it.
  return [{ name: defaultName, change: 'missing', expected: 'DEFAULT', found: null, commands }, ...found];
}

/** Where a month begins and ends, in UTC, as the server prints it. */
function monthOf(name: string): readonly [string, string] | null {
  const [, year, month] = /^metrics_partition_(\d{4})_(\d{2})$/.exec(name) ?? [];
  if (!year || !month) return null;
  const first = (offset: number) =>
    `${new Date(Date.UTC(Number(year), Number(month) - 1 + offset, 1)).toISOString().slice(0, 10)} 00:00:00+00`;
  return [first(0), first(1)];
}
