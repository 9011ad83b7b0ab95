import path from 'node:path';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Profile } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import { createCache } from '../cache/postgres-cache.ts';
import { createDocumentStore } from '../documents/postgres/document-store.ts';
import { FilesObjectStore } from '../objects/files/object-store.ts';
import { createListener } from '../pubsub/postgres/listener.ts';
import { createPubSub } from '../pubsub/postgres/pubsub.ts';
import { createQueue } from '../queue/postgres-queue.ts';
import { openRelational, type Stores } from './stores.ts';

export interface ServerStoresParts {
  readonly home: string;
  readonly profile: Exclude<Profile, 'embedded'>;
  readonly endpoints: StoreEndpoints;
  readonly log: Logger;
}

type Live = Pick<Stores, 'cache' | 'queue' | 'pubSub' | 'workers'>;
type Objects = Pick<Stores, 'objects' | 'local' | 'links'>;

/** Cache, queue and notifications: Redis where there is one, else the PostgreSQL. */
async function openLive(
  { endpoints, log }: ServerStoresParts,
  pool: pg.Pool,
  stack: AsyncDisposableStack,
): Promise<Live> {
  const report = (error: unknown) =>
    log.warn({ err: error }, 'a connection that listens for changes broke; it is made anew');
  if (endpoints.redis) {
    const { openRedis } = await import('../redis/redis.ts');
    return stack.use(await openRedis(endpoints.redis, report));
  }
  const listener = stack.use(createListener(pool, report));
  return {
    cache: createCache(pool),
    queue: createQueue(pool, listener),
    pubSub: createPubSub(pool, listener, report),
    workers: null,
  };
}

async function openDocuments(
  { endpoints }: ServerStoresParts,
  pool: pg.Pool,
  stack: AsyncDisposableStack,
): Promise<Stores['documents']> {
  if (!endpoints.mongo) return createDocumentStore(pool);
  const { openMongoDocuments } = await import('../documents/mongo/document-store.ts');
  return stack.use(await openMongoDocuments(endpoints.mongo));
}

async function openObjects(
  { home, endpoints, log }: ServerStoresParts,
  stack: AsyncDisposableStack,
): Promise<Objects> {
  if (!endpoints.s3) {
    const objects = await FilesObjectStore.open(openStateFolder(home, 'objects'));
    return { objects, local: objects, links: objects };
  }
  const { openS3Objects } = await import('../objects/s3/object-store.ts');
  const objects = stack.use(
    await openS3Objects(endpoints.s3, path.join(openStateFolder(home, 'cache'), 'objects'), (error) =>
      log.warn({ err: error }, 'the object store'),
    ),
  );
  return { objects, local: objects, links: null };
}

/** The stores of the docker and external profiles: servers by their addresses. */
export async function openServerStores(parts: ServerStoresParts): Promise<Stores> {
  const { endpoints, profile, log } = parts;
  await using stack = new AsyncDisposableStack();
  const address = { url: endpoints.postgres.url, tls: endpoints.postgres.tls };
  const relational = stack.use(await openRelational(address, endpoints.postgres, log));
  const { pool, schema } = relational;
  const [documents, live, objects] = await Promise.all([
    openDocuments(parts, pool, stack),
    openLive(parts, pool, stack),
    openObjects(parts, stack),
  ]);
  await Promise.all([objects.objects.ensureBuckets(), documents.ensureCollections()]);
  const opened = stack.move();
  return {
    profile,
    pool,
    address,
    schema,
    folders: [path.join(parts.home, 'objects'), path.join(parts.home, 'cache')],
    database: () => ({ how: profile, message: `PostgreSQL of the profile "${profile}".` }),
    documents,
    ...live,
    ...objects,
    temporal: endpoints.temporal,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
