import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { fault } from '../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import { createFile, replaceFile, syncFolder } from './durable-file.ts';
import { hasCode } from './error-code.ts';
import { failpoint } from './failpoints.ts';
import { acquireFileLock, isFileLocked } from './file-lock.ts';
import { requireUsablePath } from './paths.ts';
import { readStateFile } from './state-file.ts';
import { closeEntries, mayBecomeHome } from './state-folder.ts';

const engineRecordSchema = z.object({
  url: z.string(),
  token: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  version: z.string(),
});
/** What a running engine says of itself in `engine.json`. */
export type EngineRecord = Readonly<z.infer<typeof engineRecordSchema>>;

const secret = z.string().check(z.regex(/^[\x20-\x7e]{16,}$/));
/** `engineToken`: who has it may ask the engine anything. `hubToken`: a person's, of Hugging Face; null or left out without one. */
const secretsSchema = z.object({
  postgresPassword: secret,
  engineToken: secret,
  hubToken: z.optional(z.nullable(z.string())),
});
/** Made once for a state folder; a person's own are added. */
export type Secrets = Readonly<z.infer<typeof secretsSchema>>;

/** The owner of a folder that is to be a state folder, and what it holds; closing it must harm nobody else. */
function requireOurs(home: string): void {
  const { uid } = statSync(home);
  const ours = process.getuid?.();
  const place = { file: home };
  if (ours !== undefined && uid !== ours) throw fault('HOME_OF_ANOTHER_USER', { path: home, uid }, { place });
  if (!mayBecomeHome(home)) throw fault('HOME_HAS_OTHER_FILES', { home }, { place });
}

/** Returns the first folder that was made; undefined if all of them were there. */
function makeHome(home: string): string | undefined {
  try {
    return mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Node's code for a file system that takes no folder; making the topmost one shows why.
    if (!hasCode(error, 'ENOENT')) throw error;
    let missing = path.resolve(home);
    while (!existsSync(path.dirname(missing))) missing = path.dirname(missing);
    mkdirSync(missing, { mode: 0o700 });
    throw error;
  }
}

/**
 * Makes the state folder, closed to other users (0700) with all that Trainyard has in it, and answers its path. Root's may stay
 * 0710: the PostgreSQL server, which never runs as root, then has its way through it.
 * @throws TrainyardError HOME_PATH_UNSUITED, HOME_UNUSABLE, HOME_OF_ANOTHER_USER, HOME_HAS_OTHER_FILES
 */
export function openHome(home: string): string {
  requireUsablePath(home);
  try {
    const made = makeHome(home);
    // A short link may lead to a path that is none of these.
    requireUsablePath(realpathSync(home));
    if (made !== undefined) syncFolder(path.dirname(made));
    else requireOurs(home);
    const mode = statSync(home).mode & 0o777;
    const closed = (mode & 0o077) === 0 || (process.getuid?.() === 0 && mode === 0o710);
    if (process.platform !== 'win32' && !closed) chmodSync(home, 0o700);
    closeEntries(home);
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    const cause = errorMessage(error);
    const what = {
      en: `The state folder ${home} cannot be made or closed to other users (${cause})`,
      ko: `${home} 폴더를 만들거나 다른 사용자에게 닫을 수 없습니다(${cause})`,
    };
    throw fault(
      'HOME_UNUSABLE',
      { what, variable: 'TRAINYARD_HOME' },
      { place: { file: home }, cause: error },
    );
  }
  return home;
}

const engineFile = (home: string) => path.join(home, 'engine.json');

/**
 * What the engine of this state folder wrote when it was ready; null if none did. It may have died since: its lock shows that.
 * @throws TrainyardError STATE_FILE_DAMAGED, STATE_FILE_IRREGULAR
 */
export function readEngineRecord(home: string): EngineRecord | null {
  return readStateFile(engineFile(home), engineRecordSchema, {
    hint: {
      en: 'Remove it: the next start of the engine writes it again, and nothing else is in it.',
      ko: '지우세요. 다음에 엔진을 시작할 때 다시 만들어지고, 다른 내용은 없습니다.',
    },
  });
}

/** Whatever stands in the record's place is replaced or removed, and only a folder cannot be: it is set aside, with what is in it. */
function setFolderAside(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    renameSync(file, `${file}.aside-${Date.now()}`);
}

/** Writes `engine.json` atomically. */
export function writeEngineRecord(home: string, record: EngineRecord): void {
  failpoint('engine-record.write.before');
  setFolderAside(engineFile(home));
  replaceFile(engineFile(home), `${JSON.stringify(record, null, 2)}\n`);
  failpoint('engine-record.write.after');
}

