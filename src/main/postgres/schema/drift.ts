import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { type PostgresAddress, withClient } from '../pool.ts';
import { type Difference, differencesOf, isSame, standsAlone } from './differences.ts';
import { migrate } from './migrator.ts';
import { keyOf, readObjects, type SchemaObject } from './objects.ts';
import { type PartitionDrift, partitionDrift } from './partitions.ts';
import { withScratchDatabase } from './scratch-database.ts';
import { sequencesBehind } from './sequences.ts';

/** What is not as the revisions left it, with the commands (SQL) that put it right. */
export interface Drift extends Omit<Difference, 'kind' | 'change'> {
  readonly kind: Difference['kind'] | 'partition';
  readonly change: Difference['change'] | PartitionDrift['change'] | 'behind';
}

/** What revisions make, and how the server prints that once it was restored from a dump, by {@link keyOf}. */
export interface ExpectedObjects {
  readonly objects: readonly SchemaObject[];
  readonly again: ReadonlyMap<string, SchemaObject>;
}

/**
 * The schema that revisions make, read where nothing else is: they are gone through in a database that is dropped again.
 * @param names of a folder's files, the first so many @throws TrainyardError SCHEMA_CHECK_REFUSED, SCHEMA_CHECK_READ_ONLY
 */
export async function expectedObjects(
  address: PostgresAddress,
  folder: string,
  names: readonly string[],
): Promise<ExpectedObjects> {
  try {
    return await withScratchDatabase(address, async (scratch) => {
      await migrate(scratch, folder, { direction: 'up', plan: () => names, statementTimeout: '0' });
      return await withClient(scratch, async (client) => {
        const objects = await readObjects(client);
        return { objects, again: await madeAgain(client, objects) };
      });
    });
  } catch (error) {
    if (hasCode(error, '25006')) throw fault('SCHEMA_CHECK_READ_ONLY', {}, { cause: error });
    if (hasCode(error, 'POSTGRES_PERMISSION')) throw fault('SCHEMA_CHECK_REFUSED', {}, { cause: error });
    throw error;
  }
}

/** The same schema made from what the server prints of it, as a dump does: it prints some expressions in another way then. */
async function madeAgain(
  client: pg.Client,
  objects: readonly SchemaObject[],
): Promise<ReadonlyMap<string, SchemaObject>> {
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  for (const { commands } of differencesOf(objects, [], { withStrangers: false }))
    for (const command of commands) await client.query(command);
  return new Map((await readObjects(client)).map((one) => [keyOf(one), one]));
}

/** The commands (SQL) that make of a schema what a database has by now, whosever it is, and those that take it back. */
export async function readHandmade(
  client: pg.Client,
  expected: ExpectedObjects,
): Promise<{ revised: readonly string[]; restored: readonly string[] }> {
  const owner = await ownerOf(client);
  const head = ownedBy(expected.objects, owner);
  // Whose it is a revision does not say: that is whoever goes through it.
  const found = asPrinted(ownedBy(await readObjects(client), owner), expected, owner);
  const commands = (from: readonly SchemaObject[], to: readonly SchemaObject[]) =>
    differencesOf(to, from, { withStrangers: true }).flatMap((one) => one.commands);
  return { revised: commands(head, found), restored: commands(found, head) };
}

/** What is printed as it is after a restore, printed as the revisions leave it. */
function asPrinted(
  found: readonly SchemaObject[],
  { objects, again }: ExpectedObjects,
  owner: string | null,
): readonly SchemaObject[] {
  const first = new Map(ownedBy(objects, owner).map((one) => [keyOf(one), one]));
  return found.map((one) => {
    const other = again.get(keyOf(one));
    const isRestored =
      other &&
      standsAlone(other) === standsAlone(one) &&
      ownedBy([other], owner).every((restored) => isSame(restored, one));
    return (isRestored && first.get(keyOf(one))) || one;
  });
}

const ownedBy = (all: readonly SchemaObject[], owner: string | null) =>
  all.map((one) => ('owner' in one.parts ? { ...one, parts: { ...one.parts, owner } } : one));

/** What differs in a database from what its revisions left. */
export async function readDrift(client: pg.Client, expected: ExpectedObjects): Promise<readonly Drift[]> {
  const owner = await ownerOf(client);
  const found = await readObjects(client);
  const wanted = ownedBy(expected.objects, owner);
  const hasMetrics = wanted.some(({ kind, name }) => kind === 'table' && name === 'metrics');
  const differences = differencesOf(wanted, asPrinted(found, expected, owner), { withStrangers: false });
  // Partitions are known by their table's name.
  const isRenamed = differences.some(({ name, change }) => name === 'metrics' && change === 'renamed');
  const partitions = hasMetrics && !isRenamed ? await partitionDrift(client) : [];
  const behind = await sequencesBehind(client, numbering(wanted, found));
  return [
    ...differences,
    ...partitions.map((one) => ({ ...one, losesData: false })),
    ...behind.map(({ name, last, largest, command }) => ({
      ...{ kind: 'sequence' as const, name, change: 'behind' as const, losesData: false },
      ...{ expected: largest, found: last, commands: [command] },
    })),
  ];
}

/** The sequences found that are to give a column its numbers, also where they are that column's no more. Others' are none of ours. */
function numbering(wanted: readonly SchemaObject[], found: readonly SchemaObject[]): readonly SchemaObject[] {
  const ours = new Map(wanted.filter(({ kind }) => kind === 'sequence').map((one) => [keyOf(one), one]));
  const columns = new Set(
    found
      .filter(({ kind }) => kind === 'column')
      .map(({ spelledTable, spelledName }) => `${spelledTable}.${spelledName}`),
  );
  return found.flatMap((one) => {
    const meant = ours.get(keyOf(one));
    const ownedBy = one.parts.ownedBy ?? meant?.parts.ownedBy ?? '';
    return meant && columns.has(ownedBy) ? [{ ...one, parts: { ...one.parts, ownedBy } }] : [];
  });
}

/** Whoever went through the revisions owns what they made. */
async function ownerOf(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ owner: string }>(
    "SELECT quote_ident(pg_get_userbyid(relowner)) AS owner FROM pg_class WHERE oid = to_regclass('public.trainyard_migrations')",
  );
  return rows[0]?.owner ?? null;
}
