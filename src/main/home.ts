import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { TrainyardError } from '../shared/model/errors.ts';
import { createFile, replaceFile, syncFolder } from './durable-file.ts';
import { hasCode } from './error-code.ts';
import { failpoint } from './failpoints.ts';

/** What a running engine says of itself in `engine.json`. */
export interface EngineRecord {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly version: string;
}

/** Made once for a state folder. */
export interface Secrets {
  readonly postgresPassword: string;
  /** Who has it may ask the engine anything. */
  readonly engineToken: string;
}

/**
 * Makes the state folder, closed to other users (0700), and answers its path. Root's may stay 0710: the PostgreSQL server,
 * which never runs as root, then has its way through it.
 * @throws TrainyardError HOME_UNUSABLE
 */
export function openHome(home: string): string {
  try {
    const made = mkdirSync(home, { recursive: true, mode: 0o700 });
    if (made !== undefined) syncFolder(path.dirname(made));
    const mode = statSync(home).mode & 0o777;
    const closed = (mode & 0o077) === 0 || (process.getuid?.() === 0 && mode === 0o710);
    if (process.platform !== 'win32' && !closed) chmodSync(home, 0o700);
  } catch (error) {
    throw new TrainyardError(
      'HOME_UNUSABLE',
      `The state folder ${home} cannot be made or closed to other users (${error instanceof Error ? error.message : String(error)})`,
      'Set TRAINYARD_HOME to a folder that you own.',
      { cause: error },
    );
  }
  return home;
}

function readJson(file: string): Record<string, unknown> | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw damaged(file, error);
  }
  throw damaged(file);
}

function damaged(file: string, cause?: unknown): TrainyardError {
  return new TrainyardError(
    'STATE_FILE_DAMAGED',
    `${file} does not hold what Trainyard wrote there`,
    'Put the file back from a backup; engine.json may be removed while no engine runs.',
    { place: { file }, cause },
  );
}

const engineFile = (home: string) => path.join(home, 'engine.json');

/**
 * What the engine of this state folder wrote when it was ready; null where none did. It may be dead since: its lock tells.
 * @throws TrainyardError STATE_FILE_DAMAGED
 */
export function readEngineRecord(home: string): EngineRecord | null {
  const found = readJson(engineFile(home));
  if (!found) return null;
  const { url, token, pid, startedAt, version } = found;
  if (
    typeof url !== 'string' ||
    typeof token !== 'string' ||
    typeof pid !== 'number' ||
    typeof startedAt !== 'string' ||
    typeof version !== 'string'
  ) {
    throw damaged(engineFile(home));
  }
  return { url, token, pid, startedAt, version };
}

export function writeEngineRecord(home: string, record: EngineRecord): void {
  failpoint('engine-record.write.before');
  replaceFile(engineFile(home), `${JSON.stringify(record, null, 2)}\n`);
  failpoint('engine-record.write.after');
}

export function removeEngineRecord(home: string): void {
  rmSync(engineFile(home), { force: true });
}

/**
 * The folder's secrets, made on the first call; whoever comes second gets the first one's.
 * @throws TrainyardError STATE_FILE_DAMAGED
 */
export function ensureSecrets(home: string): Secrets {
  const file = path.join(home, 'secrets.json');
  let found = readJson(file);
  if (!found) {
    const made: Secrets = {
      postgresPassword: randomBytes(32).toString('base64url'),
      engineToken: randomBytes(32).toString('base64url'),
    };
    failpoint('secrets.write.before');
    createFile(file, `${JSON.stringify(made, null, 2)}\n`);
    failpoint('secrets.write.after');
    found = readJson(file);
  }
  const { postgresPassword, engineToken } = found ?? {};
  const isSecret = (value: unknown): value is string => typeof value === 'string' && value.length >= 16;
  if (!isSecret(postgresPassword) || !isSecret(engineToken)) throw damaged(file);
  return { postgresPassword, engineToken };
}

/**
 * Takes the state folder for this process, for as long as it lives: an operating system's lock, which a kill releases.
 * Null where another engine has it. Nobody may open and close `engine.lock.sqlite` otherwise in this process: closing any
 * descriptor of a file drops all of the process's POSIX locks on it.
 */
export function acquireEngineLock(home: string): Disposable | null {
  const database = new Database(path.join(home, 'engine.lock.sqlite'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (hasCode(error, 'SQLITE_BUSY')) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}
