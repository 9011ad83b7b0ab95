import { MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { codeOf, tlsCode } from '../../../platform/error-code.ts';
import { collections } from '../collections.ts';
import type { CollectionName, StoredDocument } from '../ports.ts';
import { existsAlready, invalidDocument, tooLarge } from '../validation.ts';

/** Unauthorized, AuthenticationFailed, and what hosted services say instead. */
const refusedCodes = new Set([13, 18, 8000]);

/** The server goes down, or another one becomes the primary. */
const awayCodes = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/**
 * A driver's error as one that a person can act on; what is one already, or none of these, comes back as it is.
 * `place` is where the client connects to. No message holds a credential.
 */
export function asMongoError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof TrainyardError) return error;
  if (error instanceof MongoServerError && refusedCodes.has(Number(error.code)))
    return fault('MONGO_REFUSED_CREDENTIALS', { place }, { cause: error });
  const errors = errorsIn(error);
  const untrusted = errors.map(tlsCode).find((code) => code !== null);
  if (untrusted) return fault('MONGO_UNTRUSTED', { place, system: untrusted }, { cause: error });
  if (!isOutage(error)) return error;
  const code = errors.map(codeOf).find((each) => /^E[A-Z]+$/.test(each));
  // A server without TLS says no more than that; one that is just going down looks the same.
  const endedBeforeTls = errors.some(({ message }) =>
    /before secure TLS connection was established/.test(message),
  );
  const why = endedBeforeTls
    ? {
        en: ' (it ends the connection before TLS is set up: it may have none)',
        ko: '(TLS가 설정되기 전에 연결을 끊습니다. 서버가 TLS를 쓰지 않을 수 있습니다)',
      }
    : { en: code ? ` (${code})` : '', ko: code ? `(${code})` : '' };
  return fault('MONGO_UNREACHABLE', { place, why }, { cause: error });
}

/** Whether the call met no server, or one that went away: what is safe to repeat may be tried again. */
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
    /ServerSelection|NotConnected|TopologyClosed|Pool|ClientClosed/.test(error.name)
  );
}

/** An error and everything that caused it. */
function errorsIn(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 8) return [];
  return [error, ...[error.cause, ...servers(error)].flatMap((each) => errorsIn(each, depth + 1))];
}

/** Why each server of a failed selection was not chosen. */
function servers(error: Error): unknown[] {
  const reason: unknown = 'reason' in error ? error.reason : null;
  if (typeof reason !== 'object' || reason === null || !('servers' in reason)) return [];
  const found = reason.servers instanceof Map ? [...reason.servers.values()] : [];
  return found.map((server: { readonly error?: unknown }) => server.error);
}

const duplicateKey = 11000;
const failedValidation = 121;

/** `_id`, or the name of the unique index whose value another document has; null for any other error. */
export function takenField(error: unknown): string | null {
  if (!(error instanceof MongoServerError) || error.code !== duplicateKey) return null;
  const pattern: unknown = error.keyPattern;
  if (typeof pattern === 'object' && pattern !== null) return Object.keys(pattern)[0] ?? null;
  // FerretDB names the index, in the message alone.
  const index = /Index '([^']+)'/.exec(error.message)?.[1];
  if (index === '_id_') return '_id';
  return uniqueField(index) ?? null;
}

function uniqueField(index: string | undefined): string | undefined {
  const indexes = Object.values(collections).flatMap((collection) => collection.indexes);
  return indexes.find(({ kind, name }) => kind === 'unique' && name === index)?.keys[0]?.field;
}

function isSize(error: MongoServerError): boolean {
  return (
    [10334, 17280, 17419, 17420].includes(Number(error.code)) ||
    // FerretDB has other codes for it.
    /larger than MaxDocumentSize/.test(error.message)
  );
}

/** A server's refusal of a document, as the port has it; any other error as it is. */
export function refusal(collection: CollectionName, document: StoredDocument, error: unknown): unknown {
  if (!(error instanceof MongoServerError)) return error;
  const taken = takenField(error);
  if (taken) {
    const field = taken === '_id' ? 'id' : taken;
    return existsAlready(collection, field, document);
  }
  if (isSize(error)) return tooLarge(collection, document.id);
  // FerretDB has another code for it.
  if (error.code === failedValidation || /failed validation/.test(error.message)) {
    return invalidDocument(collection, document.id, '', "the server's validator refuses it");
  }
  return error;
}
