import type pg from 'pg';
import { keyOf, readNamedObjects } from './objects.ts';

/** Objects by kind and name (`index workflows.idx_workflows_status`), each with its definition as the server prints it. */
export type Structure = Record<string, string>;

/** What stands in the schema `public`, in the form that is kept. */
export async function readStructure(client: pg.ClientBase | pg.Pool): Promise<Structure> {
  const objects = await readNamedObjects(client);
  return Object.fromEntries(objects.map((one) => [keyOf(one), one.definition]));
}

/** What the migrations made: all but what stood there before and was not theirs. */
export function ownStructure(now: Structure, before: Structure, known: Structure): Structure {
  return Object.fromEntries(Object.entries(now).filter(([name]) => name in known || !(name in before)));
}

/** One sentence for each difference. Strangers' objects are none of ours, unless they stand on our tables. */
export function describeDrift(expected: Structure, found: Structure): string[] {
  const missing = Object.keys(expected)
    .filter((name) => !(name in found))
    .map((name) => `The ${name} is missing.`);
  const changed = Object.entries(expected)
    .filter(([name, definition]) => name in found && found[name] !== definition)
    .map(([name]) => `The ${name} was changed by hand.`);
  const added = Object.keys(found)
    .filter((name) => !(name in expected) && `table ${/^\w+ ([^.]+)\./.exec(name)?.[1]}` in expected)
    .map((name) => `The ${name} was added by hand.`);
  return [...missing, ...changed, ...added].sort();
}
