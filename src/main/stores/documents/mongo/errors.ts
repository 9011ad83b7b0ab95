import { MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { TrainyardError } from '../../../../shared/errors/error.ts';

/** Unauthorized, AuthenticationFailed, and what hosted services say instead. */
const refusedCodes = new Set([13, 18, 8000]);

/** The server goes down, or another one becomes the primary. */
const awayCodes = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

const untrustedCodes =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * A driver's error as one that a person can act on; what is one already, or none of these, comes back as it is.
 * `place` is where the client connects to. No message holds a credential.
 */
export function asMongoError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  if (error instanceof MongoServerError && refusedCodes.has(Number(error.code))) {
    return new TrainyardError(
      'MONGO_REFUSED_CREDENTIALS',
      `MongoDB at ${place} refuses the user or the password, or the user may not use this database`,
      'Correct the user, the password and authSource in the URL, or grant the user the roles readWrite and dbAdmin on the database.',
      { status: 401, cause: error },
    );
  }
  const untrusted = codesIn(error).find((code) => untrustedCodes.test(code));
  if (untrusted) {
    return new TrainyardError(
      'MONGO_UNTRUSTED',
      `The encrypted connection to MongoDB at ${place} is not to be trusted (${untrusted})`,
      'Give the certificate of its authority, and the name that its certificate carries; or use a URL without TLS where it has none.',
      { status: 502, cause: error },
    );
  }
  if (isOutage(error)) {
    const code = endedBeforeTls(error)
      ? 'it ends the connection before TLS is set up: it may have none'
      : codesIn(error).find((each) => /^E[A-Z]+$/.test(each));
    return new TrainyardError(
      'MONGO_UNREACHABLE',
      `No MongoDB answers at ${place}${code ? ` (${code})` : ''}`,
      'Start the server, or correct the host and port.',
      { status: 503, cause: error },
    );
  }
  return error;
}

/** Whether the call met no server, or one that went away: what is harmless when repeated may be tried again. */
export function isOutage(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return true;
  if (error instanceof MongoServerError) {
    return (
      awayCodes.has(Number(error.code)) ||
      error.hasErrorLabel('RetryableWriteError') ||
      // FerretDB, whose PostgreSQL goes down or is not up yet.
      /SQLSTATE (57P0|08)|failed to connect to/.test(error.message)
    );
  }
  // No server to choose, a client that was closed meanwhile, a pool that was emptied.
  return (
    error instanceof MongoError &&
    /ServerSelection|NotConnected|TopologyClosed|Pool|ClientClosed|NotConnected/.test(error.name)
  );
}

/** The system's codes of an error and of everything that caused it. */
function codesIn(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  // OpenSSL's refusals before any certificate have their reason in the text alone.
  const spoken = /SSL routines|wrong version number/i.test(error.message) ? ['ERR_SSL_HANDSHAKE'] : [];
  return [
    ...own,
    ...spoken,
    ...codesIn(error.cause, depth + 1),
    ...servers(error).flatMap((each) => codesIn(each, depth + 1)),
  ];
}

/** A server without TLS says no more than that; one that is just going down looks the same. */
function endedBeforeTls(error: Error): boolean {
  const beforeTls = /before secure TLS connection was established/;
  return (
    beforeTls.test(error.message) ||
    servers(error).some((each) => each instanceof Error && beforeTls.test(each.message))
  );
}

/** Why each server of a failed selection was not chosen. */
function servers(error: Error): unknown[] {
  const reason: unknown = 'reason' in error ? error.reason : null;
  if (
    typeof reason !== 'object' ||
    reason === null ||
    !('servers' in reason) ||
    !(reason.servers instanceof Map)
  ) {
    return [];
  }
  return [...reason.servers.values()].map((server: { readonly error?: unknown }) => server.error);
}
