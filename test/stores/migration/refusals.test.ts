import pg from 'pg';
import { expect, test } from 'vitest';
import { migrateStores } from '../../../src/main/stores/migration/migrate-stores.ts';
import type { Stores } from '../../../src/main/stores/profiles/stores.ts';
import { addProject, addWorkflow } from '../../postgres/schema/rows.ts';
import { openDatabase } from './support.ts';

const silent = () => undefined;

test('stores are not copied into themselves', async () => {
  const opened: string[] = [];
  const open = async (profile: string): Promise<Stores> => {
    opened.push(profile);
    throw new Error('nothing is to be opened');
  };
  await expect(migrateStores('embedded', 'embedded', true, silent, open)).rejects.toMatchObject({
    code: 'MIGRATION_SAME_PROFILE',
  });
  expect(opened).toEqual([]);
});

test('stores with a run that is under way are not copied, and the others are not opened', async () => {
  await using database = await openDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await addWorkflow(client, await addProject(client));
    await client.query("UPDATE workflows SET status = 'queued'");
  } finally {
    await client.end();
  }
  const opened: string[] = [];
  const open = async (profile: string): Promise<Stores> => {
    opened.push(profile);
    // Nothing but the database is asked before it is refused.
    return { pool: database.pool, [Symbol.asyncDispose]: async () => undefined } as unknown as Stores;
  };
  await expect(migrateStores('embedded', 'docker', true, silent, open)).rejects.toMatchObject({
    code: 'MIGRATION_RUNS_UNDER_WAY',
    parameters: { count: 1 },
  });
  expect(opened).toEqual(['embedded']);
});
