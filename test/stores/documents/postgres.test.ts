import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { documentPages } from '../../../src/main/stores/documents/pages.ts';
import {
  findStatement,
  PostgresDocumentStore,
} from '../../../src/main/stores/documents/postgres/document-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { sharedDatabase } from '../shared-database.ts';
import { documentStoreContract } from './contract.ts';
import { idsOf, sampleDocument } from './examples.ts';

const shared = sharedDatabase();

async function openStore() {
  const pool = await shared.emptied('documents');
  return { pool, store: new PostgresDocumentStore(pool), [Symbol.asyncDispose]: async () => {} };
}

documentStoreContract('PostgreSQL', openStore, { sweepsItself: false });

test('says which indexes are missing where the migrations were not applied', async () => {
  await using database = await createTestDatabase('empty');
  const pool = createPool({ url: database.url });
  try {
    await expect(new PostgresDocumentStore(pool).ensureCollections()).rejects.toMatchObject({
      code: 'DOCUMENT_STORE_INCOMPLETE',
    });
  } finally {
    await pool.end();
  }
});

test('searches times by their index', async () => {
  await using opened = await openStore();
  const { pool, store } = opened;
  await store.insert('training_configs', sampleDocument('training_configs', { id: 'pattern' }));
  // Many documents with times of their own, so that an index is worth its while.
  await pool.query(`
    INSERT INTO documents (collection, id, body, expires_at)
    SELECT collection, n::text, body || jsonb_build_object('id', n::text,
        'createdAt', to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')), expires_at
    FROM documents, generate_series(1, 2000) AS n`);
  await pool.query('ANALYZE documents');
  const created = { from: new Date('2026-01-01T00:05:00.000Z'), to: new Date('2026-01-01T00:07:00.000Z') };
  const { text, values } = findStatement('training_configs', { created }, 100);
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('idx_documents_training_configs_created');
  expect(idsOf(await store.find('training_configs', { created }, 100))).toEqual(['5', '6']);
});

test('a document whose row somebody edited by hand is read, with the id of its row, and so are those behind it', async () => {
  await using opened = await openStore();
  const { pool, store } = opened;
  for (const id of ['a', 'b', 'c']) await store.insert('audit_logs', sampleDocument('audit_logs', { id }));
  await pool.query("UPDATE documents SET body = body - 'id' WHERE id = 'a'");
  await pool.query("UPDATE documents SET body = 'null' WHERE id = 'b'");
  const pages: string[][] = [];
  for await (const page of documentPages(store, 'audit_logs')) pages.push(idsOf(page));
  expect(pages).toEqual([['a', 'b', 'c']]);
  expect(await store.find('audit_logs', { after: 'a' }, 1)).toEqual([{ id: 'b' }]);
});

test('keeps values out of the statement, whatever they are', async () => {
  await using opened = await openStore();
  const hostile = `'; DROP TABLE documents; --${randomUUID()}`;
  await opened.store.insert('audit_logs', sampleDocument('audit_logs', { id: hostile }));
  expect(findStatement('audit_logs', { after: hostile }, 10).text).not.toContain('DROP');
  expect(await opened.store.find('audit_logs', { after: hostile }, 10)).toEqual([]);
  expect(await opened.store.remove('audit_logs', [hostile])).toBe(1);
});
