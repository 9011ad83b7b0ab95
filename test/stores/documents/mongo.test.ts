import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import { ensureMongoCollections } from '../../../src/main/stores/documents/mongo/ensure.ts';
import { bsonSchema } from '../../../src/main/stores/documents/mongo/json-schema.ts';
import { type BsonDocument, toStored } from '../../../src/main/stores/documents/mongo/stored-document.ts';
import { collectionNames } from '../../../src/main/stores/documents/ports.ts';
import { canonicalText } from '../../../src/main/stores/migration/content-hash.ts';
import { startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { documentStoreContract } from './contract.ts';
import { logLine, putLines, sampleDocument } from './examples.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: the document store on MongoDB: ${reason}`);

describe.skipIf(reason)('on MongoDB', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('mongo');
    await ensureMongoCollections({ url: server.url, tls: null });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const openStore = async () => {
    const store = await openMongoDocuments({ url: server.url, tls: null });
    await Promise.all(collectionNames.map((name) => store.clear(name)));
    return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  };
  /** What somebody sees who looks with mongosh. */
  const looking = async () => {
    const client = await MongoClient.connect(server.url);
    return { database: client.db('vision_platform'), [Symbol.asyncDispose]: () => client.close() };
  };

  documentStoreContract('MongoDB', openStore, { sweepsItself: true });

  test('stores what the data model says: its names, dates as dates, and ids as _id', async () => {
    await using opened = await openStore();
    await using looked = await looking();
    const log = sampleDocument('workflow_logs', { extra: '2026-11-23T22:40:31.123Z' });
    await opened.store.insert('workflow_logs', log);
    expect(await looked.database.collection<BsonDocument>('workflow_logs').findOne({ _id: log.id })).toEqual({
      _id: log.id,
      workflowId: log.workflowId,
      logs: [
        { ...logLine(0), timestamp: new Date(String(logLine(0).timestamp)), context: { epoch: 1, step: 20 } },
      ],
      expiresAt: new Date(String(log.expiresAt)),
      extra: '2026-11-23T22:40:31.123Z',
    });
    const session = sampleDocument('chat_sessions');
    await opened.store.insert('chat_sessions', session);
    await opened.store.put('chat_sessions', { ...session, updatedAt: '2027-01-02T03:04:05.006Z' });
    expect(await looked.database.collection('chat_sessions').findOne({})).toMatchObject({
      messages: [{ timestamp: expect.any(Date) }],
      createdAt: expect.any(Date),
      updatedAt: new Date('2027-01-02T03:04:05.006Z'),
    });
    const model = sampleDocument('model_registry', { lastUsedAt: '2027-01-02T03:04:05.006Z' });
    await opened.store.put('model_registry', model);
    expect(await looked.database.collection('model_registry').findOne({})).toMatchObject({
      lastUsedAt: new Date('2027-01-02T03:04:05.006Z'),
    });
  });

  test.each(collectionNames)('declares a validator for %s that takes what the schema takes', async (name) => {
    await using looked = await looking();
    const stored = toStored(name, sampleDocument(name, { 'a.b$': '\ud800' }));
    // Somewhere that has no validator of its own: each server can search by one.
    const documents = looked.database.collection<BsonDocument>(`scratch_${name}`);
    const time = ['createdAt', 'expiresAt', 'timestamp'].find((field) => field in stored) ?? '';
    await documents.insertMany([stored, { ...stored, _id: 'no date', [time]: 'a string' }]);
    const fitting = await documents.find({ $jsonSchema: bsonSchema(name) }).toArray();
    expect(fitting.map(({ _id }) => _id)).toEqual([stored._id]);
    await documents.drop();
  });

  test('gives back fields whose names mean something to MongoDB or its driver', async () => {
    await using opened = await openStore();
    const { store } = opened;
    const odd = JSON.parse(
      '{"$set":1,"a.b":2,"__proto__":[{"$where":3}],"_bsontype":"ObjectId","":4,"constructor":[{"toString":[{}]}],"$":5,"\\u001a0024":6}',
    );
    const document = sampleDocument('audit_logs', {
      _id: 'mine',
      extra: odd,
      $where: 'x',
      _bsontype: 'Long',
    });
    await store.put('audit_logs', document);
    expect(canonicalText(await store.get('audit_logs', document.id))).toBe(canonicalText(document));
    await store.put('audit_logs', { ...document, _id: { $gt: '' } });
    expect((await store.get('audit_logs', document.id))?._id).toEqual({ $gt: '' });
  });

  test('reads nothing in a value as an operator or an expression', async () => {
    await using opened = await openStore();
    const { store } = opened;
    const hostile = ['$timestamp', '$$ROOT', '{"$gt":""}', '.*'];
    for (const action of hostile) await store.insert('audit_logs', sampleDocument('audit_logs', { action }));
    const found = await store.find('audit_logs', {}, 10);
    expect(found.map(({ action }) => action).toSorted()).toEqual(hostile.toSorted());
    for (const id of hostile) expect(await store.get('audit_logs', id)).toBeNull();
    expect(await store.remove('audit_logs', hostile)).toBe(0);
    const base = sampleDocument('workflow_logs', { logs: [], note: '$logs' });
    await putLines(store, base, 0, [logLine(0, '$$NOW')]);
    expect(await store.get('workflow_logs', base.id)).toEqual({ ...base, logs: [logLine(0, '$$NOW')] });
  });

  test('refuses what is larger than 16 MiB as MongoDB keeps it, however it grew', async () => {
    await using opened = await openStore();
    const { store } = opened;
    const large = { code: 'DOCUMENT_TOO_LARGE' };
    // In JSON `[0,0,…]` is a fifth of what it is in BSON.
    const many = sampleDocument('audit_logs', { extra: Array.from({ length: 1_500_000 }, () => 0) });
    await expect(store.insert('audit_logs', many)).rejects.toMatchObject(large);
    await expect(
      store.put('audit_logs', { ...many, extra: 'x'.repeat(16 * 1024 * 1024) }),
    ).rejects.toMatchObject(large);
    const base = sampleDocument('workflow_logs', { logs: [] });
    const line = (second: number) => logLine(second, 'x'.repeat(6 * 1024 * 1024));
    await putLines(store, base, 0, [line(0), line(1)]);
    await expect(putLines(store, base, 2, [line(2)])).rejects.toMatchObject(large);
    expect(await store.get('workflow_logs', base.id)).toEqual({ ...base, logs: [line(0), line(1)] });
  });

  test('puts the lines of a run by one request each time', async () => {
    await using proxy = await startTcpProxy(() => server.port);
    await using store = await openMongoDocuments({ url: throughProxy(server, proxy.port), tls: null });
    const base = sampleDocument('workflow_logs', { logs: [] });
    for (const position of [0, 100, 200, 200]) {
      const before = proxy.sent(base.id);
      const lines = Array.from({ length: 100 }, (_, index) => logLine(position + index));
      await putLines(store, base, position, lines);
      expect(proxy.sent(base.id) - before).toBe(1);
    }
    expect((await store.get('workflow_logs', base.id))?.logs).toHaveLength(300);
  });

  test('works on after the server restarted: nothing acknowledged is lost, nothing is doubled', {
    timeout: 180_000,
  }, async () => {
    await using proxy = await startTcpProxy(() => server.port);
    await using store = await openMongoDocuments({ url: throughProxy(server, proxy.port), tls: null });
    const base = sampleDocument('workflow_logs', { logs: [], run: randomUUID() });
    const refusals = new Set<unknown>();
    let isBack = false;
    let acknowledged = 0;
    const restart = server.restart().then(() => {
      isBack = true;
    });
    restart.catch(() => {});
    const deadline = performance.now() + 150_000;
    for (let afterwards = 0; afterwards < 10; ) {
      if (performance.now() > deadline) {
        await Promise.race([restart, delay(0)]);
        const said = [...refusals].join(', ');
        throw new Error(`${acknowledged} puts, ${afterwards} since it is back (${isBack}); refused: ${said}`);
      }
      const wasBack = isBack;
      try {
        await store.put('audit_logs', sampleDocument('audit_logs', { id: `${base.id} ${acknowledged}` }));
        await putLines(store, base, acknowledged % 500, [logLine(acknowledged)]);
        acknowledged += 1;
        if (wasBack) afterwards += 1;
      } catch (error) {
        refusals.add(error instanceof Error && 'code' in error ? error.code : error);
      }
      if (acknowledged % 500 === 0) await store.remove('workflow_logs', [base.id]);
    }
    await restart;
    expect([...refusals]).toEqual([...refusals].map(() => 'MONGO_UNREACHABLE'));
    const kept = (acknowledged - 1) % 500;
    const expected = Array.from({ length: kept + 1 }, (_, index) => logLine(acknowledged - 1 - kept + index));
    expect((await store.get('workflow_logs', base.id))?.logs).toEqual(expected);
    const ids = Array.from({ length: acknowledged }, (_, index) => `${base.id} ${index}`);
    expect(await store.getMany('audit_logs', ids)).toHaveLength(acknowledged);
  });
});

function throughProxy(server: TestServer, port: number): string {
  return server.url.replace(`:${server.port}/`, `:${port}/`);
}
