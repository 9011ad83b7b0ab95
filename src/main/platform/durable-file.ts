import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { aboutFile, hasCode } from './error-code.ts';

/** Makes what was renamed, linked or removed in a folder survive a power cut. Windows has no such call and does it itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeAside(file: string, text: string, mode: number): string {
  const aside = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  const descriptor = openSync(aside, 'wx', mode);
  try {
    // Whatever the umask takes away: the server's account must be able to read what is for it.
    if (process.platform !== 'win32') fchmodSync(descriptor, mode);
    // Not one writeSync: a disk that is nearly full takes a part and says nothing.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(aside, { force: true });
    // A failed write to a descriptor does not say to which file.
    throw aboutFile(file, error);
  } finally {
    closeSync(descriptor);
  }
  return aside;
}

/** Puts a text in place of a file: a reader (and a power cut) sees the old one or the new one, whole. */
export function replaceFile(file: string, text: string, mode = 0o600): void {
  const aside = writeAside(file, text, mode);
  try {
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Writes a file that must not be there yet, whole or not at all. Answers false where somebody else's is there. */
export function createFile(file: string, text: string, mode = 0o600): boolean {
  const aside = writeAside(file, text, mode);
  try {
    linkSync(aside, file);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(path.dirname(file));
  return true;
}
