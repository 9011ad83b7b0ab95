import { type Filter, MongoClient, type MongoClientOptions } from 'mongodb';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { type ServerEndpoint, tlsConnection } from '../../../platform/endpoints.ts';
import { lifetimeField } from '../collections.ts';
import type { CollectionName } from '../ports.ts';
import { asMongoError } from './errors.ts';
import type { BsonDocument } from './stored-document.ts';

/** The data model's database, where the URL names none. */
const defaultDatabase = 'vision_platform';

interface MongoPlace {
  readonly client: MongoClient;
  readonly database: string;
  /** `host:port` of each server that the URL names; no credential. */
  readonly place: string;
}

export interface OpenedClient extends MongoPlace {
  /** By the server's clock: it decides what has expired, whatever this machine's clock says. */
  readonly now: () => Date;
}

/** A client that is not connected yet. @throws TrainyardError MONGO_URL_INVALID */
export function createClient({ url, tls }: ServerEndpoint, options: MongoClientOptions = {}): MongoPlace {
  try {
    // Without TLS options the URL says whether and how.
    const secured = tls ? { tls: true, ...tlsConnection(tls) } : {};
    const client = new MongoClient(url, { ...clientOptions, ...secured, ...options });
    const { hosts, srvHost } = client.options;
    const place = srvHost ?? hosts.map(String).join(', ');
    return { client, database: databaseName(url) ?? defaultDatabase, place };
  } catch {
    // The driver's words may repeat parts of the URL, and with them the password.
    throw fault('MONGO_URL_INVALID', {});
  }
}

/**
 * Connects and asks for something that needs the credentials.
 * @throws TrainyardError MONGO_URL_INVALID, MONGO_UNREACHABLE, MONGO_REFUSED_CREDENTIALS, MONGO_UNTRUSTED
 */
export async function openClient(
  endpoint: ServerEndpoint,
  options?: MongoClientOptions,
): Promise<OpenedClient> {
  const made = createClient(endpoint, options);
  let aheadMs = 0;
  // Each heartbeat of the driver (every ten seconds) brings the server's time; the first one comes with the connection.
  made.client.on('serverHeartbeatSucceeded', ({ reply, duration, awaited }) => {
    const time: unknown = reply.localTime;
    if (!(time instanceof Date)) return;
    // An awaited reply was sent when it came; any other one halfway through the exchange.
    aheadMs = time.getTime() - (Date.now() - (awaited ? 0 : duration / 2));
  });
  try {
    await made.client.connect();
    await made.client.db(made.database).listCollections({}, { nameOnly: true }).hasNext();
  } catch (error) {
    await made.client.close();
    throw asMongoError(error, made.place);
  }
  return { ...made, now: () => new Date(Date.now() + Math.round(aheadMs)) };
}

/**
 * The condition for documents that have not expired. By a date rather than `$$NOW`, which FerretDB takes in the pipelines of
 * updates only, and MongoDB not where a filter may add a document.
 */
export function isLive(collection: CollectionName, now: Date): Filter<BsonDocument> {
  const field = lifetimeField(collection);
  return field ? { [field]: { $gt: now } } : {};
}

const clientOptions: MongoClientOptions = {
  appName: 'trainyard',
  // What is acknowledged is on the disk of most servers: neither a kill nor an election loses it.
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
  // A call in an outage fails soon; the next one after it works, with the same client.
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 60_000,
  maxPoolSize: 32,
  ignoreUndefined: true,
  // The driver's default (`{}`) inherits: arrays in fields called `constructor`, say, would come back as their bytes.
  fieldsAsRaw: Object.create(null),
};

function databaseName(url: string): string | undefined {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
