import { expect, test } from 'vitest';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { addDataset } from './rows.ts';

test('a labelled version keeps the hash of its labels through an older schema and back, and others get none', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  const schema = new SchemaService({ databaseUrl: database.url });
  await schema.upgrade('0100');
  const dataset = await addDataset(client);
  const hash = 'c'.repeat(64);
  const insert = `INSERT INTO dataset_versions
    (dataset_id, version, manifest_sha256, mode, image_count, size_bytes, summary, annotations_sha256)
    VALUES ($1, $2, $3, 'copy', 1, 1, '{"images": 1}', $4)`;
  await client.query(insert, [dataset, 1, 'a'.repeat(64), hash]);
  await client.query(insert, [dataset, 2, 'b'.repeat(64), null]);
  await schema.downgrade('0090');
  await schema.upgrade('0100');
  const { rows } = await client.query(
    'SELECT annotations_sha256 AS hash, summary FROM dataset_versions ORDER BY version',
  );
  expect(rows).toEqual([
    { hash, summary: { images: 1 } },
    { hash: null, summary: { images: 1 } },
  ]);
});
