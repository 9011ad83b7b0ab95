import type pg from 'pg';
import type { Logger } from 'pino';
import type { DatabaseOrigin } from '../../../shared/contract/system.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import type {
  PostgresEndpoint,
  S3Endpoint,
  ServerEndpoint,
  TemporalEndpoint,
} from '../../platform/endpoints.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import { asErrorOf, createPool, type PostgresAddress } from '../../postgres/pool.ts';
import type { DataChange } from '../../postgres/schema/data-changes.ts';
import { SchemaService } from '../../postgres/schema/schema-service.ts';
import { ServerWatch } from '../../postgres/server-watch.ts';
import type { Cache } from '../cache/ports.ts';
import { createCache } from '../cache/postgres-cache.ts';
import type { DocumentStore } from '../documents/ports.ts';
import { FilesObjectStore } from '../objects/files/object-store.ts';
import type { LinkableObjects, LocalObjects, ObjectStore } from '../objects/ports.ts';
import type { PubSub } from '../pubsub/ports.ts';
import { Listener } from '../pubsub/postgres/listener.ts';
import { createPubSub } from '../pubsub/postgres/pubsub.ts';
import type { Queue, WorkerLink } from '../queue/ports.ts';
import { createQueue } from '../queue/postgres-queue.ts';
import type { RedisKeys } from '../redis/keys.ts';

/** How the database came to be there, for people. */
export interface DatabaseReport {
  readonly how: DatabaseOrigin;
  readonly message: string;
}

/** Every store of a profile, open and brought up to date. Disposing closes the connections (and stops what the profile started). */
export interface Stores extends AsyncDisposable {
  readonly profile: Profile;
  readonly pool: pg.Pool;
  /** Where the pool connects; it holds the password. */
  readonly address: PostgresAddress;
  readonly schema: SchemaService;
  /** Null where no program of the server's version can be run. */
  readonly dumpSchema: PostgresEndpoint['dumpSchema'] | null;
  readonly database: () => DatabaseReport;
  /** Folders of this machine that they write to. */
  readonly folders: readonly string[];
  readonly documents: DocumentStore;
  /** The server of `documents`; null where they are in PostgreSQL. */
  readonly mongo: ServerEndpoint | null;
  readonly cache: Cache;
  readonly queue: Queue;
  readonly pubSub: PubSub;
  /** What the cache and the queue have in Redis; null where they are in the database. */
  readonly keys: RedisKeys | null;
  /** Null if no other program can take jobs from the queue. */
  readonly workers: WorkerLink | null;
  readonly objects: ObjectStore;
  readonly local: LocalObjects;
  /** Null if the store cannot take a file without copying it. */
  readonly links: LinkableObjects | null;
  /** The server of `objects`; null where they are files. */
  readonly s3: S3Endpoint | null;
  /** Null: the engine's own loop moves the runs. */
  readonly temporal: TemporalEndpoint | null;
  /** To be called before what uses the stores is closed: a database that does not answer keeps nobody waiting then. */
  expectEnd(): void;
}

/** What becomes of a schema that is older than this program. */
export type SchemaUse =
  /** It is brought up. Called before a revision changes rows, with all stores open; what it throws keeps the stores from being opened. */
  | { readonly beforeDataChange: (stores: Stores, change: DataChange) => Promise<unknown> }
  /** It stays, and so does a newer one: only what needs no newest revision may be used. */
  | 'stays';

/** For databases that hold nothing that could be lost. */
export const nothingToKeep: SchemaUse = { beforeDataChange: async () => {} };

interface Relational extends Pick<Stores, 'pool' | 'schema' | 'expectEnd'>, AsyncDisposable {
  /** Brings the schema to the newest revision, where it is to be. @param stores of the same database */
  bringUp(stores: Stores): Promise<void>;
}

/** Connects to a PostgreSQL and looks which revision it has. @throws TrainyardError SCHEMA_AHEAD and what else keeps a schema from being brought up */
export async function openRelational(
  address: PostgresAddress,
  server: ServerEndpoint,
  log: Logger,
  schemaUse: SchemaUse,
): Promise<Relational> {
  const schema = new SchemaService({ databaseUrl: server.url, tls: server.tls });
  await using stack = new AsyncDisposableStack();
  const watch = stack.use(new ServerWatch(address, log));
  const pool = createPool(address, {
    onIdleError: (error) => log.warn({ err: error }, 'a connection to the database broke'),
    stream: watch.socket,
  });
  stack.defer(() => pool.end());
  watch.follow(pool);
  const there = schemaUse === 'stays' ? await answers(pool, address) : await schema.atHead(pool);
  if (there) void reportDrift(there.drift, log);
  const opened = stack.move();
  return {
    pool,
    schema,
    bringUp: async (stores) => {
      if (schemaUse === 'stays') return;
      if (!there) {
        const { done, drift } = await schema.upgrade('head', {
          beforeDataChange: (change) => schemaUse.beforeDataChange(stores, change),
        });
        log.info({ done }, 'the schema was brought to its newest revision');
        void reportDrift(Promise.resolve(drift), log);
      }
      await stores.documents.ensureCollections();
    },
    expectEnd: () => watch.expectEnd(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Only proves that the server lets us in. @throws TrainyardError POSTGRES_… */
async function answers(pool: pg.Pool, address: PostgresAddress): Promise<null> {
  try {
    await pool.query('SELECT 1');
    return null;
  } catch (error) {
    throw asErrorOf(address, error);
  }
}

async function reportDrift(drift: Promise<readonly string[]>, log: Logger): Promise<void> {
  try {
    for (const difference of await drift)
      log.warn({ difference }, 'the schema is not what its migrations left');
  } catch (error) {
    log.warn({ err: error }, 'the schema could not be compared with what its migrations left');
  }
}

/** Logs a listening connection that broke. */
export const reportTo = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'a connection that listens for changes broke; it is made anew');

/** Cache, queue and notifications on a PostgreSQL. @param stack ends the connection that listens */
export function liveOnPostgres(
  pool: pg.Pool,
  log: Logger,
  stack: AsyncDisposableStack,
): Pick<Stores, 'cache' | 'queue' | 'pubSub' | 'keys' | 'workers'> {
  const report = reportTo(log);
  const listener = stack.use(new Listener(pool, report));
  return {
    cache: createCache(pool),
    queue: createQueue(pool, listener),
    pubSub: createPubSub(pool, listener, report),
    keys: null,
    workers: null,
  };
}

/** The objects of a state folder, as files. */
export async function objectsInFiles(home: string): Promise<Pick<Stores, 'objects' | 'local' | 'links'>> {
  const objects = await FilesObjectStore.open(openStateFolder(home, 'objects'));
  return { objects, local: objects, links: objects };
}
