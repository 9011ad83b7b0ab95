import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { fault } from '../../shared/errors/catalogue.ts';

/**
 * The folder that the program runs from (a checkout, or where it is installed): it holds `migrations/`, `resources/`, `out/`.
 * @throws {Error} where the files were moved apart
 */
export function appRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'migrations', 'postgres'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new Error(`Trainyard's folder "migrations" is nowhere above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}

/** The numbered SQL files. */
export function migrationsFolder(): string {
  return path.join(appRoot(), 'migrations', 'postgres');
}

/** Whether a path lies in a folder or is it; both absolute and without links. */
export function isInside(folder: string, target: string): boolean {
  const relative = path.relative(folder, target);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}

/**
 * The user's own folder. `HOME` may be empty or relative, in containers and services: then the account's, as the system has it. A
 * folder that depends on where a program was started would be another one for each.
 * @throws TrainyardError HOME_UNUSABLE
 */
function personalFolder(): string {
  const named = homedir();
  if (path.isAbsolute(named)) return named;
  try {
    const { homedir: known } = userInfo();
    if (path.isAbsolute(known)) return known;
  } catch (error) {
    // The account has no entry.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
  const what = {
    en: `HOME is "${named}", and this account has no folder of its own`,
    ko: `HOME이 "${named}"이고, 이 계정에는 홈 폴더가 없습니다`,
  };
  const variable = { en: 'HOME or TRAINYARD_HOME', ko: 'HOME이나 TRAINYARD_HOME' };
  throw fault('HOME_UNUSABLE', { what, variable }, { place: { field: 'HOME' } });
}

/** SQLite takes 512 bytes for the longest file below a state folder, which is the journal of a supervisor's lock. */
const longestHomePath = 400;

/**
 * Refuses a path that not all of the state folder's programs can take: PostgreSQL writes it into files of lines, SQLite has room for
 * 512 bytes, and Node gives one that is no UTF-8 back as another.
 * @throws TrainyardError HOME_PATH_UNSUITED
 */
export function requireUsablePath(home: string): void {
  // What cannot be shown in a message of one line is escaped.
  const shown = JSON.stringify(home.length > 500 ? `${home.slice(0, 500)}…` : home);
  const unsuited = (en: string, ko: string) =>
    fault('HOME_PATH_UNSUITED', { path: shown, fault: { en, ko } });
  const control = /\p{Cc}/u.exec(home)?.[0];
  if (control !== undefined) {
    const number = control.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
    throw unsuited(`has a control character (U+${number})`, `제어 문자(U+${number})가 있습니다`);
  }
  if (home.includes('\u{FFFD}') || !home.isWellFormed()) throw unsuited('is no UTF-8', 'UTF-8이 아닙니다');
  const bytes = Buffer.byteLength(home);
  if (bytes > longestHomePath)
    throw unsuited(
      `has ${bytes} bytes, and ${longestHomePath} are the most`,
      `${bytes}바이트로, 한도인 ${longestHomePath}바이트보다 깁니다`,
    );
}

/**
 * Where the state lives: `TRAINYARD_HOME`, else the platform's folder for a program's data. Absolute; it need not exist. A variable that is
 * set to nothing is not set, as the XDG specification has it of its own.
 * @throws TrainyardError HOME_UNUSABLE
 */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.TRAINYARD_HOME;
  if (chosen) return path.resolve(chosen);
  if (process.platform === 'darwin')
    return path.join(personalFolder(), 'Library', 'Application Support', 'Trainyard');
  if (process.platform === 'win32') {
    return path.join(
      environment.LOCALAPPDATA ?? path.join(personalFolder(), 'AppData', 'Local'),
      'Trainyard',
    );
  }
  const dataHome = environment.XDG_DATA_HOME;
  // The XDG specification: a relative path is invalid and is ignored.
  const folder =
    dataHome && path.isAbsolute(dataHome) ? dataHome : path.join(personalFolder(), '.local', 'share');
  return path.join(folder, 'trainyard');
}
