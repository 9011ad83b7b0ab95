/** Values with a lifetime. Keys are the data model's (`session:{id}`, `workflow:status:{id}`, …); values are JSON. */
export interface Cache {
  get(key: string): Promise<unknown>;
  /** `lifetimeMs` null: until removed. */
  set(key: string, value: unknown, lifetimeMs: number | null): Promise<void>;
  /** Sets only where the key is absent or expired; answers whether it did. */
  setIfAbsent(key: string, value: unknown, lifetimeMs: number | null): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Adds to a counter and answers its new value, in one step; a new counter starts at 0 and lives `lifetimeMs` from then. */
  increment(key: string, by: number, lifetimeMs: number): Promise<number>;
  /** Milliseconds left; null where the key has no end; undefined where it is not there. */
  lifetime(key: string): Promise<number | null | undefined>;
}
