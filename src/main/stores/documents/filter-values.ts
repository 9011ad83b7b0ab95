import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

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
  throw fault('DOCUMENT_FILTER_INVALID', { what: `${name} is ${value}` }, { place: { field: name } });
}

/** The error for words sought in a collection that declares no text index. */
export function noTextIndex(collection: string): TrainyardError {
  return fault(
    'DOCUMENT_FILTER_INVALID',
    { what: `${collection} has no text index` },
    { place: { field: 'text' } },
  );
}

function unfit(field: string): TrainyardError {
  const what = `The filter on ${field.slice(0, 100)} has no value that a field can be compared with`;
  return fault('DOCUMENT_FILTER_INVALID', { what }, { place: { field: field.slice(0, 100) } });
}
