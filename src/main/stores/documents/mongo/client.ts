import { MongoClient, type MongoClientOptions } from 'mongodb';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { ServerEndpoint, TlsOptions } from '../../../platform/endpoints.ts';
import { asMongoError } from './errors.ts';

/** The data model's database, where the URL names none. */
const defaultDatabase = 'vision_platform';

export interface OpenedClient {
  readonly client: MongoClient;
  readonly database: string;
  /** `host:port` of each server that the URL names; no credential. */
  readonly place: string;
}

/** A client that is not connected yet. @throws TrainyardError MONGO_URL_INVALID */
export function createClient({ url, tls }: ServerEndpoint, options: MongoClientOptions = {}): OpenedClient {
  try {
    const client = new MongoClient(url, { ...clientOptions, ...tlsOptions(tls), ...options });
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
 * @throws TrainyardError MONGO_UNREACHABLE, MONGO_REFUSED_CREDENTIALS, MONGO_UNTRUSTED
 */
export async function connect({ client, database, place }: OpenedClient): Promise<void> {
  try {
    await client.connect();
    await client.db(database).listCollections({}, { nameOnly: true }).hasNext();
  } catch (error) {
    await client.close();
    throw asMongoError(error, place);
  }
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

/** Null: the URL says whether and how. */
function tlsOptions(tls: TlsOptions | null): MongoClientOptions {
  if (!tls) return {};
  const { serverName, ...certificates } = tls;
  return { tls: true, ...certificates, ...(serverName ? { servername: serverName } : {}) };
}

function databaseName(url: string): string | undefined {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
