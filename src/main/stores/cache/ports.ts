import { fault } from '../../../shared/errors/catalogue.ts';
import { toJsonText } from '../../platform/json-text.ts';

/**
 * Values with a lifetime. A key has 1 to 512 printable ASCII characters (`run-state.ts` has the data model's); values are JSON. A value is
 * gone the moment its lifetime is over, by the store's clock.
 * @throws TrainyardError CACHE_KEY_INVALID, CACHE_VALUE_INVALID, CACHE_LIFETIME_INVALID
 */
export interface Cache {
  /** Undefined where the key is not there. */
  get(key: string): Promise<unknown>;
  /** Replaces what stood there, its lifetime too. @param lifetimeMs a whole number from 1 on */
  set(key: string, value: unknown, lifetimeMs: number): Promise<void>;
  /** Removes what has expired and answers how many there were; stores that do so themselves answer 0. */
  sweep(): Promise<number>;
}

/** Ten years: more than anything that is cached lives, less than what any store's clock can hold. */
const longestMs = 10 * 365 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError CACHE_KEY_INVALID */
export function checkKey(key: string): void {
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return;
  throw fault('CACHE_KEY_INVALID', { key: JSON.stringify(key.slice(0, 100)) });
}

/** The JSON text of a value that is to be kept. @throws TrainyardError CACHE_KEY_INVALID, CACHE_LIFETIME_INVALID, CACHE_VALUE_INVALID */
export function entryText(key: string, value: unknown, lifetimeMs: number): string {
  checkKey(key);
  if (!Number.isSafeInteger(lifetimeMs) || lifetimeMs < 1 || lifetimeMs > longestMs)
    throw fault('CACHE_LIFETIME_INVALID', { key, lifetime: lifetimeMs });
  const json = toJsonText(value);
  if ('text' in json) return json.text;
  const { field, reason } = json.fault;
  throw fault(
    'CACHE_VALUE_INVALID',
    { key, reason: field ? `${field}: ${reason}` : reason },
    { place: { field } },
  );
}
