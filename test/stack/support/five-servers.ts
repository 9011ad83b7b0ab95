import type { StackEndpoints } from '../../../src/main/stack/addresses.ts';
import { serviceNames } from '../../../src/shared/model/stack.ts';
import { s3Endpoint, startServer, type TestServer } from '../../support/servers.ts';

export interface FiveServers extends AsyncDisposable {
  readonly servers: Readonly<Record<(typeof serviceNames)[number], TestServer>>;
  readonly endpoints: StackEndpoints;
}

/** A throwaway server of each kind. */
export async function startFive(): Promise<FiveServers> {
  const started = await Promise.all(serviceNames.map((name) => startServer(name)));
  const [postgres, mongo, redis, s3, temporal] = started;
  if (!postgres || !mongo || !redis || !s3 || !temporal) throw new Error('there are five');
  return {
    servers: { postgres, mongo, redis, s3, temporal },
    endpoints: {
      postgres: { url: postgres.url, tls: null },
      mongo: { url: mongo.url, tls: null },
      redis: { url: redis.url, tls: null },
      s3: s3Endpoint(s3),
      temporal: { address: temporal.url, namespace: 'trainyard', apiKey: null, tls: null },
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}