/** Removes `engine.json`; safe to repeat. */
export function removeEngineRecord(home: string): void {
  setFolderAside(engineFile(home));
  rmSync(engineFile(home), { force: true });
}

const secretsHint = {
  en: 'Put it back from a backup, or move it away and start again: new secrets are made, the database takes the new password, and only links and programs that have the old token must be given the new one.',
  ko: '백업에서 되돌리거나, 다른 곳으로 옮기고 다시 시작하세요. 새 비밀번호와 토큰이 만들어지고 데이터베이스도 새 비밀번호를 받습니다. 예전 토큰을 쓰던 링크와 프로그램에만 새 토큰을 알려 주면 됩니다.',
};

const secretsFile = (home: string) => path.join(home, 'secrets.json');

/** The folder's secrets; null if none were made yet. @throws TrainyardError STATE_FILE_DAMAGED, STATE_FILE_IRREGULAR */
export function readSecrets(home: string): Secrets | null {
  return readStateFile(secretsFile(home), secretsSchema, { hint: secretsHint });
}

const runningFile = (home: string) => path.join(home, 'engine.running');

/**
 * Notes durably that an engine of this folder is about to listen, until it is disposed of when the engine listens no more. Where an engine
 * was killed before, what it wrote of itself is removed and its token becomes worthless: its port may have been somebody else's since, and
 * scripts may have sent the token there. For whoever has the folder's lock. Killed anywhere, the next start does it again.
 * @param renew make another token in any case
 */
export function markRunning(home: string, renew: boolean): Disposable {
  if (renew || existsSync(runningFile(home)) || existsSync(engineFile(home))) renewEngineToken(home);
  removeEngineRecord(home);
  replaceFile(runningFile(home), '');
  return { [Symbol.dispose]: () => rmSync(runningFile(home), { force: true }) };
}

/** Gives a state folder within another one secrets of its own, but the database's password, which goes with the data. */
export function shareDatabasePassword(home: string, inner: string): void {
  const { postgresPassword } = ensureSecrets(home);
  writeSecrets(inner, { postgresPassword, engineToken: randomBytes(32).toString('base64url') });
}

function writeSecrets(home: string, secrets: Secrets): void {
  replaceFile(secretsFile(home), `${JSON.stringify(secrets, null, 2)}\n`);
}

function renewEngineToken(home: string): void {
  const secrets: Secrets = { ...ensureSecrets(home), engineToken: randomBytes(32).toString('base64url') };
  failpoint('engine-token.renew.before');
  writeSecrets(home, secrets);
  failpoint('engine-token.renew.after');
}

/** Keeps what Hugging Face knows the person by, or forgets it. For whoever has the folder's lock. */
export function keepHubToken(home: string, hubToken: string | null): void {
  const secrets: Secrets = { ...ensureSecrets(home), hubToken };
  failpoint('hub-token.write.before');
  writeSecrets(home, secrets);
  failpoint('hub-token.write.after');
}

/**
 * The folder's secrets, made on the first call; whoever comes second gets the first one's.
 * @throws TrainyardError STATE_FILE_DAMAGED, STATE_FILE_IRREGULAR
 */
export function ensureSecrets(home: string): Secrets {
  const found = readSecrets(home);
  if (found) return found;
  const made: Secrets = {
    postgresPassword: randomBytes(32).toString('base64url'),
    engineToken: randomBytes(32).toString('base64url'),
  };
  failpoint('secrets.write.before');
  createFile(secretsFile(home), `${JSON.stringify(made, null, 2)}\n`);
  failpoint('secrets.write.after');
  return readSecrets(home) ?? made;
}

const lockHint = {
  en: 'Remove it while no engine runs: it holds nothing, and is made again.',
  ko: '엔진이 멈춘 동안 지우세요. 아무 내용이 없고 다시 만들어집니다.',
};

const lockFile = (home: string) => path.join(home, 'engine.lock.sqlite');

/**
 * Takes the state folder for this process, for as long as it lives; null if another engine has it.
 * @throws TrainyardError STATE_FILE_DAMAGED, STATE_FILE_IRREGULAR
 */
export function acquireEngineLock(home: string): Disposable | null {
  return acquireFileLock(lockFile(home), lockHint, 500);
}

/** Whether an engine has the state folder. Not to be asked in the engine's own process. */
export function isEngineLocked(home: string): boolean {
  return isFileLocked(lockFile(home), lockHint);
}
