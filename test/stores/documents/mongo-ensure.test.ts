import { randomUUID } from 'node:crypto';
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import { checkMongo } from '../../../src/main/stores/documents/mongo/drift.ts';
import { ensureMongoCollections } from '../../../src/main/stores/documents/mongo/ensure.ts';
import { bsonSchema } from '../../../src/main/stores/documents/mongo/json-schema.ts';
import { collectionNames } from '../../../src/main/stores/documents/ports.ts';
import { startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { sampleDocument } from './examples.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: MongoDB's collections and indexes: ${reason}`);

/** The data model's table of indexes, written out: each line is the index's keys, then what else it is. */
const table: Readonly<Record<string, readonly string[]>> = {
  chat_sessions: ['sessionId 1 unique', 'status 1', 'userId 1, createdAt -1'],
  training_configs: ['createdAt -1', 'workflowId 1'],
  workflow_logs: ['expiresAt 1 expires after 0 s', 'logs.timestamp 1', 'workflowId 1'],
  model_registry: ['framework 1, taskTypes 1', 'modelId 1 unique', 'name text'],
  audit_logs: ['action 1', 'resource.type 1, resource.id 1', 'userId 1, timestamp -1'],
};

async function indexesOf(database: Db, collection: string): Promise<string[]> {
  const listed = await database.collection(collection).listIndexes().toArray();
  const described = listed
    .filter(({ name }) => name !== '_id_')
    .map(({ key, weights, unique, expireAfterSeconds }) =>
      [
        weights
          ? `${Object.keys(weights).join(', ')} text`
          : Object.entries(key)
              .map(([field, direction]) => `${field} ${String(direction)}`)
              .join(', '),
        ...(unique ? ['unique'] : []),
        ...(expireAfterSeconds === undefined ? [] : [`expires after ${expireAfterSeconds} s`]),
      ].join(' '),
    );
  return described.sort();
}

async function isAsDeclared(database: Db): Promise<void> {
  for (const [collection, indexes] of Object.entries(table)) {
    expect(await indexesOf(database, collection), collection).toEqual(indexes);
  }
}

/** Five collections and their fourteen indexes. */
const everything = 19;

describe.skipIf(reason)('the collections of MongoDB', () => {
  let server: TestServer;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startServer('mongo');
    client = await MongoClient.connect(server.url);
  });
  afterAll(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** A database of its own for each test, named by the URL. */
  const fresh = () => {
    const name = `ensure_${randomUUID().slice(0, 8)}`;
    const endpoint = { url: server.url.replace('/?', `/${name}?`), tls: null };
    return { database: client.db(name), ensure: () => ensureMongoCollections(endpoint), endpoint };
  };

  test('are made with the indexes of the data model, and the second call finds nothing to do', async () => {
    const { database, ensure } = fresh();
    const first = await ensure();
    expect(first.made).toHaveLength(everything);
    expect(first.made).toContain('workflow_logs.expires_at');
    expect(first).toMatchObject({ fixed: [], unchanged: 0 });
    await isAsDeclared(database);
    expect(await ensure()).toEqual({ made: [], fixed: [], unchanged: everything });
  });

  test('stand in the database vision_platform where the URL names none', async () => {
    await ensureMongoCollections({ url: server.url, tls: null });
    await isAsDeclared(client.db('vision_platform'));
  });

  test('are the same after several calls at once', async () => {
    const { database, ensure } = fresh();
    await Promise.all(Array.from({ length: 6 }, ensure));
    await isAsDeclared(database);
    await database.collection('audit_logs').dropIndex('action');
    await database.collection('workflow_logs').dropIndex('expires_at');
    await database.collection('workflow_logs').createIndex({ expiresAt: 1 }, { name: 'expires_at' });
    await Promise.all(Array.from({ length: 6 }, ensure));
    await isAsDeclared(database);
    expect(await ensure()).toEqual({ made: [], fixed: [], unchanged: everything });
  });

  test('get back what somebody dropped', async () => {
    const { database, ensure } = fresh();
    await ensure();
    await database.collection('chat_sessions').dropIndex('user_created');
    await database.collection('model_registry').drop();
    expect(await ensure()).toMatchObject({
      made: [
        'chat_sessions.user_created',
        'model_registry',
        'model_registry.model_id',
        'model_registry.framework_task_types',
        'model_registry.name_text',
      ],
      fixed: [],
    });
    await isAsDeclared(database);
  });

  test.each<[string, string, (database: Db) => Promise<unknown>]>([
    [
      'other keys under its name',
      'chat_sessions.user_created',
      (database) =>
        database
          .collection('chat_sessions')
          .createIndex({ userId: 1, createdAt: 1 }, { name: 'user_created' }),
    ],
    [
      'its keys in another order',
      'audit_logs.resource',
      (database) =>
        database
          .collection('audit_logs')
          .createIndex({ 'resource.id': 1, 'resource.type': 1 }, { name: 'resource' }),
    ],
    [
      'no uniqueness',
      'model_registry.model_id',
      (database) => database.collection('model_registry').createIndex({ modelId: 1 }, { name: 'model_id' }),
    ],
    [
      'a lifetime after the date',
      'workflow_logs.expires_at',
      (database) =>
        database
          .collection('workflow_logs')
          .createIndex({ expiresAt: 1 }, { name: 'expires_at', expireAfterSeconds: 3600 }),
    ],
    [
      'only some of the documents',
      'training_configs.workflow_id',
      (database) =>
        database
          .collection('training_configs')
          .createIndex(
            { workflowId: 1 },
            { name: 'workflow_id', partialFilterExpression: { version: { $gt: 1 } } },
          ),
    ],
    [
      'another name, in its way',
      'workflow_logs.expires_at',
      (database) => database.collection('workflow_logs').createIndex({ expiresAt: 1 }, { name: 'mine' }),
    ],
    [
      'words of another field',
      'model_registry.name_text',
      (database) =>
        database.collection('model_registry').createIndex({ description: 'text' }, { name: 'words' }),
    ],
  ])('have an index rebuilt that has %s', async (_what, named, drift) => {
    const { database, ensure } = fresh();
    await ensure();
    const [collection = '', index = ''] = named.split('.');
    await database.collection(collection).dropIndex(index);
    await drift(database);
    expect(await ensure()).toEqual({ made: [], fixed: [named], unchanged: everything - 1 });
    await isAsDeclared(database);
  });

  test('keep the indexes that somebody added, and one that does the same under another name', async () => {
    const { database, ensure } = fresh();
    await database.collection('audit_logs').createIndex({ 'metadata.ipAddress': 1 }, { name: 'mine' });
    await database.collection('audit_logs').createIndex({ action: 1 }, { name: 'by_action' });
    await ensure();
    expect(await ensure()).toEqual({ made: [], fixed: [], unchanged: everything });
    const kept = (await database.collection('audit_logs').listIndexes().toArray()).map(({ name }) => name);
    expect(kept).toEqual(expect.arrayContaining(['mine', 'by_action']));
    expect(kept).not.toContain('action');
  });

  test('name the documents that forbid a unique index, and leave them and the index that is there', async () => {
    const { database, ensure, endpoint } = fresh();
    const sessions = database.collection<{ _id: string; sessionId: string }>('chat_sessions');
    await sessions.insertMany(
      ['a', 'b', 'c'].map((_id) => ({ _id, sessionId: _id === 'c' ? 'other' : 'twice' })),
    );
    await sessions.createIndex({ sessionId: 1 }, { name: 'session_id' });
    const refused = await ensure().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'DOCUMENT_STORE_INCOMPLETE', place: { field: 'sessionId' } });
    expect(String(refused)).toContain('twice (documents a, b)');
    expect(await sessions.countDocuments()).toBe(3);
    expect(await indexesOf(database, 'chat_sessions')).toContain('sessionId 1');
    await using store = await openMongoDocuments(endpoint);
    await expect(store.ensureCollections()).rejects.toMatchObject({ code: 'DOCUMENT_STORE_INCOMPLETE' });
    await sessions.deleteOne({ _id: 'b' });
    expect((await ensure()).fixed).toContain('chat_sessions.session_id');
    await store.ensureCollections();
    await isAsDeclared(database);
  });

  test('have validators where the server keeps them, which a drifted one is replaced by', async (context) => {
    const { database, ensure } = fresh();
    await ensure();
    const validators = async () => {
      const listed: { readonly name: string; readonly options?: { readonly validator?: unknown } }[] =
        await database.listCollections().toArray();
      return new Map(listed.map(({ name, options }) => [name, options?.validator]));
    };
    if (![...(await validators()).values()].some(Boolean)) {
      context.skip('this server lists no validators');
    }
    const declared = collectionNames.map((name) => [name, { $jsonSchema: bsonSchema(name) }] as const);
    expect(await validators()).toEqual(new Map(declared));
    await database.command({ collMod: 'audit_logs', validator: {}, validationLevel: 'off' });
    expect(await ensure()).toEqual({ made: [], fixed: ['audit_logs.validator'], unchanged: everything });
    expect(await validators()).toEqual(new Map(declared));
    const stored = { ...sampleDocument('audit_logs'), timestamp: 'a string' };
    await expect(database.collection('audit_logs').insertOne(stored)).rejects.toThrow(/failed validation/);
  });

  test.each(collectionNames)('of %s have a validator of words that MongoDB knows', (name) => {
    const known = new Set(
      'bsonType enum exclusiveMinimum additionalItems items maxItems maxLength maximum minItems minLength minimum multipleOf properties required'.split(
        ' ',
      ),
    );
    const check = (schema: object): void => {
      for (const [keyword, value] of Object.entries(schema)) {
        expect(known).toContain(keyword);
        const inner =
          keyword === 'properties' ? Object.values(value) : keyword === 'items' ? [value].flat() : [];
        for (const each of inner) check(Object(each));
        if (keyword === 'required') expect(value.length).toBeGreaterThan(0);
      }
    };
    check(bsonSchema(name));
  });

  test('differences are found without changing anything, each with the commands that put it right', async () => {
    const { database, ensure, endpoint } = fresh();
    await ensure();
    expect(await checkMongo(endpoint)).toEqual([]);
    await database.collection('audit_logs').drop();
    await database.command({ collMod: 'chat_sessions', validator: {}, validationLevel: 'off' });
    await database.collection('workflow_logs').dropIndex('timestamp');
    await database.collection('training_configs').dropIndex('created');
    await database
      .collection('training_configs')
      .createIndex({ createdAt: -1 }, { name: 'created', unique: true });
    await database.collection('model_registry').createIndex({ licence: 1 }, { name: 'licence' });
    const found = await checkMongo(endpoint);
    const told = found.map(({ kind, name, change }) => `${change} ${kind} ${name}`);
    expect(told).toEqual([
      `changed validator chat_sessions`,
      'changed collection index training_configs.created',
      'missing collection index workflow_logs.timestamp',
      'added collection index model_registry.licence',
      'missing collection audit_logs',
    ]);
    expect(found[1]?.commands).toEqual([
      'db.getCollection("training_configs").dropIndex("created")',
      'db.getCollection("training_configs").createIndex({"createdAt":-1}, {"name":"created"})',
    ]);
    expect(found[3]?.commands).toEqual(['db.getCollection("model_registry").dropIndex("licence")']);
    for (const { commands } of found) for (const command of commands) await inMongosh(database, command);
    expect(await checkMongo(endpoint)).toEqual([]);
    await isAsDeclared(database);
  });
});

/** Runs a command as mongosh does: its calls are the driver's, by the same names. */
async function inMongosh(database: Db, command: string): Promise<void> {
  const db = {
    getCollection: (name: string) => database.collection(name),
    createCollection: (name: string) => database.createCollection(name),
    runCommand: (document: Document) => database.command(document),
  };
  await new Function('db', `return ${command}`)(db);
}
