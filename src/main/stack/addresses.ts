import type { StackUrls } from '../../shared/contract/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import type { StackPorts, StackSecrets } from './record.ts';

const host = '127.0.0.1';
const user = 'admin';
const database = 'vision_platform';

export { database as databaseName, user as databaseUser };

/** The namespace of runs in the stack's Temporal. */
const namespace = 'trainyard';

/** Connection strings with their credentials. */
export function urlsOf(ports: StackPorts, secrets: StackSecrets): StackUrls {
  return {
    postgres: `postgres://${user}:${secrets['postgres-password']}@${host}:${ports.postgres.main}/${database}`,
    mongo: `mongodb://${user}:${secrets['mongo-password']}@${host}:${ports.mongo.main}/${database}?authSource=admin`,
    redis: `redis://:${secrets['redis-password']}@${host}:${ports.redis.main}/0`,
    s3: `http://${user}:${secrets['s3-password']}@${host}:${ports.s3.main}`,
    temporal: `${host}:${ports.temporal.main}`,
  };
}

/** Where a stack's servers are: it has all of them. */
export type StackEndpoints = { readonly [Name in keyof StoreEndpoints]: NonNullable<StoreEndpoints[Name]> };

/** The addresses and credentials of the stack's servers on this machine. */
export function endpointsOf(ports: StackPorts, secrets: StackSecrets): StackEndpoints {
  const urls = urlsOf(ports, secrets);
  return {
    postgres: { url: urls.postgres, tls: null },
    mongo: { url: urls.mongo, tls: null },
    redis: { url: urls.redis, tls: null },
    s3: {
      endpoint: `http://${host}:${ports.s3.main}`,
      region: 'us-east-1',
      accessKeyId: user,
      secretAccessKey: secrets['s3-password'],
      bucketPrefix: '',
      tls: null,
    },
    temporal: { address: urls.temporal, namespace, apiKey: null, tls: null },
  };
}
