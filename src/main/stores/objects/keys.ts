import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

const segment = /^[A-Za-z0-9._-]{1,255}$/;
const mostSegments = 8;

/** Whether a text may stand as an object's key: one to eight segments as the port describes them. */
export function isObjectKey(key: string): boolean {
  const segments = key.split('/');
  return (
    segments.length <= mostSegments &&
    segments.every((part) => segment.test(part) && part !== '.' && part !== '..')
  );
}

/** @throws TrainyardError INVALID_OBJECT_KEY */
export function checkObjectKey(key: string): void {
  if (isObjectKey(key)) return;
  throw fault('INVALID_OBJECT_KEY', { key: JSON.stringify(key.slice(0, 300)) });
}

/** The prefix of a listing: any beginning of a key, the empty one included. @throws TrainyardError INVALID_OBJECT_KEY */
export function checkObjectPrefix(prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  const folders = segments.every((part) => segment.test(part) && part !== '.' && part !== '..');
  if (folders && segments.length < mostSegments && (last === '' || segment.test(last))) return;
  checkObjectKey(prefix);
}

const namedInErrors = 10;

/** The error for keys that a bucket does not have. */
export function objectsNotFound(bucket: string, missing: readonly string[]): TrainyardError {
  const named = missing.slice(0, namedInErrors).join(', ');
  const more = missing.length - namedInErrors;
  const key = more > 0 ? { en: `${named} and ${more} more`, ko: `${named} 외 ${more}개` } : named;
  return fault('OBJECT_NOT_FOUND', { bucket, key });
}
