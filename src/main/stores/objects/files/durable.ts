import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../platform/error-code.ts';

/** Flushes which names a folder holds. Windows can't flush a folder; its file system journals names by itself. */
export async function syncFolder(folder: string): Promise<void> {
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
    await syncFolder(parent);
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
