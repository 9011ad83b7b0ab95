import type { Setting } from '../../../shared/contract/settings.ts';
import { type SettingName, settingNames, settings, variableBefore } from '../../../shared/model/settings.ts';

interface Parts {
  readonly store: {
    get(name: string): unknown;
    set(name: string, value: string): void;
    remove(name: string): void;
  };
  /** Where the token of the hub is kept, apart from what is shown. */
  readonly token: { read(): string | null; keep(token: string | null): void };
  /** The engine's, which goes before what is set. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Looks whether a value can be used. @throws TrainyardError if it cannot */
  readonly check: { program(path: string): Promise<void>; folder(path: string): Promise<void> };
}

/** What a person set for the engine, without its stores. Whoever needs a setting reads it when it is needed. */
export class EngineSettings {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  list(): { settings: Setting[] } {
    return { settings: settingNames.map((name) => this.show(name)) };
  }

  /** @throws TrainyardError SETTING_PATH_RELATIVE, WHEELS_NOT_FOUND, and why a Python does not run */
  async set(name: SettingName, value: string): Promise<Setting> {
    const { store, token, check } = this.parts;
    const { kind } = settings[name];
    if (kind === 'program' || kind === 'folder') await check[kind](value);
    if (kind === 'secret') token.keep(value);
    else store.set(name, value);
    return this.show(name);
  }

  unset(name: SettingName): Setting {
    if (settings[name].kind === 'secret') this.parts.token.keep(null);
    else this.parts.store.remove(name);
    return this.show(name);
  }

  private show(name: SettingName): Setting {
    const { store, token, environment } = this.parts;
    const variable = variableBefore(name, environment);
    if (settings[name].kind === 'secret')
      return { name, value: null, isSet: token.read() !== null, variable };
    const kept = store.get(name);
    const value = typeof kept === 'string' && kept !== '' ? kept : null;
    return { name, value, isSet: value !== null, variable };
  }
}
