import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BSON } from 'mongodb';
import { beforeAll, expect, test } from 'vitest';
import { fillFolder } from '../../../src/main/cli/backup/plain-target.ts';
import { toBson } from '../../../src/main/stores/documents/mongo/stored-document.ts';
import { type CollectionName, collectionNames } from '../../../src/main/stores/documents/ports.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { exportDocuments } from '../../../src/main/stores/exports/documents-export.ts';
import { importDocuments } from '../../../src/main/stores/exports/documents-import.ts';
import { dumpedCollections } from '../../../src/main/stores/exports/dumped-collections.ts';
import { fingerprintDocuments } from '../../../src/main/stores/migration/copy-documents.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { sampleDocument } from '../documents/examples.ts';
import { sharedDatabase } from '../shared-database.ts';

const database = sharedDatabase();
const silent = () => undefined;
const odd = sampleDocument('audit_logs', { note: '한글 \u0000 "\ud800"', $a: { 'b.c': 1 } });
let store: PostgresDocumentStore;

beforeAll(async () => {
  store = new PostgresDocumentStore(database.pool());
  for (const name of collectionNames) await store.insert(name, sampleDocument(name));
  for (let number = 0; number < 250; number += 1)
    await store.insert('audit_logs', sampleDocument('audit_logs'));
  await store.insert('audit_logs', odd);
});

const everything = async () => (await fingerprintDocuments(store, new Date(0), silent)).sha256;

async function dump(
  place: string,
  isPacked: boolean,
  collections: readonly CollectionName[] = collectionNames,
) {
  const signal = new AbortController().signal;
  return fillFolder(place, (aside) =>
    exportDocuments(store, aside, { collections, isPacked, onDocuments: silent, signal }),
  );
}

const importFrom = async (folder: string, chosen: readonly CollectionName[] | null = null) =>
  importDocuments(store, await dumpedCollections(folder, chosen), silent);

/** A folder with one collection of these documents. */
async function dumped(place: string, name: CollectionName, documents: readonly object[]): Promise<string> {
  await mkdir(place, { recursive: true });
  await writeFile(
    path.join(place, `${name}.bson`),
    Buffer.concat(documents.map((one) => BSON.serialize(one))),
  );
  return place;
}

test('collections are exported as mongodump writes them, and are the same once they were imported into an empty store', async () => {
  await using place = await temporaryFolder();
  const before = await everything();
  const { folder, result } = await dump(path.join(place.folder, 'packed'), true);
  expect(result.find(({ name }) => name === 'audit_logs')).toEqual({ name: 'audit_logs', documents: 252 });
  await dump(path.join(place.folder, 'plain'), false, ['audit_logs']);
  const names = await readdir(path.join(place.folder, 'plain', 'vision_platform'));
  expect(names.sort()).toEqual(['audit_logs.bson', 'audit_logs.metadata.json']);
  // MongoDB's own reader of the format.
  let bytes = await readFile(path.join(place.folder, 'plain', 'vision_platform', 'audit_logs.bson'));
  const ids: unknown[] = [];
  for (; bytes.length > 0; bytes = bytes.subarray(bytes.readInt32LE(0))) {
    const { _id, timestamp } = BSON.deserialize(bytes.subarray(0, bytes.readInt32LE(0)));
    ids.push(_id);
    expect(timestamp).toBeInstanceOf(Date);
  }
  expect(ids).toHaveLength(252);
  expect(ids).toContain(odd.id);
  for (const name of collectionNames) await store.clear(name);
  const { collections, problemCount } = await importFrom(folder);
  expect(problemCount).toBe(0);
  expect(collections.find(({ name }) => name === 'audit_logs')).toMatchObject({ added: 252, present: 0 });
  expect(await everything()).toBe(before);
  // Repeated, it adds nothing.
  const again = await importFrom(folder, ['audit_logs']);
  expect(again.collections).toEqual([{ name: 'audit_logs', added: 0, present: 252, expired: 0 }]);
  await expect(dump(folder, true)).rejects.toMatchObject({ code: 'EXPORT_FOLDER_TAKEN' });
});

