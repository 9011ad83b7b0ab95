import { createHash } from 'node:crypto';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Every entry below a folder with its owner, group, mode and bytes (a link: where it leads), hashed. */
export function hashTree(folder: string): string {
  const hash = createHash('sha256');
  const walk = (entry: string) => {
    const { uid, gid, mode } = lstatSync(entry);
    const kind = mode & 0o170000;
    hash.update(`${path.relative(folder, entry)} ${uid} ${gid} ${mode}\n`);
    if (kind === 0o040000) for (const name of readdirSync(entry).sort()) walk(path.join(entry, name));
    else if (kind === 0o120000) hash.update(readlinkSync(entry));
    else if (kind === 0o100000) hash.update(readFileSync(entry));
  };
  walk(folder);
  return hash.digest('hex');
}

/** A tree outside of the state folder that looks worth emptying: folders of several modes, what Trainyard itself removes, a foreign owner. */
export function makeDecoy(folder: string): void {
  for (const below of ['', 'open', '.incoming', 'datasets', 'data', 'secrets', 'initialising-x', 'socket'])
    mkdirSync(path.join(folder, below), { recursive: true, mode: 0o755 });
  for (const file of [
    'file',
    '.incoming/half',
    'datasets/kept',
    'data/postmaster.pid',
    'data/PG_VERSION',
    'secrets/postgres-password',
    'initialising-x/password',
    'socket/.s.PGSQL.5432',
  ])
    writeFileSync(path.join(folder, file), file, { mode: 0o644 });
  chmodSync(path.join(folder, 'open'), 0o777);
  if (process.getuid?.() === 0) lchownSync(path.join(folder, 'open'), 12_345, 12_345);
}
