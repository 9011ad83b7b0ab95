import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { toJsonText } from '../../platform/json-text.ts';
import { collections } from './collections.ts';
import type { CollectionName, StoredDocument } from './ports.ts';

/** MongoDB's limit of a document; the same everywhere, so that every store takes what one takes. */
const largestBytes = 16 * 1024 * 1024;

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
    throw fault('DOCUMENT_TOO_LARGE', { id: document.id, collection, most: largestBytes });
  }
  return json.text;
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
 * Checks where `putFrom` puts items and answers the items that its base has there.
 * @throws TrainyardError DOCUMENT_INVALID
 */
export function checkedBaseItems(
  collection: CollectionName,
  base: StoredDocument,
  field: string,
  position: number,
  items: readonly unknown[],
): readonly unknown[] {
  if (!/^[A-Za-z]\w{0,63}$/.test(field) || field === 'id')
    throw invalidDocument(collection, base.id, field, 'items go into an array of the document itself');
  if (!Number.isSafeInteger(position) || position < 0)
    throw invalidDocument(collection, base.id, field, `${position} is no position`);
  const longest = collections[collection].longestArrays?.[field] ?? Number.POSITIVE_INFINITY;
  if (position + items.length > longest)
    throw invalidDocument(collection, base.id, field, `it holds at most ${longest} items`);
  const baseItems = base[field] ?? [];
  if (!Array.isArray(baseItems)) throw invalidDocument(collection, base.id, field, 'it is no array');
  return baseItems;
}

/** The error for an id or a unique field that another document has. */
export function existsAlready(collection: CollectionName, field: string, document: StoredDocument) {
  return fault(
    'DOCUMENT_EXISTS',
    { collection, field, value: String(document[field]) },
    { place: { field } },
  );
}
