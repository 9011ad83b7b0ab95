import { TrainyardError } from '../../../shared/errors/error.ts';

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
  throw new TrainyardError(
    'INVALID_OBJECT_KEY',
    `${JSON.stringify(key.slice(0, 300))} can't be an object's key`,
    'Use one to eight segments of letters, digits, ".", "_" and "-", parted by "/".',
  );
}

/** The prefix of a listing: any beginning of a key, the empty one included. @throws TrainyardError INVALID_OBJECT_KEY */
export function checkObjectPrefix(prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  const folders = segments.every((part) => segment.test(part) && part !== '.' && part !== '..');
  if (folders && segments.length < mostSegments && (last === '' || segment.test(last))) return;
  checkObjectKey(prefix);
}

/** @throws TrainyardError OBJECT_NOT_FOUND, always */
export function objectNotFound(bucket: string, key: string): TrainyardError {
  return new TrainyardError(
    'OBJECT_NOT_FOUND',
    `The bucket "${bucket}" has no object "${key}"`,
    'It was removed or never stored; import or train again what it belongs to.',
    { status: 404 },
  );
}

/** What is asked for lies behind the object's end, or ends before it starts. */
export function rangeNotSatisfiable(bucket: string, key: string, size: number): TrainyardError {
  return new TrainyardError(
    'RANGE_NOT_SATISFIABLE',
    `The range lies outside of "${key}" in "${bucket}", which has ${size} bytes`,
    'Ask for bytes between 0 and the size less one.',
    { status: 416 },
  );
}
