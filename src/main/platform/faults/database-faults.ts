import { TrainyardError } from '../../../shared/errors/error.ts';
import { diskFull, isDiskSpent, isReadOnly } from './disk-room.ts';

/** An error of a driver; `path` where its file is known. */
type DatabaseError = Error & { readonly path?: unknown };
type Make = (cause: DatabaseError) => TrainyardError;

const fileOf = ({ path: file }: DatabaseError): string | null => (typeof file === 'string' ? file : null);

const fault =
  (code: string, message: string, hint: string, status = 503): Make =>
  (cause) => {
    const file = fileOf(cause);
    const what = file === null ? cause.message : `${file}: ${cause.message}`;
    const place = file === null ? {} : { file };
    return new TrainyardError(code, `${message} (${what})`, hint, { status, place, cause });
  };

const damaged = fault(
  'DATABASE_DAMAGED',
  'The database is damaged',
  'Stop the engine, copy the state folder away, and restore the last backup; see dmesg for faults of the disk.',
  500,
);
const readOnly = fault(
  'DATABASE_READ_ONLY',
  'The database takes no changes',
  'Let the server leave recovery or its read-only mode, or name the primary server.',
);

const diskReadOnly = fault(
  'DISK_READ_ONLY',
  'A state file can’t be written: its file system is mounted for reading only',
  'Mount it for writing (a disk with faults is switched over by the system: see dmesg), or set TRAINYARD_HOME to another disk.',
  507,
);

/** By SQLSTATE (https://www.postgresql.org/docs/17/errcodes-appendix.html). */
const ofPostgres: Readonly<Record<string, Make>> = {
  '53100': (cause) => diskFull(null, cause),
  '53200': fault(
    'DATABASE_OUT_OF_MEMORY',
    'The database is out of memory',
    'Close other programs, or give the server more memory, and try again.',
  ),
  '53300': fault(
    'POSTGRES_FULL',
    'PostgreSQL has no connection left',
    'End other clients, or raise max_connections.',
  ),
  '58030': fault(
    'DISK_FAULT',
    'PostgreSQL could not read or write a file',
    'Look into the system’s log (dmesg), and check the disk.',
  ),
  '58P01': damaged,
  '25006': readOnly,
  XX001: damaged,
  XX002: damaged,
};

const sqliteDamaged = fault(
  'STATE_FILE_DAMAGED',
  'A state file is no SQLite database, or a damaged one',
  'Put it back from a backup; a lock file (engine.lock.sqlite, supervisor.lock) may be removed while nothing of Trainyard runs.',
  500,
);

/** By the first part of SQLite's codes (https://sqlite.org/rescode.html). */
const ofSqlite: Readonly<Record<string, Make>> = {
  SQLITE_FULL: (cause) => diskFull(fileOf(cause), cause),
  SQLITE_CORRUPT: sqliteDamaged,
  SQLITE_NOTADB: sqliteDamaged,
  SQLITE_READONLY: fault(
    'FILE_FORBIDDEN',
    'A state file can’t be written',
    'Give the state folder back to the user that runs Trainyard, or mount its disk for writing.',
    500,
  ),
  SQLITE_PERM: fault(
    'FILE_FORBIDDEN',
    'A state file can’t be opened',
    'Give the state folder back to the user that runs Trainyard.',
    500,
  ),
  SQLITE_CANTOPEN: fault(
    'STATE_FILE_UNUSABLE',
    'A state file can’t be opened',
    'See that it is a file, that the folder is yours and writable, and that its disk has room.',
    500,
  ),
  SQLITE_IOERR: fault(
    'DISK_FAULT',
    'A state file can’t be read or written',
    'Make room on the disk; where there is some, look into the system’s log (dmesg) and check the disk.',
    500,
  ),
  SQLITE_BUSY: fault('FILE_BUSY', 'Another process holds a state file', 'Try again in a moment.'),
  SQLITE_LOCKED: fault('FILE_BUSY', 'Another process holds a state file', 'Try again in a moment.'),
  SQLITE_NOLFS: fault(
    'FILE_TOO_LARGE',
    'A state file is too large for the file system',
    'Move the state folder to another disk.',
    500,
  ),
};

/** What SQLite says of a file beside its database (`-wal`, `-shm`) that found no room, or may not be written. */
const vague = new Set(['SQLITE_IOERR', 'SQLITE_CANTOPEN', 'SQLITE_READONLY']);

/** Why the disk of a file takes nothing, as it is found now; null where it does, and where it is not known which file. */
function diskTakesNothing(error: DatabaseError): TrainyardError | null {
  const file = fileOf(error);
  if (file === null) return null;
  if (isReadOnly(file)) return diskReadOnly(error);
  return isDiskSpent(file) ? diskFull(file, error) : null;
}

/** What a database's error code means to a person; null where it is none of these. */
export function databaseFault(error: DatabaseError & { readonly code: string }): TrainyardError | null {
  const ofLite = error.code.split('_').slice(0, 2).join('_');
  const make = ofPostgres[error.code] ?? ofSqlite[ofLite];
  return (vague.has(ofLite) ? diskTakesNothing(error) : null) ?? make?.(error) ?? null;
}
