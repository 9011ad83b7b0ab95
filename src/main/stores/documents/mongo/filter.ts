import type { Filter } from 'mongodb';
import { collections, lifetimeField } from '../collections.ts';
import { fieldSegments } from '../field-path.ts';
import { checkedBound, checkedScalar, noTextIndex } from '../filter-values.ts';
import type { CollectionName, DocumentFilter } from '../ports.ts';
import { toStoredPath } from './names.ts';
import { type BsonDocument, toStoredValue } from './stored-document.ts';
import { firstTimeFrom, timesAt } from './times.ts';

export type Condition = Filter<BsonDocument>;

/**
 * The condition of a filter, for documents that have not expired at `now`. Paths are checked, and every value is the operand of a
 * named operator: nothing that a caller gives is read as one.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function filterCondition(collection: CollectionName, filter: DocumentFilter, now: Date): Condition {
  const conditions: Condition[] = [];
  if (filter.text !== undefined) conditions.push(...holdsWords(collection, filter.text));
  for (const [field, value] of Object.entries(filter.equals ?? {})) {
    const segments = fieldSegments(field);
    const stored = toStoredValue(checkedScalar(field, value), timesAt(collection, segments));
    conditions.push({ [toStoredPath(segments)]: { $eq: stored } });
  }
  for (const [field, { from, to }] of Object.entries(filter.range ?? {})) {
    const segments = fieldSegments(field);
    const path = toStoredPath(segments);
    // Apart: where a path has several values, each bound may be met by another one.
    if (from !== undefined) conditions.push({ [path]: { $gte: bound(collection, field, segments, from) } });
    if (to !== undefined) conditions.push({ [path]: { $lt: bound(collection, field, segments, to) } });
  }
  conditions.push(...isLive(collection, now));
  return conditions.length > 0 ? { $and: conditions } : {};
}

/**
 * The condition for documents that have not expired. By a date rather than `$$NOW`, which FerretDB takes in the pipelines of
 * updates only, and MongoDB not where a filter may add a document.
 */
export function isLive(collection: CollectionName, now: Date): Condition[] {
  const field = lifetimeField(collection);
  return field ? [{ [field]: { $gt: now } }] : [];
}

function bound(
  collection: CollectionName,
  field: string,
  segments: readonly string[],
  given: unknown,
): unknown {
  const value = checkedBound(field, given);
  const isTime = typeof value === 'string' && timesAt(collection, segments) === 'time';
  return isTime ? firstTimeFrom(value) : toStoredValue(value);
}

/**
 * The text index finds documents with any of the words; the expressions keep those with all of them, each one whole. (MongoDB's own
 * "all of these" are phrases, which it also finds inside of words.) Words are letters and digits: neither `$search` nor an expression
 * reads anything in them as a sign.
 */
function holdsWords(collection: CollectionName, text: string): Condition[] {
  const field = collections[collection].indexes.find(({ kind }) => kind === 'text')?.keys[0]?.field;
  if (!field) throw noTextIndex(collection);
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  // As MongoDB answers a search for nothing; FerretDB refuses it.
  if (words.length === 0) return [{ _id: { $in: [] } }];
  const path = toStoredPath(fieldSegments(field));
  return [
    { $text: { $search: words.join(' ') } },
    ...words.map((word) => ({
      [path]: { $regex: `(?:^|[^\\p{L}\\p{N}])${word}(?:$|[^\\p{L}\\p{N}])`, $options: 'i' },
    })),
  ];
}
