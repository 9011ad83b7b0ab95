import { TrainyardError } from '../../../shared/errors/error.ts';

/** Ten years: more than anything that is cached lives, less than what any store's clock can hold. */
const longestMs = 10 * 365 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError CACHE_KEY_INVALID */
export function checkKey(key: string): void {
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return;
  throw new TrainyardError(
    'CACHE_KEY_INVALID',
    `${JSON.stringify(key.slice(0, 100))} is no cache key`,
    'Use 1 to 512 printable ASCII characters without spaces.',
  );
}

/** @throws TrainyardError CACHE_LIFETIME_INVALID */
export function checkLifetime(key: string, lifetimeMs: number | null): void {
  if (lifetimeMs === null) return;
  if (Number.isSafeInteger(lifetimeMs) && lifetimeMs >= 1 && lifetimeMs <= longestMs) return;
  throw new TrainyardError(
    'CACHE_LIFETIME_INVALID',
    `${key} cannot live ${lifetimeMs} milliseconds`,
    'Give a whole number of milliseconds from 1 to ten years, or null.',
  );
}

/** The error for a counter that is none, or an addend that is no whole number. */
export function notACounter(key: string, reason: string): TrainyardError {
  return new TrainyardError(
    'CACHE_NOT_A_COUNTER',
    `${key} cannot be counted up: ${reason}`,
    'Count with whole numbers under a key that holds nothing else.',
    { status: 409 },
  );
}

/** The error for a value that is no JSON. */
export function invalidValue(key: string, field: string, reason: string): TrainyardError {
  return new TrainyardError(
    'CACHE_VALUE_INVALID',
    `The value of ${key} is no JSON: ${field ? `${field}: ` : ''}${reason}`,
    'Give a value made of objects, arrays, strings, finite numbers, booleans and null.',
    { place: { field } },
  );
}
