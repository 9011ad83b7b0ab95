/**
 * Values with a lifetime. Keys are the data model's (`session:{id}`, `workflow:status:{id}`, …; `keys.ts` builds them): 1 to 512
 * printable ASCII characters; values are JSON. A value is gone the moment its lifetime is over, by the store's clock.
 * @throws TrainyardError CACHE_KEY_INVALID, CACHE_VALUE_INVALID, CACHE_LIFETIME_INVALID
 */
export interface Cache {
  /** Undefined if the key is not there. */
  get(key: string): Promise<unknown>;
  /** `lifetimeMs` (a whole number from 1 on) null: until removed. What stood there is replaced, its lifetime too. */
  set(key: string, value: unknown, lifetimeMs: number | null): Promise<void>;
  /** Sets only where the key is absent or expired; answers whether it did. Of several concurrent calls, one succeeds. */
  setIfAbsent(key: string, value: unknown, lifetimeMs: number | null): Promise<boolean>;
  remove(key: string): Promise<void>;
  /**
   * Adds a whole number to a counter and answers its new value, in one step; a new counter starts at 0 and lives `lifetimeMs` from then.
   * @throws TrainyardError CACHE_NOT_A_COUNTER if something else stands there
   */
  increment(key: string, by: number, lifetimeMs: number): Promise<number>;
  /** Milliseconds left; null if the key has no end; undefined if it is not there. */
  lifetime(key: string): Promise<number | null | undefined>;
  /** Removes what has expired and answers how many there were; stores that do so themselves answer 0. */
  sweep(): Promise<number>;
}
