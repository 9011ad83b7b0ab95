import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { ServerEndpoint, StoreEndpoints } from '../../../platform/endpoints.ts';
import { SchemaService } from '../../../postgres/schema/schema-service.ts';
import type { EndpointCheck } from '../ports.ts';

export interface StoreCheck {
  readonly store: keyof StoreEndpoints;
  readonly ok: boolean;
  /** Null where it is in order. */
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

const timeoutMs = 8000;

/** What each kind of server is asked: to let us in, and to do something small. */
const asks: {
  readonly [K in keyof StoreEndpoints]: (endpoint: NonNullable<StoreEndpoints[K]>) => Promise<string>;
} = {
  postgres: async ({ url, tls }) => {
    const { revision } = await new SchemaService({ databaseUrl: url, tls }).current();
    return `lets us in; its schema is at ${revision ?? 'nothing yet'}`;
  },
  mongo: async (endpoint) => {
    const { openMongoDocuments } = await import('../../../stores/documents/mongo/document-store.ts');
    await using documents = await openMongoDocuments(endpoint);
    await documents.count('model_registry', {});
    return 'lets us in and reads';
  },
  redis: async (endpoint) => {
    const { openRedis } = await import('../../../stores/redis/redis.ts');
    await using redis = await openRedis(endpoint, () => undefined);
    await redis.cache.get('trainyard:check');
    return 'lets us in and reads';
  },
  s3: async (endpoint) => {
    const { checkS3 } = await import('../../../stores/objects/s3/object-store.ts');
    await checkS3(endpoint);
    return 'lets us in and lists';
  },
  temporal: async (endpoint) => {
    const { checkTemporal } = await import('../../../stores/temporal/connection.ts');
    await checkTemporal(endpoint);
    return `lets us in; its namespace is ${endpoint.namespace}`;
  },
};

async function check(store: keyof StoreEndpoints, ask: () => Promise<string>): Promise<StoreCheck> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new TrainyardError(
          `${store.toUpperCase()}_UNREACHABLE`,
          `It does not answer within ${timeoutMs / 1000} s`,
          'Start the server, or correct its address.',
          { status: 503 },
        ),
      ),
    timeoutMs,
  );
  try {
    return { store, ok: true, code: null, message: await Promise.race([ask(), late]), hint: null };
  } catch (error) {
    const known = error instanceof TrainyardError;
    return {
      store,
      ok: false,
      code: known ? error.code : 'STORE_FAILED',
      // A driver's own words may hold an address with its password.
      message: known ? error.message : 'It fails in a way that has no name here',
      hint: known ? error.hint : 'Look into the server’s log.',
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Asks every server there is, each for itself and all at once. Never rejects, and never names a credential. */
export async function checkStores(endpoints: StoreEndpoints): Promise<StoreCheck[]> {
  const { postgres, mongo, redis, s3, temporal } = endpoints;
  return Promise.all([
    check('postgres', () => asks.postgres(postgres)),
    ...(mongo ? [check('mongo', () => asks.mongo(mongo))] : []),
    ...(redis ? [check('redis', () => asks.redis(redis))] : []),
    ...(s3 ? [check('s3', () => asks.s3(s3))] : []),
    ...(temporal ? [check('temporal', () => asks.temporal(temporal))] : []),
  ]);
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '');

/** The same questions one by one, for the doctor. */
export function endpointChecks({ postgres, mongo, redis, s3, temporal }: StoreEndpoints): EndpointCheck[] {
  const ofServer = (name: string, { url }: ServerEndpoint, probe: () => Promise<string>) => [
    { name, place: hostOf(url), probe },
  ];
  return [
    ...ofServer('postgres', postgres, () => asks.postgres(postgres)),
    ...(mongo ? ofServer('mongo', mongo, () => asks.mongo(mongo)) : []),
    ...(redis ? ofServer('redis', redis, () => asks.redis(redis)) : []),
    ...(s3 ? [{ name: 's3', place: hostOf(s3.endpoint), probe: () => asks.s3(s3) }] : []),
    ...(temporal
      ? [{ name: 'temporal', place: temporal.address, probe: () => asks.temporal(temporal) }]
      : []),
  ];
}
