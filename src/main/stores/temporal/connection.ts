import { Connection } from '@temporalio/client';
import type { TemporalEndpoint, TlsOptions } from '../../platform/endpoints.ts';
import { temporalFault } from './faults.ts';

const answerWithinMs = 5000;
const loopback = /^(localhost|127\.[\d.]+|\[::1\]):/;

function tlsOf({ ca, cert, key, serverName }: TlsOptions) {
  return {
    ...(ca !== undefined && { serverRootCACertificate: Buffer.from(ca) }),
    ...(cert !== undefined &&
      key !== undefined && { clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) } }),
    ...(serverName !== undefined && { serverNameOverride: serverName }),
  };
}

/** The options that the client's and the worker's connections have in common. */
export function connectionOptions({ address, tls, apiKey }: TemporalEndpoint) {
  return { address, tls: tls ? tlsOf(tls) : false, ...(apiKey !== null && { apiKey }) };
}

/** A connection that is made with the first call, and made anew by itself where it broke. Calls on it fail at once where it cannot be made. */
export function openConnection(endpoint: TemporalEndpoint): Connection {
  return Connection.lazy({
    ...connectionOptions(endpoint),
    // Whoever calls knows what to do meanwhile: nothing is tried again behind their back.
    interceptors: [],
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2000,
      // What is on this machine is on no proxy's side, whatever the shell forgot to say in NO_PROXY.
      ...(loopback.test(endpoint.address) ? { 'grpc.enable_http_proxy': 0 } : {}),
    },
  });
}

/**
 * Asks whether the server is there, trusts us, and has the namespace.
 * @returns the namespace's id: another one where a store was lost and the namespace made anew
 * @throws TrainyardError TEMPORAL_*
 */
export async function askNamespace(connection: Connection, endpoint: TemporalEndpoint): Promise<string> {
  const { namespace } = endpoint;
  try {
    const { namespaceInfo } = await connection.withDeadline(Date.now() + answerWithinMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return namespaceInfo?.id ?? '';
  } catch (error) {
    throw temporalFault(endpoint, error);
  }
}

/**
 * Asks a Temporal once, by its own protocol and with the endpoint's credentials.
 * @throws TrainyardError TEMPORAL_UNREACHABLE, TEMPORAL_UNTRUSTED, TEMPORAL_REFUSED_CREDENTIALS, TEMPORAL_NAMESPACE_MISSING
 */
export async function checkTemporal(endpoint: TemporalEndpoint): Promise<void> {
  const connection = openConnection(endpoint);
  try {
    await askNamespace(connection, endpoint);
  } finally {
    await connection.close();
  }
}
