import { TrainyardError } from '../../../shared/errors/error.ts';
import type { TemporalEndpoint } from '../../platform/endpoints.ts';

/** gRPC's numbers of the answers that mean something here. */
const permissionDenied = 7;
const unauthenticated = 16;

/** What OpenSSL and Node say where a certificate, or the lack of one, is the reason. */
const distrust =
  /certificate|self[- ]signed|unable to verify|altnames|wrong version number|SSL routines|ERR_TLS|ERR_SSL|tlsv1|UnknownIssuer|InvalidCertificate/i;

/** The innermost error that tells something. */
function origin(error: unknown): { code: number | null; text: string; name: string } {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return { code: null, text: String(current), name: '' };
  const code: unknown = Reflect.get(current, 'code');
  const details: unknown = Reflect.get(current, 'details');
  const text = typeof details === 'string' && details !== '' ? details : current.message;
  return { code: typeof code === 'number' ? code : null, text, name: current.name };
}

/** An error of Temporal's client or worker as one that a person reads. Nothing of the API key or of the certificates is in it. */
export function temporalFault({ address, namespace, tls }: TemporalEndpoint, error: unknown): TrainyardError {
  if (error instanceof TrainyardError) return error;
  const { code, text, name } = origin(error);
  const options = { status: 503, cause: error };
  if (name === 'NamespaceNotFoundError' || /namespace \S+ (is )?not found/i.test(text)) {
    return new TrainyardError(
      'TEMPORAL_NAMESPACE_MISSING',
      `The Temporal at ${address} has no namespace "${namespace}"`,
      'Make it (`temporal operator namespace create`, or `trainyard stack up` for the local one), or name another.',
      options,
    );
  }
  if (code === unauthenticated || code === permissionDenied) {
    return new TrainyardError(
      'TEMPORAL_REFUSED_CREDENTIALS',
      `The Temporal at ${address} does not let us use the namespace "${namespace}"`,
      'Correct the API key or the client certificate, or have the namespace opened for it.',
      options,
    );
  }
  if (distrust.test(text)) {
    return new TrainyardError(
      'TEMPORAL_UNTRUSTED',
      `The certificate of the Temporal at ${address} is not trusted: ${text}`,
      tls === null
        ? 'Connect without TLS only where the server has none.'
        : 'Give the certificate of the authority that signed it, and the name that stands in it.',
      options,
    );
  }
  if (code === null && name !== 'TransportError') {
    return new TrainyardError(
      'TEMPORAL_FAILED',
      `Temporal at ${address} cannot be used: ${text}`,
      'Look at the engine’s log. Runs go on meanwhile.',
      options,
    );
  }
  return new TrainyardError(
    'TEMPORAL_UNREACHABLE',
    `The Temporal at ${address} does not answer: ${text}`,
    'Start it (`trainyard stack up temporal` for the local one), or correct its address. Runs go on meanwhile.',
    options,
  );
}
