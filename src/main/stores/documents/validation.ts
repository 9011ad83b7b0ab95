import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { toJsonText } from '../../platform/json-text.ts';
import { collections } from './collections.ts';
import { countLines, toLines } from './log-rows.ts';
import type { BucketRows, CollectionName, StoredDocument } from './ports.ts';
import { logBucketLines } from './schemas.ts';

/** MongoDB's limit of a document (`maxBsonObjectSize`); the same everywhere, so that every store takes what one takes. */
export const largestBytes = 16 * 1024 * 1024;

/**
 * Checks a document against its collection's schema and answers its JSON text.
 * @throws TrainyardError DOCUMENT_INVALID (names the field), DOCUMENT_TOO_LARGE
 */
export function documentText(collection: CollectionName, document: StoredDocument): string {
  // Encoding checks the stored side of a schema: a default does not stand in for a field that was left out.
  const checked = z.safeEncode(collections[collection].schema, document);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const path = [
      ...(issue?.path ?? []),
      ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
    ];
    throw invalidDocument(
      collection,
      document.id,
      path.map(String).join('.'),
      issue?.message ?? 'it does not fit',
    );
  }
  const json = toJsonText(document);
  if ('fault' in json) throw invalidDocument(collection, document.id, json.fault.field, json.fault.reason);
  if (json.text.length > largestBytes / 3 && Buffer.byteLength(json.text) > largestBytes) {
    throw tooLarge(collection, document.id);
  }
  return json.text;
}

/** The error for a document over the size limit. */
export function tooLarge(collection: CollectionName, id: string): TrainyardError {
  return fault('DOCUMENT_TOO_LARGE', { id, collection, most: largestBytes });
}

/** The error for a document that its collection does not take. */
export function invalidDocument(
  collection: CollectionName,
  id: unknown,
  field: string,
  reason: string,
): TrainyardError {
  const named = field || { en: 'the document', ko: '문서 전체' };
  return fault(
    'DOCUMENT_INVALID',
    { id: String(id), collection, field: named, reason },
    { place: { field } },
  );
}

/**
 * The bucket of a log that holds these lines alone: `putLines` checks by it what it adds, wherever that goes.
 * @param areChecked the lines are known to fit: the bucket goes without them, since checking them takes longer than storing them
 * @throws TrainyardError DOCUMENT_INVALID
 */
export function bucketOf({ base, position, rows }: BucketRows, areChecked = false): StoredDocument {
  if (!Number.isSafeInteger(position) || position < 0)
    throw invalidDocument('workflow_logs', base.id, 'logs', `${position} is no position`);
  if (position + countLines(rows) > logBucketLines)
    throw invalidDocument('workflow_logs', base.id, 'logs', `it holds at most ${logBucketLines} items`);
  return { ...base, logs: areChecked ? [] : toLines(rows) };
}

/** The error for a bucket with fewer lines than were meant to stand before others. */
export function bucketGap({ id }: StoredDocument, position: number): TrainyardError {
  const [collection, field] = ['workflow_logs', 'logs'];
  return fault('DOCUMENT_GAP', { collection, id, field, position }, { place: { field } });
}

/** The error for an id or a unique field that another document has. */
export function existsAlready(collection: CollectionName, field: string, document: StoredDocument) {
  return fault(
    'DOCUMENT_EXISTS',
    { collection, field, value: String(document[field]) },
    { place: { field } },
  );
}
