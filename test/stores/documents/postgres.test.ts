import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { collectionNames } from '../../../src/main/stores/documents/collections.ts';
import type { CollectionName, DocumentFilter } from '../../../src/main/stores/documents/ports.ts';
import { createDocumentStore, where } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { sharedDatabase } from '../shared-database.ts';
import { documentStoreContract } from './contract.ts';
import { idsOf, sampleDocument } from './examples.ts';

const shared = sharedDatabase();

async function openStore() {
  const pool = await shared.emptied('documents');
  return { pool, store: createDocumentStore(pool), [Symbol.asyncDispose]: async () => {} };
}

documentStoreContract('PostgreSQL', openStore, { sweepsItself: false });

test('says which indexes are missing where the migrations were not applied', async () => {
  await using database = await createTestDatabase('empty');
  const pool = createPool({ url: database.url });
  try {
    await expect(createDocumentStore(pool).ensureCollections()).rejects.toMatchObject({
      code: 'DOCUMENT_STORE_INCOMPLETE',
    });
  } finally {
    await pool.end();
  }
});

test('searches by the index of each field that a filter takes', async () => {
  await using opened = await openStore();
  const { pool, store } = opened;
  for (const collection of collectionNames)
    await store.insert(collection, sampleDocument(collection, { id: 'pattern' }));
  // Many documents with values of their own, so that an index is worth its while.
  await pool.query(`
    INSERT INTO documents (collection, id, body, expires_at)
    SELECT collection, n::text, body || jsonb_build_object(
        'id', n::text, 'sessionId', n::text, 'workflowId', n::text, 'modelId', n::text, 'userId', n::text, 'status', n::text,
        'framework', n::text, 'taskTypes', jsonb_build_array(n::text), 'name', 'word' || n, 'action', n::text,
        'resource', jsonb_build_object('type', n::text, 'id', n::text),
        'createdAt', to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'), 'timestamp', n::text,
        'logs', jsonb_build_array(jsonb_build_object('timestamp', to_char(n, '00000')))), expires_at
    FROM documents, generate_series(1, 2000) AS n`);
  await pool.query('ANALYZE documents');
  const createdAt = { from: '2026-01-01T00:05:00.000Z', to: '2026-01-01T00:07:00.000Z' };
  const searches: [CollectionName, DocumentFilter, string][] = [
    ['chat_sessions', { equals: { sessionId: '7' } }, 'chat_sessions_session_id'],
    ['chat_sessions', { equals: { userId: '7' } }, 'chat_sessions_user_created'],
    ['chat_sessions', { equals: { status: '7' } }, 'chat_sessions_status'],
    ['training_configs', { equals: { workflowId: '7' } }, 'training_configs_workflow_id'],
    ['training_configs', { range: { createdAt } }, 'training_configs_created'],
    ['workflow_logs', { equals: { workflowId: '7' } }, 'workflow_logs_workflow_id'],
    ['model_registry', { equals: { modelId: '7' } }, 'model_registry_model_id'],
    ['model_registry', { equals: { framework: '7' } }, 'model_registry_framework'],
    ['audit_logs', { equals: { userId: '7' } }, 'audit_logs_user_time'],
    ['audit_logs', { equals: { action: '7' } }, 'audit_logs_action'],
    ['audit_logs', { equals: { 'resource.type': '7', 'resource.id': '7' } }, 'audit_logs_resource'],
  ];
  for (const [collection, filter, index] of searches) {
    const { condition, values } = where(collection, filter);
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT d.body FROM documents AS d WHERE ${condition}`,
      values,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`idx_documents_${index}`);
  }
  expect(idsOf(await store.find('training_configs', { range: { createdAt } }))).toEqual(['5', '6']);
});

test('keeps values out of the statement, whatever they are', async () => {
  await using opened = await openStore();
  const hostile = `'; DROP TABLE documents; --${randomUUID()}`;
  await opened.store.insert('audit_logs', sampleDocument('audit_logs', { action: hostile }));
  const filter = { equals: { action: hostile } };
  expect(where('audit_logs', filter).condition).not.toContain('DROP');
  expect(await opened.store.count('audit_logs', filter)).toBe(1);
});
