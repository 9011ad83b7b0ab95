import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { collections } from './collections.ts';
import { fieldSegments } from './field-path.ts';
import type { CollectionName, StoredDocument } from './ports.ts';
import { invalidDocument } from './validation.ts';

/** The error for an id or a unique field that another document has. */
export function existsAlready(collection: CollectionName, field: string, value: unknown): TrainyardError {
  return fault('DOCUMENT_EXISTS', { collection, field, value: String(value) }, { place: { field } });
}

/** The error for `putFrom` where the array ends before the position. */
export function arrayGap(
  collection: CollectionName,
  id: string,
  field: string,
  position: number,
): TrainyardError {
  return fault('DOCUMENT_GAP', { collection, id, field, position }, { place: { field } });
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
  if (fieldSegments(field).length !== 1 || field === 'id') {
    throw invalidDocument(collection, base.id, field, 'items go into an array of the document itself');
  }
  if (!Number.isSafeInteger(position) || position < 0) {
    throw invalidDocument(collection, base.id, field, `${position} is no position`);
  }
  const longest = collections[collection].longestArrays?.[field] ?? Number.POSITIVE_INFINITY;
  if (position + items.length > longest) {
    throw invalidDocument(collection, base.id, field, `it holds at most ${longest} items`);
  }
  const baseItems = base[field] ?? [];
  if (!Array.isArray(baseItems)) throw invalidDocument(collection, base.id, field, 'it is no array');
  return baseItems;
}
