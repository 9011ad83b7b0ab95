import { expect, test } from 'vitest';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import type { DocumentStore } from '../../../src/main/stores/documents/ports.ts';
import { copyDocuments, fingerprintDocuments } from '../../../src/main/stores/migration/copy-documents.ts';
import type { CopyProgress } from '../../../src/main/stores/migration/progress.ts';
import { startServer, withoutServer } from '../../support/servers.ts';
import { logLine, sampleDocument } from '../documents/examples.ts';
import { openDatabase, runCopier } from './support.ts';

const silent = () => undefined;
const logs = 250;
const all = logs + 5;

/** More log buckets than a page holds, and of each other collection one, with what a store might change on the way. */
async function fill(store: DocumentStore): Promise<void> {
  const odd = JSON.parse(
    '{"$a.b":"\\u0000\\ud800","2":1,"1":-1.5e-7,"__proto__":["2026-11-23T22:40:31.123Z",{}]}',
  );
  await store.insert('audit_logs', sampleDocument('audit_logs', { extra: odd }));
  await store.insert('chat_sessions', sampleDocument('chat_sessions'));
  await store.insert('training_configs', sampleDocument('training_configs'));
  await store.insert('model_registry', sampleDocument('model_registry'));
  await store.insert('workflow_logs', sampleDocument('workflow_logs', { id: '한글 id: \u{1f600}' }));
  await Promise.all(
    Array.from({ length: logs }, (_, index) =>
      store.insert(
        'workflow_logs',
        sampleDocument('workflow_logs', { id: `bucket:${index}`, logs: [logLine(index)] }),
      ),
    ),
  );
}

test('copies every document, says how far it is, leaves the source as it was, and has nothing to do the second time', async () => {
  await using source = await openDatabase();
  await using target = await openDatabase();
  await fill(source.documents);
  const before = await fingerprintDocuments(source.documents, new Date(0), silent);
  expect(before.count).toBe(all);
  const changes: CopyProgress[] = [];
  const first = await copyDocuments(source.documents, target.documents, (each) => changes.push(each));
  expect(first).toEqual({ count: all, copied: all, sha256: before.sha256 });
  expect(changes.filter(({ step, what }) => step === 'copying' && what === 'workflow_logs').at(-1)).toEqual({
    step: 'copying',
    what: 'workflow_logs',
    done: logs + 1,
    total: logs + 1,
  });
  expect(await fingerprintDocuments(source.documents, new Date(0), silent)).toEqual(before);
  expect(await fingerprintDocuments(target.documents, new Date(0), silent)).toEqual(before);
  expect(await copyDocuments(source.documents, target.documents, silent)).toEqual({ ...first, copied: 0 });
});

test('has another hash for another content, and the same for another order of fields', async () => {
  await using database = await openDatabase();
  const document = sampleDocument('audit_logs', { id: 'one', extra: { a: 1, b: [1, 2] } });
  const hashOf = async (change: object) => {
    await database.documents.put('audit_logs', { ...document, ...change });
    return (await fingerprintDocuments(database.documents, new Date(0), silent)).sha256;
  };
  const hash = await hashOf({});
  expect(await hashOf({ extra: { b: [1, 2], a: 1 } })).toBe(hash);
  expect(await hashOf({ extra: { a: 1, b: [2, 1] } })).not.toBe(hash);
  expect(await hashOf({ extra: { a: '1', b: [1, 2] } })).not.toBe(hash);
});

test('refuses a target with documents of its own before it writes anything', async () => {
  await using source = await openDatabase();
  await using target = await openDatabase();
  await fill(source.documents);
  const refusal = { code: 'MIGRATION_TARGET_NOT_EMPTY', message: expect.stringContaining('mine') };
  await target.documents.insert('model_registry', sampleDocument('model_registry', { id: 'mine' }));
  await expect(copyDocuments(source.documents, target.documents, silent)).rejects.toMatchObject(refusal);
  // The same id with another content is another document.
  await source.documents.insert('model_registry', sampleDocument('model_registry', { id: 'mine' }));
  await expect(copyDocuments(source.documents, target.documents, silent)).rejects.toMatchObject(refusal);
  expect((await fingerprintDocuments(target.documents, new Date(0), silent)).count).toBe(1);
});

test('says so where the copy is not the same in the end', async () => {
  await using source = await openDatabase();
  await using target = await openDatabase();
  await fill(source.documents);
  const forgetful: DocumentStore = Object.assign(Object.create(target.documents), {
    put: async (...[collection, document]: Parameters<DocumentStore['put']>) => {
      if (document.id !== 'bucket:7') await target.documents.put(collection, document);
    },
  });
  await expect(copyDocuments(source.documents, forgetful, silent)).rejects.toMatchObject({
    code: 'MIGRATION_DIFFERS',
    message: expect.stringContaining(`workflow_logs has ${logs} documents instead of ${logs + 1}`),
  });
});

test.each(['migration.document.before', 'migration.document.after:120'])(
  'killed at %s, the next copy completes it',
  async (failpoint) => {
    await using source = await openDatabase();
    await using target = await openDatabase();
    await fill(source.documents);
    const args = ['documents', source.url, target.url];
    await expect(runCopier(args, failpoint)).rejects.toMatchObject({ signal: 'SIGKILL' });
    const { copied, count } = await copyDocuments(source.documents, target.documents, silent);
    expect(count).toBe(all);
    if (failpoint.includes('after')) expect(copied).toBeLessThan(all - 100);
  },
);

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: copying documents to MongoDB: ${reason}`);

test.skipIf(reason)('moves to MongoDB and back without a change', async () => {
  await using server = await startServer('mongo');
  await using source = await openDatabase();
  await using target = await openDatabase();
  await using mongo = await openMongoDocuments({ url: server.url, tls: null });
  await mongo.ensureCollections();
  await fill(source.documents);
  const there = await copyDocuments(source.documents, mongo, silent);
  const back = await copyDocuments(mongo, target.documents, silent);
  expect(back).toEqual(there);
  expect(await fingerprintDocuments(target.documents, new Date(0), silent)).toEqual(
    await fingerprintDocuments(source.documents, new Date(0), silent),
  );
});
