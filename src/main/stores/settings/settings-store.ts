import { closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { syncFolder } from '../../platform/durable-file.ts';
import { aboutFile, hasCode } from '../../platform/error-code.ts';
import { toJsonText } from '../../platform/json-text.ts';
import { prepareOwnFile } from '../../platform/state-file.ts';

/** The form of the file. A newer program's file is left alone. */
const revision = 1;

interface SettingRow {
  readonly name: string;
  readonly value: string;
}

/**
 * What the engine must know without PostgreSQL: a few JSON values by name in an SQLite file, kept through a power cut once a call returns.
 * Synchronous, because it is small and read before anything else runs. Several processes may have it open. Names are 1 to 128
 * characters: a lower-case letter, then letters, digits, `.`, `_` and `-`.
 * @throws TrainyardError SETTING_INVALID (name or value), SETTINGS_CORRUPT (the file is set aside), SETTINGS_UNAVAILABLE
 */
export class SettingsStore implements Disposable {
  private readonly file: string;
  private readonly database: Database.Database;

  /**
   * Makes the file where it is missing.
   * @throws TrainyardError SETTINGS_CORRUPT (the file was set aside: the next call makes a new one), SETTINGS_TOO_NEW, SETTINGS_UNAVAILABLE
   */
  constructor(file: string) {
    this.file = file;
    try {
      prepareOwnFile(file, {
        en: 'Put settings.sqlite itself there, or remove it: one with default settings is made.',
        ko: 'settings.sqlite 파일 자체를 그 자리에 두거나 지우세요. 지우면 기본 설정으로 만들어집니다.',
      });
      this.database = new Database(file, { timeout: 5000 });
    } catch (error) {
      throw unavailable(file, error);
    }
    try {
      this.guarded(() => this.prepare());
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Undefined where nothing was set. */
  get(name: string): unknown {
    checkName(name);
    return this.guarded(() => {
      const row = this.database
        .prepare<[string], SettingRow>('SELECT name, value FROM settings WHERE name = ?')
        .get(name);
      return row && JSON.parse(row.value);
    });
  }

  /** Writes nothing where the value is there already: a write waits for the disk. */
  set(name: string, value: unknown): void {
    checkName(name);
    const json = toJsonText(value);
    if ('fault' in json) throw invalidSetting(name, `${json.fault.field} ${json.fault.reason}`.trim());
    this.guarded(() => {
      this.database
        .prepare(
          'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value',
        )
        .run(name, json.text);
    });
  }

  /** Harmless where nothing was set. */
  remove(name: string): void {
    checkName(name);
    this.guarded(() => {
      this.database.prepare('DELETE FROM settings WHERE name = ?').run(name);
    });
  }

  /** All of them, in the order of their names. */
  all(): ReadonlyMap<string, unknown> {
    return this.guarded(() => {
      const rows = this.database
        .prepare<[], SettingRow>('SELECT name, value FROM settings ORDER BY name')
        .all();
      return new Map(rows.map(({ name, value }) => [name, JSON.parse(value)]));
    });
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  private prepare(): void {
    const found = Number(this.database.pragma('user_version', { simple: true }));
    const { file } = this;
    if (found > revision)
      throw fault('SETTINGS_TOO_NEW', { file, found, known: revision }, { place: { file } });
    // A small file: reading all of it costs a millisecond and finds damage before anything is built on it.
    const checked = String(this.database.pragma('quick_check(1)', { simple: true }));
    if (checked !== 'ok') throw damaged(checked);
    // SQLite's check follows its pages and does not look at what the values are. Nothing is written before both passed.
    if (found === revision) this.all();
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    if (found === revision) return;
    const make = this.database.transaction(() => {
      this.database.exec(
        'CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
      );
      this.database.pragma(`user_version = ${revision}`);
    });
    make.immediate();
  }

  /** Runs something on the database; damage sets the file aside. */
  private guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof TrainyardError) throw error;
      if (error instanceof SyntaxError || isDamage(error)) {
        this.database.close();
        throw setAside(this.file, error);
      }
      throw unavailable(this.file, error);
    }
  }
}

function damaged(finding: string): Error {
  return Object.assign(new Error(finding), { code: 'SQLITE_CORRUPT' });
}

function isDamage(error: unknown): boolean {
  return (
    hasCode(error, 'SQLITE_NOTADB') ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT'))
  );
}

function checkName(name: string): void {
  if (!/^[a-z][A-Za-z0-9._-]{0,127}$/.test(name))
    throw invalidSetting(name.slice(0, 128), {
      en: 'that is no name of a setting',
      ko: '설정의 이름이 아닙니다',
    });
}

function invalidSetting(name: string, reason: Parameter): TrainyardError {
  return fault('SETTING_INVALID', { name: JSON.stringify(name), reason }, { place: { field: name } });
}

function unavailable(file: string, cause: unknown): TrainyardError {
  if (cause instanceof TrainyardError) return cause;
  const options = { place: { file }, cause: aboutFile(file, cause) };
  return fault('SETTINGS_UNAVAILABLE', { file, cause: errorMessage(cause) }, options);
}

/** The settings of a state folder. @throws TrainyardError as the constructor */
export function openSettings(home: string): SettingsStore {
  return new SettingsStore(path.join(home, 'settings.sqlite'));
}

/**
 * A setting as its schema has it; undefined if it was never set.
 * @throws TrainyardError SETTING_DAMAGED if its value is none that Trainyard gives it
 */
export function readSetting<T>(settings: SettingsStore, name: string, schema: z.ZodType<T>): T | undefined {
  const value = settings.get(name);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const parameters = { name, fault: parsed.error.issues[0]?.message ?? '' };
  throw fault('SETTING_DAMAGED', parameters, { place: { file: 'settings.sqlite', field: name } });
}

/** The database, its journal, its shared memory: without its journal a database lacks what was written last. */
const suffixes = ['', '-wal', '-shm'] as const;

/** Copies a damaged database out of the way, then removes it, and answers the error that says where it is now. */
function setAside(file: string, cause: unknown): TrainyardError {
  const aside = freeName(`${file}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  const present = suffixes.filter((suffix) => existsSync(file + suffix));
  // Whole copies first: killed in between, the damaged files still stand where they were.
  for (const suffix of present) copyDurably(file + suffix, aside + suffix);
  syncFolder(path.dirname(file));
  for (const suffix of present) rmSync(file + suffix, { force: true });
  return fault('SETTINGS_CORRUPT', { file, aside }, { place: { file: aside }, cause });
}

function freeName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!suffixes.some((suffix) => existsSync(name + suffix))) return name;
  }
}

function copyDurably(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  const descriptor = openSync(to, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