test('a document that does not fit, or is there with other content, is named with its number and field, and nothing is imported', async () => {
  await using place = await temporaryFolder();
  const before = await everything();
  const good = toBson('audit_logs', sampleDocument('audit_logs'));
  const { action: _left, ...without } = toBson('audit_logs', sampleDocument('audit_logs'));
  const twice = [good, { ...good, action: 'another' }];
  const session = toBson('chat_sessions', sampleDocument('chat_sessions', { sessionId: 'taken' }));
  await store.insert('chat_sessions', sampleDocument('chat_sessions', { id: 'holder', sessionId: 'taken' }));
  const stored = await everything();
  expect(stored).not.toBe(before);
  for (const [name, documents, code, number, field] of [
    ['audit_logs', [good, without, good], 'IMPORT_DOCUMENT_INVALID', 2, 'action'],
    [
      'audit_logs',
      [good, { ...toBson('audit_logs', odd), action: 'x' }],
      'IMPORT_DOCUMENT_DIFFERS',
      2,
      '_id',
    ],
    ['audit_logs', twice, 'IMPORT_DOCUMENT_DIFFERS', 2, '_id'],
    ['chat_sessions', [session], 'IMPORT_DOCUMENT_TAKEN', 1, 'sessionId'],
  ] as const) {
    const folder = await dumped(path.join(place.folder, code + documents.length), name, documents);
    const { problems, problemCount } = await importFrom(folder);
    expect(problemCount).toBe(1);
    expect(problems[0]).toMatchObject({ code, parameters: { number }, place: { field } });
    expect(await everything()).toBe(stored);
  }
  await store.remove('chat_sessions', ['holder']);
});

test('a file that is cut off, or is none, is refused with the document at which it ends, and nothing is imported', async () => {
  await using place = await temporaryFolder();
  const before = await everything();
  const documents = [1, 2, 3].map(() => toBson('audit_logs', sampleDocument('audit_logs')));
  const folder = await dumped(place.folder, 'audit_logs', documents);
  const file = path.join(folder, 'audit_logs.bson');
  const { length } = await readFile(file);
  await truncate(file, length - 3);
  await expect(importFrom(folder)).rejects.toMatchObject({
    code: 'IMPORT_FILE_DAMAGED',
    message: expect.stringContaining('document 3'),
  });
  await rename(file, `${file}.gz`);
  await expect(importFrom(folder)).rejects.toMatchObject({ code: 'IMPORT_FILE_DAMAGED' });
  await expect(importFrom(folder, ['chat_sessions'])).rejects.toMatchObject({ code: 'IMPORT_NOTHING_THERE' });
  expect(await everything()).toBe(before);
});

test('where PostgreSQL refuses a document in the midst of an import, none of them is there', async () => {
  const before = await everything();
  const insertTwo = store.addTogether(async (insert) => {
    await insert('audit_logs', sampleDocument('audit_logs'));
    await insert('audit_logs', odd);
  });
  await expect(insertTwo).rejects.toMatchObject({ code: 'DOCUMENT_EXISTS' });
  expect(await everything()).toBe(before);
});

test('an import of documents that is killed leaves all of them or none, and the next one adds what is missing', async () => {
  await using place = await temporaryFolder();
  const { folder } = await dump(path.join(place.folder, 'dump'), false, ['audit_logs', 'chat_sessions']);
  const before = await everything();
  const program = fileURLToPath(new URL('./documents-worker.ts', import.meta.url));
  for (const failpoint of ['import.document.before:100', 'import.documents.after']) {
    for (const name of ['audit_logs', 'chat_sessions'] as const) await store.clear(name);
    const killed = promisify(execFile)(process.execPath, [program, database.url(), folder], {
      env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
    });
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    const isThere = failpoint === 'import.documents.after';
    expect(await store.count('audit_logs'), failpoint).toBe(isThere ? 252 : 0);
    const { collections } = await importFrom(folder, ['audit_logs', 'chat_sessions']);
    expect(collections.find(({ name }) => name === 'audit_logs')).toMatchObject({ added: isThere ? 0 : 252 });
    expect(await everything(), failpoint).toBe(before);
  }
});
