import path from 'node:path';
import type { Logger } from 'pino';
import type { Profile } from '../../../shared/model/stack.ts';
import type { S3Endpoint, ServerEndpoint, StoreEndpoints } from '../../platform/endpoints.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import { PostgresDocumentStore } from '../documents/postgres/document-store.ts';
import {
  liveOnPostgres,
  objectsInFiles,
  openRelational,
  reportTo,
  type SchemaUse,
  type Stores,
} from './stores.ts';

async function openRedisStores(redis: ServerEndpoint, log: Logger, stack: AsyncDisposableStack) {
  const { openRedis } = await import('../redis/redis.ts');
  return stack.use(await openRedis(redis, reportTo(log)));
}

async function openMongo(mongo: ServerEndpoint, stack: AsyncDisposableStack) {
  const { openMongoDocuments } = await import('../documents/mongo/document-store.ts');
  return stack.use(await openMongoDocuments(mongo));
}

async function openS3(s3: S3Endpoint, home: string, log: Logger, stack: AsyncDisposableStack) {
  const { openS3Objects } = await import('../objects/s3/object-store.ts');
  const folder = path.join(openStateFolder(home, 'cache'), 'objects');
  const report = (error: unknown) => log.warn({ err: error }, 'the object store');
  const objects = stack.use(await openS3Objects(s3, folder, report));
  return { objects, local: objects, links: null };
}

/** The stores of the docker and external profiles, by their servers' addresses; what no server is named for is on the PostgreSQL, or in files. */
export async function openServerStores(
  profile: Exclude<Profile, 'embedded'>,
  { postgres, mongo, redis, s3, temporal }: StoreEndpoints,
  home: string,
  log: Logger,
  schemaUse: SchemaUse,
): Promise<Stores> {
  await using stack = new AsyncDisposableStack();
  const { pool, schema, bringUp, expectEnd } = stack.use(
    await openRelational(postgres, postgres, log, schemaUse),
  );
  const [documents, { cache, queue, pubSub, keys, workers }, objects] = await Promise.all([
    mongo ? openMongo(mongo, stack) : new PostgresDocumentStore(pool),
    redis ? openRedisStores(redis, log, stack) : liveOnPostgres(pool, log, stack),
    s3 ? openS3(s3, home, log, stack) : objectsInFiles(home),
  ]);
  const opened = new AsyncDisposableStack();
  const stores: Stores = {
    profile,
    pool,
    address: postgres,
    schema,
    dumpSchema: postgres.dumpSchema ?? null,
    folders: [path.join(home, 'objects'), path.join(home, 'cache')],
    database: () => ({ how: profile, message: `PostgreSQL of the profile "${profile}".` }),
    documents,
    mongo,
    cache,
    queue,
    pubSub,
    keys,
    workers,
    ...objects,
    s3,
    temporal,
    expectEnd,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  await Promise.all([objects.objects.ensureBuckets(), bringUp(stores)]);
  opened.use(stack.move());
  return stores;
}
