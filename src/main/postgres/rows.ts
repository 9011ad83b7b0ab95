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

/** Sets columns of a row, each by its name in camel case; those whose value is undefined stay as they are. */
export async function setColumns(tx: Tx, table: string, id: string, change: object): Promise<void> {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = changed.map(([name], index) => `"${snakeCase(name)}" = $${index + 2}`).join(', ');
  await query(tx, `UPDATE ${table} SET ${set} WHERE id = $1`, [id, ...changed.map(([, value]) => value)]);
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** SQL of a time as ISO 8601 text, as `Date.toISOString` writes it; NULL where there is none. */
export const isoText = (time: string): string =>
  `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Whether a text can stand where SQL takes a UUID. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
