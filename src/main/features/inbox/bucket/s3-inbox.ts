import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { type S3Endpoint, tlsConnection } from '../../../platform/endpoints.ts';
import { inboxBucket, type ObjectInfo } from '../../../stores/objects/ports.ts';
import { connectS3, parseEndpoint, type S3Connection } from '../../../stores/objects/s3/client.ts';
import { asS3Error } from '../../../stores/objects/s3/errors.ts';
import { type ListedPage, listPage } from '../../../stores/objects/s3/read-bucket.ts';
import { isDropName, sortDrops } from '../drops.ts';
import type { InboxBucket } from '../inbox-watch.ts';

const events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'];

/** A person waits for the answer, and whoever only looks looks again soon. */
const patience = { attempts: 2, silentForMs: 5000 };

/** The inbox on an S3 server, with the notifications that servers of MinIO's kind have. @throws TrainyardError S3_ENDPOINT_INVALID */
export function s3Inbox(endpoint: S3Endpoint, { attempts, silentForMs } = patience): InboxBucket {
  const name = `${endpoint.bucketPrefix}${inboxBucket}`;
  const { host: place } = parseEndpoint(endpoint.endpoint);
  const reading = async <Result>(work: (connection: S3Connection) => Promise<Result>): Promise<Result> => {
    using connection = connectS3(endpoint, { attempts, silentForMs });
    try {
      return await work(connection);
    } catch (error) {
      const known = asS3Error(error, connection, name);
      throw known instanceof TrainyardError && known.code === 'S3_BUCKET_MISSING'
        ? fault('INBOX_BUCKET_MISSING', { bucket: name, place }, { cause: error })
        : known;
    }
  };
  return {
    name,
    place,
    read: (signal) => reading((connection) => sortDrops(eachObject(connection, name, '', signal))),
    find: async (drop) => {
      if (!isDropName(drop)) return undefined;
      const { drops } = await reading((connection) => sortDrops(objectsOf(connection, name, drop)));
      return drops.get(drop);
    },
    listen: (onChange, onEnd) => listen(endpoint, name, onChange, onEnd),
  };
}

async function* eachObject(
  connection: S3Connection,
  bucket: string,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  for (let after: string | null = null; ; ) {
    const { objects, next }: ListedPage = await listPage(connection, { bucket, prefix }, { after, signal });
    yield* objects;
    if (next === null) return;
    after = next;
  }
}

/** What lies under one name, in the order of the keys. */
async function* objectsOf(
  connection: S3Connection,
  bucket: string,
  drop: string,
): AsyncGenerator<ObjectInfo> {
  const { objects } = await listPage(connection, { bucket, prefix: drop }, { most: 1 });
  yield* objects.filter(({ key }) => key === drop);
  yield* eachObject(connection, bucket, `${drop}/`);
}

/** The client of MinIO alone knows its notifications; no call of S3 does the same. */
async function listen(
  { endpoint, region, accessKeyId: accessKey, secretAccessKey: secretKey, tls }: S3Endpoint,
  bucket: string,
  onChange: () => void,
  onEnd: () => void,
): Promise<Disposable> {
  // Loaded with the first reader of an inbox.
  const { Client } = await import('minio');
  const { protocol, hostname: endPoint, port } = parseEndpoint(endpoint);
  const useSSL = protocol === 'https:';
  const transportAgent = useSSL ? new HttpsAgent(tlsConnection(tls)) : new HttpAgent();
  const client = new Client({
    ...{ endPoint, useSSL, accessKey, secretKey, region, transportAgent },
    ...(port === '' ? {} : { port: Number(port) }),
    pathStyle: true,
  });
  const poller = client.listenBucketNotification(bucket, '', '', events);
  const stop = () => {
    poller.removeAllListeners();
    poller.stop();
    // It would listen until something happens.
    transportAgent.destroy();
  };
  poller.on('notification', onChange);
  poller.on('error', () => {
    stop();
    onEnd();
  });
  return { [Symbol.dispose]: stop };
}
