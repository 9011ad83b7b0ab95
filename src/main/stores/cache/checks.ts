import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { toJsonText } from '../../platform/json-text.ts';

/** Ten years: more than anything that is cached lives, less than what any store's clock can hold. */
const longestMs = 10 * 365 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError CACHE_KEY_INVALID */
export function checkKey(key: string): void {
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return;
  throw fault('CACHE_KEY_INVALID', { key: JSON.stringify(key.slice(0, 100)) });
}

function checkLifetime(key: string, lifetimeMs: number | null): void {
  if (lifetimeMs === null) return;
  if (Number.isSafeInteger(lifetimeMs) && lifetimeMs >= 1 && lifetimeMs <= longestMs) return;
  throw fault('CACHE_LIFETIME_INVALID', { key, lifetime: lifetimeMs });
}

/** @throws TrainyardError CACHE_KEY_INVALID, CACHE_LIFETIME_INVALID, CACHE_NOT_A_COUNTER */
export function checkAddend(key: string, by: number, lifetimeMs: number): void {
  checkKey(key);
  checkLifetime(key, lifetimeMs);
  if (!Number.isSafeInteger(by))
    throw fault('CACHE_NOT_A_COUNTER', { key, reason: `${by} is no whole number` });
}

/** The error for a key with something else than a counter. */
export function notACounter(key: string): TrainyardError {
  return fault('CACHE_NOT_A_COUNTER', { key, reason: 'something else stands there' });
}

/** The JSON text of a value that is to be kept. @throws TrainyardError CACHE_KEY_INVALID, CACHE_LIFETIME_INVALID, CACHE_VALUE_INVALID */
export function entryText(key: string, value: unknown, lifetimeMs: number | null): string {
  checkKey(key);
  checkLifetime(key, lifetimeMs);
  const json = toJsonText(value);
  if ('fault' in json) throw invalidValue(key, json.fault.field, json.fault.reason);
  return json.text;
}

/** The error for a value that is no JSON. */
export function invalidValue(key: string, field: string, reason: string): TrainyardError {
  return fault(
    'CACHE_VALUE_INVALID',
    { key, reason: field ? `${field}: ${reason}` : reason },
    { place: { field } },
  );
}
