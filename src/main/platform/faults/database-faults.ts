import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { diskFull, isDiskSpent, isReadOnly } from './disk-room.ts';
import { done, failedOn, readOnly } from './file-faults.ts';

/** An error of a driver; `path` where its file is known. */
type DatabaseError = Error & { readonly code: string; readonly path?: unknown };
type Make = (cause: DatabaseError) => TrainyardError;

const fileOf = ({ path: file }: DatabaseError): string | null => (typeof file === 'string' ? file : null);

const stateFile = { en: 'A state file', ko: '상태 파일' };
const fileOfPostgres = { en: 'A file of PostgreSQL', ko: 'PostgreSQL의 파일' };
/** SQLite says so of a full disk, too, where it could not write a file beside the database. */
const orFull = {
  en: ' It may also be full: then make room.',
  ko: ' 공간이 부족해서일 수도 있으니 확인하고 비우세요.',
};
const heldByAnother = { en: 'another process holds it', ko: '다른 프로세스가 쓰고 있습니다' };

const damaged: Make = (cause) => fault('DATABASE_DAMAGED', { cause: cause.message }, { cause });

/** By SQLSTATE (https://www.postgresql.org/docs/17/errcodes-appendix.html). */
const ofPostgres: Readonly<Record<string, Make>> = {
  '53100': (cause) => diskFull(null, cause),
  '53200': (cause) => fault('DATABASE_OUT_OF_MEMORY', { cause: cause.message }, { cause }),
  '53300': (cause) => fault('POSTGRES_FULL', { server: 'PostgreSQL' }, { cause }),
  '58030': (cause) =>
    failedOn('DISK_FAULT', cause, fileOfPostgres, done.read, cause.message, { status: 503 }),
  '58P01': damaged,
  '25006': (cause) => fault('DATABASE_READ_ONLY', { cause: cause.message }, { cause }),
  XX001: damaged,
  XX002: damaged,
};

const ofSqlite =
  (
    code: Parameters<typeof failedOn>[0],
    doing: (typeof done)[keyof typeof done],
    why: Parameters<typeof failedOn>[4] | null = null,
    options: Parameters<typeof failedOn>[5] = {},
  ): Make =>
  (cause) => {
    const file = fileOf(cause);
    const place = file === null ? {} : { place: { file } };
    return failedOn(code, cause, file ?? stateFile, doing, why ?? cause.message, { ...place, ...options });
  };

const sqliteDamaged: Make = (cause) => {
  const file = fileOf(cause);
  const what = {
    en: `is no SQLite database, or a damaged one (${cause.message})`,
    ko: `SQLite 데이터베이스가 아니거나 손상되었습니다(${cause.message})`,
  };
  const hint = {
    en: 'Put it back from a backup; a lock file (engine.lock.sqlite, supervisor.lock) may be removed while nothing of Trainyard runs.',
    ko: '백업에서 되돌리세요. 잠금 파일(engine.lock.sqlite, supervisor.lock)은 Trainyard가 아무것도 실행하지 않을 때 지워도 됩니다.',
  };
  const parameters = { file: file ?? stateFile, fault: what, hint };
  return fault('STATE_FILE_DAMAGED', parameters, { place: file === null ? {} : { file }, cause });
};

/** By the first part of SQLite's codes (https://sqlite.org/rescode.html). */
const byLiteCode: Readonly<Record<string, Make>> = {
  SQLITE_FULL: (cause) => diskFull(fileOf(cause), cause),
  SQLITE_CORRUPT: sqliteDamaged,
  SQLITE_NOTADB: sqliteDamaged,
  SQLITE_READONLY: ofSqlite('FILE_FORBIDDEN', done.write),
  SQLITE_PERM: ofSqlite('FILE_FORBIDDEN', done.open),
  SQLITE_CANTOPEN: ofSqlite('STATE_FILE_UNUSABLE', done.open),
  SQLITE_IOERR: ofSqlite('DISK_FAULT', done.use, null, { also: orFull }),
  SQLITE_BUSY: ofSqlite('FILE_BUSY', done.use, heldByAnother, { status: 503 }),
  SQLITE_LOCKED: ofSqlite('FILE_BUSY', done.use, heldByAnother, { status: 503 }),
  SQLITE_NOLFS: ofSqlite('FILE_TOO_LARGE', done.write),
};

/** What SQLite says of a file beside its database (`-wal`, `-shm`) that found no room, or may not be written. */
const vague = new Set(['SQLITE_IOERR', 'SQLITE_CANTOPEN', 'SQLITE_READONLY']);

/** Why the disk of a file takes nothing, as it is found now; null if it does, and where it is not known which file. */
function diskTakesNothing(error: DatabaseError): TrainyardError | null {
  const file = fileOf(error);
  if (file === null) return null;
  if (isReadOnly(file)) return ofSqlite('DISK_READ_ONLY', done.write, readOnly.why)(error);
  return isDiskSpent(file) ? diskFull(file, error) : null;
}

/** What a database's error code means to a person; null if it is none of these. */
export function databaseFault(error: DatabaseError): TrainyardError | null {
  const ofLite = error.code.split('_').slice(0, 2).join('_');
  const make = ofPostgres[error.code] ?? byLiteCode[ofLite];
  return (vague.has(ofLite) ? diskTakesNothing(error) : null) ?? make?.(error) ?? null;
}
