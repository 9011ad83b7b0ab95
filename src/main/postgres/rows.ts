import { connection, type Db, type Tx } from './db.ts';

/**
 * Runs a statement in a transaction, or by itself.
 * @param statement with a name, PostgreSQL prepares it once for each connection
 */
export async function query<Row extends object>(
  where: Db | Tx,
  statement: string | { readonly name: string; readonly text: string },
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const named = typeof statement === 'string' ? { text: statement } : statement;
  return (await where[connection].query<Row>({ ...named, values: [...values] })).rows;
}

/** Sets columns of a row, which `columns` names by field; those whose value is undefined stay as they are. */
export async function setColumns<Change extends object>(
  tx: Tx,
  table: string,
  id: string,
  columns: { readonly [Field in keyof Change]-?: string },
  change: Change,
): Promise<void> {
  const fields = Object.keys(columns) as (keyof Change)[];
  const changed = fields.filter((field) => change[field] !== undefined);
  const set = changed.map((field, index) => `${columns[field]} = $${index + 2}`).join(', ');
  await query(tx, `UPDATE ${table} SET ${set} WHERE id = $1`, [id, ...changed.map((field) => change[field])]);
}
