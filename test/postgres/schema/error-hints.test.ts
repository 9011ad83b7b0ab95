import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { connect } from './catalog.ts';
import { addDataset, addProject } from './rows.ts';

test('errors and findings of before have their hint where it is looked for now, and go back', async () => {
  await using database = await createTestDatabase('empty');
  await using client = await connect(database.url);
  const schema = new SchemaService({ databaseUrl: database.url });
  await schema.upgrade('0070');
  const text = 'a file named "mend": "x\\mend": y';
  const error = { code: 'C', message: text, mend: 'Do this.' };
  const validation = { ok: false, errors: [{ ...error, path: text }], warnings: [error] };
  const project = await addProject(client);
  const dataset = await addDataset(client);
  await client.query('UPDATE datasets SET validation_result = $2 WHERE id = $1', [dataset, validation]);
  await client.query(
    `INSERT INTO dataset_imports (dataset_id, project_id, user_id, machine_id, source, format, mode, phase, error, validation)
      VALUES ($1, $2, $3, 'm', '/s', 'imagenet', 'copy', 'failed', $4, $5)`,
    [dataset, project, localOwnerId, error, validation],
  );
  await client.query(
    `INSERT INTO jobs (user_id, kind, arguments, idempotency_key, queue, status, error)
      VALUES ($1, 'dataset_statistics', '{}', 'k', 'q', 'failed', $2)`,
    [localOwnerId, error],
  );
  const read = async () => {
    const { rows } = await client.query(
      `SELECT imports.error, imports.validation, datasets.validation_result AS result, datasets.updated_at AS changed, jobs.error AS job
        FROM dataset_imports AS imports JOIN datasets ON datasets.id = imports.dataset_id CROSS JOIN jobs`,
    );
    return rows;
  };
  const before = await read();
  const { changed } = before[0] ?? {};
  const hinted = { code: 'C', message: text, hint: 'Do this.' };
  const found = { ok: false, errors: [{ ...hinted, path: text }], warnings: [hinted] };
  await schema.upgrade('0071');
  expect(await read()).toEqual([{ error: hinted, validation: found, result: found, changed, job: hinted }]);
  await schema.downgrade('0070');
  expect(await read()).toEqual(before);
});
