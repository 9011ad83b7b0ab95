import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';

test('the lines of logs move beside their documents as they were, and back', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  const schema = new SchemaService({ databaseUrl: database.url });
  await schema.upgrade('0071');
  const line = { timestamp: '2026-11-29T10:00:00.000Z', level: 'info', source: 'trainer', stream: 'stdout' };
  const logs = [
    { ...line, message: 'two\nrows "quoted" \\ 한국어' },
    { ...line, message: '' },
    { ...line, timestamp: '2026-11-29T09:00:00.000Z', message: 'earlier', context: { step: 3 } },
  ];
  const document = {
    workflowId: '00000000-0000-4000-8000-000000000001',
    expiresAt: '2126-01-01T00:00:00.000Z',
  };
  const documents = [
    { ...document, id: 'full', logs },
    { ...document, id: 'none', logs: [] },
  ];
  for (const one of documents) {
    await client.query(
      `INSERT INTO documents (collection, id, body, expires_at) VALUES ('workflow_logs', $1, $2, $3)`,
      [one.id, one, one.expiresAt],
    );
  }
  const bodies = async () =>
    (await client.query('SELECT body FROM documents ORDER BY id')).rows.map(({ body }) => body);
  await schema.upgrade('0080');
  const pool = createPool({ url: database.url });
  try {
    expect(await new PostgresDocumentStore(pool).find('workflow_logs', {}, 10)).toEqual(documents);
  } finally {
    await pool.end();
  }
  const { rows } = await client.query('SELECT line_count, first_time, last_time FROM documents ORDER BY id');
  expect(rows).toEqual([
    { line_count: 3, first_time: '2026-11-29T09:00:00.000Z', last_time: '2026-11-29T10:00:00.000Z' },
    { line_count: 0, first_time: null, last_time: null },
  ]);
  expect(await bodies()).not.toEqual(documents);
  await schema.downgrade('0071');
  expect(await bodies()).toEqual(documents);
});
