import { createHash, createHmac } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import pg from 'pg';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { type S3Endpoint, tlsConnection } from '../../platform/endpoints.ts';
import { clientConfig } from '../../postgres/pool.ts';
import { type Probe, unlessAborted } from './probe.ts';
import { redisClient } from './redis-client.ts';
import { probeTemporal } from './temporal.ts';

/** Logs in and asks for the version: `17.10`. */
const probePostgres: Probe = async ({ postgres }, signal) => {
  const client = new pg.Client(clientConfig({ url: postgres.url, tls: postgres.tls }));
  // Without a listener, an idle connection that breaks would end the process.
  client.on('error', () => {});
  try {
    const answer = async () => {
      await client.connect();
      return await client.query<{ server_version: string }>('SHOW server_version');
    };
    const { rows } = await unlessAborted(answer(), signal);
    return rows[0]?.server_version.split(' ')[0] ?? '';
  } finally {
    end(client);
  }
};

/** Without waiting for a server that may never answer. */
function end(client: pg.Client): void {
  client.end().catch(() => {});
  client.connection.stream.destroy();
}

/** Logs in and asks for the version. */
const probeMongo: Probe = async ({ mongo }, signal) => {
  const { createClient } = await import('../../stores/documents/mongo/client.ts');
  const { client, database } = createClient(mongo, {
    // The caller probes again by itself: a missing server is to be reported at once.
    serverSelectionTimeoutMS: 1000,
    connectTimeoutMS: 1000,
    serverMonitoringMode: 'poll',
    maxPoolSize: 1,
    retryReads: false,
  });
  try {
    const answer = async () => {
      // Needs the credentials, which asking for the version does not.
      await client.db(database).listCollections({}, { nameOnly: true }).hasNext();
      return await client.db('admin').command({ buildInfo: 1 });
    };
    const { version } = await unlessAborted(answer(), signal);
    return String(version);
  } finally {
    const closed = client.close(true);
    // A connection attempt to a silent server ends after its own timeout of a second; an aborted probe does not wait for that.
    if (signal.aborted) closed.catch(() => {});
    else await closed;
  }
};

/** Logs in, pings (which is refused while the data is being loaded) and asks for the version. */
const probeRedis: Probe = async ({ redis }, signal) => {
  const { client } = await redisClient(redis);
  try {
    const answer = async () => {
      await client.connect();
      await client.ping();
      return await client.info('server');
    };
    const information = await unlessAborted(answer(), signal);
    return /^redis_version:(\S+)/m.exec(information)?.[1] ?? '';
  } finally {
    client.disconnect();
  }
};

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The headers of a signed GET without a query, by AWS Signature Version 4.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function signedHeaders(
  url: URL,
  { region, accessKeyId, secretAccessKey }: Pick<S3Endpoint, 'region' | 'accessKeyId' | 'secretAccessKey'>,
): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const headers = { host: url.host, 'x-amz-content-sha256': hash(''), 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['GET', url.pathname, '', lines.join(''), names, hash('')].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const keys = [day, region, 's3', 'aws4_request'];
  const key = keys.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

/**
 * Asks for the buckets, signed; the answer's head names the server, as S3 knows of no versions. By hand: the client library takes
 * longer to load than a server to answer.
 */
const probeS3: Probe = async ({ s3 }, signal) => {
  const url = new URL(s3.endpoint);
  const options = {
    headers: signedHeaders(url, s3),
    agent: false,
    signal,
    ...tlsConnection(s3.tls),
  } as const;
  const { get } = url.protocol === 'https:' ? https : http;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, options, resolve).on('error', reject);
  });
  const { statusCode, headers } = response;
  response.destroy();
  if (statusCode !== 200) throw new Error(`S3 answers with status ${statusCode}`);
  return String(headers.server ?? '');
};

/** Each service by its own protocol. A probe connects, asks, and hangs up, whatever happens. */
export const probes: Readonly<Record<ServiceName, Probe>> = {
  postgres: probePostgres,
  mongo: probeMongo,
  redis: probeRedis,
  s3: probeS3,
  temporal: probeTemporal,
};
