import type pg from 'pg';
import type { SchemaObject } from './objects.ts';

/** A sequence that will give a number that a row has already. */
export interface SequenceBehind {
  readonly name: string;
  readonly last: string;
  readonly largest: string;
  readonly command: string;
}

/** Of the sequences that give a column its numbers, those that are behind it. @param objects that are there */
export async function sequencesBehind(
  client: pg.Client,
  objects: readonly SchemaObject[],
): Promise<readonly SequenceBehind[]> {
  const behind: SequenceBehind[] = [];
  for (const { kind, name, spelledName, parts } of objects) {
    const [table, column, ...more] = parts.ownedBy?.split('.') ?? [];
    if (kind !== 'sequence' || !table || !column || more.length > 0) continue;
    const { rows } = await client.query<{ last: string; largest: string }>(
      `SELECT last_value::text AS last, largest::text
       FROM ${spelledName}, (SELECT max(${column}) AS largest FROM ${table}) AS numbers
       WHERE largest > last_value OR (largest = last_value AND NOT is_called)`,
    );
    for (const row of rows)
      behind.push({ name, ...row, command: `SELECT setval('${spelledName}', ${row.largest})` });
  }
  return behind;
}
