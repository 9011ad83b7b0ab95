import { TrainyardError } from '../../../shared/errors/error.ts';

type Scalar = string | number | boolean | null;

/** The value of an `equals` condition, whatever the caller's types let through. @throws TrainyardError DOCUMENT_FILTER_INVALID */
export function checkedScalar(field: string, value: unknown): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw unfit(field);
}

/** A bound of a `range` condition. @throws TrainyardError DOCUMENT_FILTER_INVALID */
export function checkedBound(field: string, value: unknown): string | number {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw unfit(field);
}

/** `limit` or `offset`. @throws TrainyardError DOCUMENT_FILTER_INVALID */
export function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TrainyardError(
    'DOCUMENT_FILTER_INVALID',
    `${name} is ${value}`,
    `Give ${name} a whole number from 0 on.`,
    { place: { field: name } },
  );
}

/** The error for words sought in a collection that declares no text index. */
export function noTextIndex(collection: string): TrainyardError {
  return new TrainyardError(
    'DOCUMENT_FILTER_INVALID',
    `${collection} has no text index`,
    'Search it by its fields.',
    { place: { field: 'text' } },
  );
}

function unfit(field: string): TrainyardError {
  return new TrainyardError(
    'DOCUMENT_FILTER_INVALID',
    `The filter on ${field.slice(0, 100)} has no value that a field can be compared with`,
    'Compare with a string, a finite number, true, false or null; ranges with strings or numbers.',
    { place: { field: field.slice(0, 100) } },
  );
}
