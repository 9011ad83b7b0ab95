import type pg from 'pg';
import { differencesOf } from './differences.ts';
import { readObjects, type SchemaObject } from './objects.ts';

/** From so many rows on: of fewer, making the indexes anew takes longer. */
const fewest = 20_000;

/** Keys lead to those: without them nothing could be looked up. */
function isLedTo({ parts, spelledTable }: SchemaObject, keys: readonly SchemaObject[]): boolean {
  if (parts.type !== 'p' && parts.type !== 'u') return false;
  return keys.some(({ definition }) => definition.includes(` REFERENCES ${spelledTable}(`));
}

/**
 * Fills tables while they have no indexes and no keys that look each row up, which are made behind the rows, as a dump's are: of a million
 * rows that takes a third of the time. In the transaction of `client`, which has the tables to itself.
 * @param rows how many a table gets, by its name; indexes of partitions go with those of their parents
 * @throws PostgreSQL's error where the rows do not fit a key, and the objects are gone then: the transaction has to be rolled back
 */
export async function withIndexesBehind(
  client: pg.ClientBase,
  rows: ReadonlyMap<string, number>,
  load: () => Promise<void>,
): Promise<void> {
  const before = await readObjects(client);
  const keys = before.filter(({ parts }) => parts.type === 'f');
  const isAside = (one: SchemaObject) => {
    if (one.table === null || (rows.get(one.table) ?? 0) < fewest) return false;
    // A key's own index goes with the key. A condition is printed in other words once it was made of what is printed.
    if (one.kind === 'index') return one.parts.constraint === null && !one.definition.includes(' WHERE ');
    return one.kind === 'constraint' && one.parts.type !== 'c' && !isLedTo(one, keys);
  };
  const bare = before.filter((one) => !isAside(one));
  await put(client, bare, before);
  await load();
  await put(client, before, await readObjects(client));
}

async function put(client: pg.ClientBase, wanted: readonly SchemaObject[], found: readonly SchemaObject[]) {
  for (const { commands } of differencesOf(wanted, found, { withStrangers: false }))
    for (const command of commands) await client.query(command);
}
