/**
 * What the engine must know without PostgreSQL: a few JSON values by name, kept through a power cut once a call returns.
 * Synchronous, because it is small and read before anything else runs. Names are 1 to 128 characters: a lower-case letter, then
 * letters, digits, `.`, `_` and `-`.
 * @throws TrainyardError SETTING_INVALID (name or value), SETTINGS_CORRUPT (the file is set aside), SETTINGS_UNAVAILABLE
 */
export interface SettingsStore extends Disposable {
  /** Undefined where nothing was set. */
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  /** Harmless where nothing was set. */
  remove(name: string): void;
  /** All of them, in the order of their names. */
  all(): ReadonlyMap<string, unknown>;
}
