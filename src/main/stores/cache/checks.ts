import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

/** Ten years: more than anything that is cached lives, less than what any store's clock can hold. */
const longestMs = 10 * 365 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError CACHE_KEY_INVALID */
export function checkKey(key: string): void {
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return;
  throw fault('CACHE_KEY_INVALID', { key: JSON.stringify(key.slice(0, 100)) });
}

/** @throws TrainyardError CACHE_LIFETIME_INVALID */
export function checkLifetime(key: string, lifetimeMs: number | null): void {
  if (lifetimeMs === null) return;
  if (Number.isSafeInteger(lifetimeMs) && lifetimeMs >= 1 && lifetimeMs <= longestMs) return;
  throw fault('CACHE_LIFETIME_INVALID', { key, lifetime: lifetimeMs });
}

/** The error for a counter that is none, or an addend that is no whole number. */
export function notACounter(key: string, reason: string): TrainyardError {
  return fault('CACHE_NOT_A_COUNTER', { key, reason });
}

/** The error for a value that is no JSON. */
export function invalidValue(key: string, field: string, reason: string): TrainyardError {
  return fault(
    'CACHE_VALUE_INVALID',
    { key, reason: field ? `${field}: ${reason}` : reason },
    { place: { field } },
  );
}
