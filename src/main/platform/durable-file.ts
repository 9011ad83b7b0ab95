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
import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { aboutFile, hasCode } from './error-code.ts';

/** Makes what was renamed, linked or removed in a folder survive a power cut. Windows can't flush a folder; its file system journals names by itself. */
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

/** Writes a file that must not be there yet, whole or not at all. Returns false if somebody else's is there. */
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

/** `syncFolder` that holds up nobody else, where files are many or large. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Makes a folder and those above it, closed to others, each of them there after a power cut once this resolves. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const made = path.dirname(first);
  for (let parent = path.dirname(folder); parent.length >= made.length; parent = path.dirname(parent)) {
    await flushFolder(parent);
    if (parent === path.dirname(parent)) break;
  }
}

/** Renames a flushed file into its place, making the folder where it is missing; the folder is not flushed yet. */
export async function renameInto(temporary: string, target: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await rename(temporary, target);
    } catch (error) {
      if (tries > 5 || !hasCode(error, 'ENOENT', 'EISDIR')) throw error;
      // A removal may prune the folder between its making and the renaming; a kill may leave an empty folder in the way.
      if (error.code === 'ENOENT') await makeFolder(path.dirname(target));
      else await rmdir(target);
    }
  }
}

/** Writes and flushes a new file. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
}
