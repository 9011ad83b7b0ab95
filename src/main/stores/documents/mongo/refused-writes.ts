import { MongoServerError } from 'mongodb';
import { collections } from '../collections.ts';
import { existsAlready } from '../errors.ts';
import type { CollectionName, StoredDocument } from '../ports.ts';
import { invalidDocument } from '../validation.ts';
import { tooLarge } from './stored-document.ts';

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

/** Whether a path of a change met something that cannot hold it: another writer put it there since it was read. */
export function isPathInTheWay(error: unknown): boolean {
  return error instanceof MongoServerError && (error.code === 28 || (error.code === 2 && !isSize(error)));
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
    return existsAlready(collection, field, document[field]);
  }
  if (isSize(error)) return tooLarge(collection, document.id);
  // FerretDB has another code for it.
  if (error.code === failedValidation || /failed validation/.test(error.message)) {
    return invalidDocument(collection, document.id, '', "the server's validator refuses it");
  }
  return error;
}
