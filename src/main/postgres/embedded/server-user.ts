import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';

/** The account that the server runs under. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Another account than ours where we are root, because PostgreSQL refuses to run as root: `postgres`, else `nobody`.
 * Null: the server runs as we do.
 * @throws TrainyardError POSTGRES_NO_USER
 */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(([found]) => found === name);
    const uid = Number(account?.[2]);
    const gid = Number(account?.[3]);
    if (account && uid > 0 && gid > 0) return { name, uid, gid };
  }
  throw fault('POSTGRES_NO_USER', {});
}

/** The first folder on the way up from one that exists that the account may not pass, by permission bits; null if it gets there. */
export function closedFolder(folder: string, user: ServerUser): string | null {
  let current = realpathSync(folder);
  for (;;) {
    const { mode, uid, gid } = statSync(current);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return current;
    const parent = path.dirname(current);
    if (parent === current) return null;
    current = parent;
  }
}
