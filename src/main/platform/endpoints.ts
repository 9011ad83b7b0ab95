import type { ConnectionOptions } from 'node:tls';

/** What a client needs to trust a server and to be trusted by it, as PEM text. */
export interface TlsOptions {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate must carry, where it is not the host's. */
  readonly serverName?: string;
}

/** The same as options of Node's `tls.connect`; empty if nothing is said. */
export function tlsConnection(tls: TlsOptions | null): ConnectionOptions {
  const { serverName, ...certificates } = tls ?? {};
  return { ...certificates, ...(serverName ? { servername: serverName } : {}) };
}

/** A server by URL; the URL may hold credentials, so it is never logged. TLS null: without (or as the URL says). */
export interface ServerEndpoint {
  readonly url: string;
  readonly tls: TlsOptions | null;
}

export interface S3Endpoint {
  /** `http://127.0.0.1:9000`, without credentials. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Before each bucket's name: names are shared by everybody on some services. Empty: none. */
  readonly bucketPrefix: string;
  readonly tls: TlsOptions | null;
}

export interface TemporalEndpoint {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey: string | null;
  readonly tls: TlsOptions | null;
}

/** A PostgreSQL, with the program of its own version that prints a schema where it can be run. */
export interface PostgresEndpoint extends ServerEndpoint {
  /** What `pg_dump --format=custom --schema-only` prints at the moment of an exported snapshot. */
  readonly dumpSchema?: (exported: string) => Promise<Buffer>;
}

/**
 * Where the stores of the `docker` and `external` profiles are. Without MongoDB or Redis the PostgreSQL does their part (the adapters
 * of the embedded profile); without S3 the objects are files of the state folder; without Temporal the engine's own loop moves the runs.
 */
export interface StoreEndpoints {
  readonly postgres: PostgresEndpoint;
  readonly mongo: ServerEndpoint | null;
  readonly redis: ServerEndpoint | null;
  readonly s3: S3Endpoint | null;
  readonly temporal: TemporalEndpoint | null;
}
