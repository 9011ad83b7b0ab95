import type { SortDirection } from 'mongodb';
import { fieldSegments } from '../field-path.ts';
import type { FindOptions } from '../ports.ts';
import { toStoredPath } from './names.ts';

/**
 * The keys to sort by: MongoDB's own order is the port's (nothing and null, numbers, strings by their UTF-8 bytes, which is by code
 * points). The id comes last, so that pages never overlap.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function sortKeys(options: FindOptions): Map<string, SortDirection> {
  const keys = new Map<string, SortDirection>();
  for (const { field, order } of options.sort ?? []) {
    const path = toStoredPath(fieldSegments(field));
    if (!keys.has(path)) keys.set(path, order === 'desc' ? -1 : 1);
  }
  if (!keys.has('_id')) keys.set('_id', 1);
  return keys;
}
