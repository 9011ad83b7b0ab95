import { expect, test } from 'vitest';
import { auditLog } from '../../../src/main/features/audit/audit-log.ts';
import { ChangeFeed } from '../../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { Projects } from '../../../src/main/features/projects/projects.ts';
import { Db } from '../../../src/main/postgres/db.ts';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';

async function createWorld() {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url }, { max: 4 });
  const documents = new PostgresDocumentStore(pool);
  const changes = new ChangeFeed();
  const failures: unknown[] = [];
  const audit = auditLog(documents, (error) => failures.push(error));
  const projects = new Projects(new Db(pool), changes, audit);
  return {
    pool,
    documents,
    changes,
    failures,
    projects,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a project is created, found by id and by name, changed and removed', async () => {
  await using world = await createWorld();
  const { projects, documents, changes } = world;
  const { cursor } = await changes.after('', 0);
  const made = await projects.create(localOwnerId, { name: 'Vision', tags: ['a', 'b', 'a'] });
  expect(made).toMatchObject({
    name: 'Vision',
    description: null,
    tags: ['a', 'b'],
    isPublic: false,
    runCount: 0,
    datasetCount: 0,
  });
  expect(await projects.show(localOwnerId, made.id)).toEqual(made);
  expect(await projects.show(localOwnerId, made.id.toUpperCase())).toEqual(made);
  expect(await projects.show(localOwnerId, ' vision ')).toEqual(made);
  expect((await changes.after(cursor, 0)).changed).toEqual([{ kind: 'project', id: made.id }]);

  const changed = await projects.update(localOwnerId, 'Vision', {
    name: 'Seeing',
    description: 'what it is for',
  });
  expect(changed).toMatchObject({
    id: made.id,
    name: 'Seeing',
    description: 'what it is for',
    tags: ['a', 'b'],
  });
  expect(new Date(changed.updatedAt).getTime()).toBeGreaterThanOrEqual(new Date(made.updatedAt).getTime());
  expect(await projects.update(localOwnerId, 'Seeing', { description: null, tags: [] })).toMatchObject({
    description: null,
    tags: [],
  });
  await expect(projects.show(localOwnerId, 'Vision')).rejects.toMatchObject({
    code: 'PROJECT_NOT_FOUND',
    status: 404,
  });

  expect(await projects.remove(localOwnerId, 'seeing')).toEqual({ id: made.id });
  await expect(projects.show(localOwnerId, made.id)).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' });
  await expect(projects.update(localOwnerId, made.id, { name: 'x' })).rejects.toMatchObject({
    code: 'PROJECT_NOT_FOUND',
  });
  const found = await documents.find('audit_logs', {}, 100);
  const audits = found.toSorted((one, other) => (String(one.timestamp) < String(other.timestamp) ? -1 : 1));
  expect(audits.map(({ action }) => action)).toEqual([
    'project.create',
    'project.update',
    'project.update',
    'project.remove',
  ]);
  expect(audits[1]).toMatchObject({
    metadata: { changes: { before: { name: 'Vision' }, after: { name: 'Seeing' } } },
  });
});

test('a name means one project, whatever its case, and is free again once its project is removed', async () => {
  await using world = await createWorld();
  const { projects } = world;
  const first = await projects.create(localOwnerId, { name: 'Größe 한글' });
  const taken = { code: 'PROJECT_NAME_TAKEN', status: 409, place: { field: 'name' } };
  await expect(projects.create(localOwnerId, { name: 'GRÖßE 한글' })).rejects.toMatchObject(taken);
  const other = await projects.create(localOwnerId, { name: 'other' });
  await expect(projects.update(localOwnerId, other.id, { name: 'größe 한글' })).rejects.toMatchObject(taken);
  expect(await projects.update(localOwnerId, other.id, { name: 'OTHER' })).toMatchObject({ name: 'OTHER' });
  const racing = await Promise.allSettled(
    Array.from({ length: 6 }, () => projects.create(localOwnerId, { name: 'raced' })),
  );
  expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await projects.remove(localOwnerId, first.id);
  expect((await projects.create(localOwnerId, { name: 'größe 한글' })).id).not.toBe(first.id);
});

test('projects are listed newest first, and found by words of their names and tags', async () => {
  await using world = await createWorld();
  const { projects } = world;
  for (const [name, tags] of [
    ['one', ['Shoes']],
    ['two', []],
    ['shoebox', []],
  ] as const)
    await projects.create(localOwnerId, { name, tags });
  const names = async (search?: string) =>
    (await projects.list(localOwnerId, { search, limit: 100 })).projects.map(({ name }) => name);
  expect(await names()).toEqual(['shoebox', 'two', 'one']);
  expect(await names('SHOE')).toEqual(['shoebox', 'one']);
  expect(await names('%')).toEqual([]);
  expect(await names(' ')).toHaveLength(3);
});

test('a project whose name looks like another one’s id is found by its name only where no id fits', async () => {
  await using world = await createWorld();
  const { projects } = world;
  const first = await projects.create(localOwnerId, { name: 'first' });
  const second = await projects.create(localOwnerId, { name: first.id });
  expect((await projects.show(localOwnerId, first.id)).id).toBe(first.id);
  await projects.remove(localOwnerId, 'first');
  expect((await projects.show(localOwnerId, first.id)).id).toBe(second.id);
});

test('a document store that is away holds nothing up', async () => {
  await using world = await createWorld();
  const { pool, projects, failures } = world;
  await pool.query('ALTER TABLE documents RENAME TO away');
  expect(await projects.create(localOwnerId, { name: 'demo' })).toMatchObject({ name: 'demo' });
  expect(failures).toHaveLength(1);
});
