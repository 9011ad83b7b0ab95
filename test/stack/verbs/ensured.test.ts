import { readFileSync, writeFileSync } from 'node:fs';
import { PutBucketPolicyCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';
import { ensureSteps } from '../../../src/main/stack/ensure/steps.ts';
import type { StackService } from '../../../src/main/stack/verbs/stack-service.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { serviceNames } from '../../../src/shared/model/stack.ts';
import { withoutServer } from '../../support/servers.ts';
import { docker, listener, makeStack, readStackJson, redis, stackFile, stackHome } from '../support/stack.ts';

const reason = withoutServer(...serviceNames);
if (reason) console.info(`skipped: what the ensure steps left, ${reason}`);

const unchanged = 'unchanged since it was checked last';
const allUnchanged = Object.fromEntries(ensureSteps.map(({ name }) => [name, unchanged]));

describe.skipIf(reason)('what the ensure steps left', () => {
  let state: Awaited<ReturnType<typeof stackHome>>;
  let stack: StackService;
  const up = async () => {
    const heard = listener();
    await stack.up({ services: [], onProgress: heard.onProgress });
    const names = ensureSteps.map(({ name }) => name);
    return Object.fromEntries(
      heard.changes.flatMap((one) =>
        one.type === 'step' && one.status === 'done' && names.includes(one.step)
          ? [[one.step, one.detail]]
          : [],
      ),
    );
  };
  const inContainer = (service: string, ...command: string[]) =>
    docker('exec', `${readStackJson(state.home).name}-${service}-1`, ...command);
  const schema = async () => new SchemaService({ databaseUrl: (await stack.urls()).postgres });
  const s3 = async () => {
    const { s3: endpoint } = await stack.endpoints();
    if (!endpoint) throw new Error('a stack has S3');
    return connectS3(endpoint);
  };
  async function inMongo<Result>(work: (client: MongoClient) => Promise<Result>): Promise<Result> {
    await using client = new MongoClient((await stack.urls()).mongo);
    return await work(client);
  }

  beforeAll(async () => {
    state = await stackHome();
    stack = makeStack(state.home, { steps: ensureSteps });
    await up();
  }, 180_000);
  afterAll(() => state[Symbol.asyncDispose]());

  test('is not done again while nothing changes, nor after a restart', { timeout: 120_000 }, async () => {
    expect(await up()).toEqual(allUnchanged);
    await stack.down({ services: [], onProgress: () => undefined });
    expect(await up()).toEqual(allUnchanged);
  });

  test.each([
    {
      what: 'a migration that was taken back',
      step: 'migrations',
      change: async () => (await schema()).downgrade('-1'),
      isFixed: async () => expect((await (await schema()).current()).pending).toEqual([]),
    },
    {
      what: 'an index that was dropped',
      step: 'mongo-indexes',
      change: () => inMongo((client) => client.db().collection('audit_logs').dropIndex('action')),
      isFixed: async () => {
        const indexes = await inMongo((client) => client.db().collection('audit_logs').indexes());
        expect(indexes.map(({ name }) => name)).toContain('action');
      },
    },
    {
      what: 'a collection that was dropped',
      step: 'mongo-indexes',
      change: () => inMongo((client) => client.db().dropCollection('chat_sessions')),
      isFixed: async () =>
        expect(
          await inMongo((client) => client.db().listCollections({ name: 'chat_sessions' }).toArray()),
        ).toHaveLength(1),
    },
    {
      what: 'a validator that was loosened',
      step: 'mongo-indexes',
      change: () => inMongo((client) => client.db().command({ collMod: 'audit_logs', validator: {} })),
      isFixed: async () => {
        const [listed] = await inMongo((client) =>
          client.db().listCollections({ name: 'audit_logs' }).toArray(),
        );
        expect(listed).toMatchObject({ options: { validator: { $jsonSchema: { bsonType: 'object' } } } });
      },
    },
    {
      what: 'a setting that was changed',
      step: 'redis-settings',
      change: () => redis(state.home, 'config', 'set', 'save', ''),
      isFixed: async () =>
        expect(await redis(state.home, 'config', 'get', 'save')).toBe('save\n900 1 300 10'),
    },
    {
      what: 'a bucket that keeps versions',
      step: 'buckets',
      change: async () => {
        using connection = await s3();
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        await connection.client.send(
          new PutBucketVersioningCommand({ Bucket: 'models', VersioningConfiguration }),
        );
      },
      isFixed: () => undefined,
    },
    {
      what: 'a bucket that was opened to everybody',
      step: 'buckets',
      change: async () => {
        using connection = await s3();
        const statement = {
          Effect: 'Allow',
          Principal: '*',
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::datasets/*'],
        };
        const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
        await connection.client.send(new PutBucketPolicyCommand({ Bucket: 'datasets', Policy }));
      },
      isFixed: async () => {
        const { s3: endpoint } = await stack.endpoints();
        expect((await fetch(`${endpoint?.endpoint}/datasets/nothing`)).status).toBe(403);
      },
    },
    {
      what: 'a namespace of another retention',
      step: 'temporal-namespace',
      change: () =>
        inContainer(
          'temporal',
          'temporal',
          'operator',
          'namespace',
          'update',
          '--retention',
          '72h',
          'trainyard',
        ),
      isFixed: async () =>
        expect(
          await inContainer('temporal', 'temporal', 'operator', 'namespace', 'describe', 'trainyard'),
        ).toContain('168h'),
    },
  ])('is done again for $what', { timeout: 60_000 }, async ({ step, change, isFixed }) => {
    await change();
    const { [step]: detail, ...others } = await up();
    expect(detail).toMatch(/^(fixed|made|applied) /);
    const { [step]: _own, ...unchangedOthers } = allUnchanged;
    expect(others).toEqual(unchangedOthers);
    await isFixed();
    expect(await up()).toEqual(allUnchanged);
  });

  test('is done again where an older content was put back', { timeout: 60_000 }, async () => {
    await (await schema()).downgrade('-3');
    const dump = await inContainer('postgres', 'pg_dump', '-U', 'admin', 'vision_platform');
    expect((await up()).migrations).toMatch(/^applied /);
    expect(await up()).toEqual(allUnchanged);
    const sql = (text: string) =>
      inContainer('postgres', 'psql', '-qU', 'admin', '-v', 'ON_ERROR_STOP=1', 'vision_platform', '-c', text);
    await sql('DROP SCHEMA public CASCADE');
    await sql('CREATE SCHEMA public');
    const file = `${readStackJson(state.home).name}.sql`;
    writeFileSync(stackFile(state.home, file), dump);
    const container = `${readStackJson(state.home).name}-postgres-1`;
    await docker('cp', stackFile(state.home, file), `${container}:/tmp/${file}`);
    await inContainer('postgres', 'psql', '-qU', 'admin', 'vision_platform', '-f', `/tmp/${file}`);
    expect((await up()).migrations).toMatch(/^applied /);
    expect((await (await schema()).current()).pending).toEqual([]);
  });

  test('is done again where it is not known, and known from then on', { timeout: 60_000 }, async () => {
    await up();
    const file = stackFile(state.home, 'ensured.json');
    const known = readFileSync(file, 'utf8');
    writeFileSync(file, '{"redis": 1');
    const again = await up();
    for (const { name } of ensureSteps) expect(again[name], name).not.toBe(unchanged);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(known));
  });
});
