import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { isUnreachable } from './error-code.ts';

const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Opens a file in whose place a trainer may have put anything. It never waits, as for a pipe's other end: four such waits hold up
 * every file operation of Node's. A link counts as no file: what a trainer in a container links to is a file of this machine that it may not read.
 * @returns null if something else than a file is there
 */
export async function openPlainFile(file: string): Promise<FileHandle | null> {
  // Checked first, because opening a pipe would wake its writer.
  if (!(await lstat(file)).isFile()) return null;
  const handle = await open(file, flags);
  if (await handle.stat().then((stats) => stats.isFile())) return handle;
  await handle.close();
  return null;
}

/** The last bytes of a file as text, and whether they are not all; empty if there is none. */
export async function readTail(file: string, most: number): Promise<{ text: string; isCut: boolean }> {
  try {
    await using handle = await openPlainFile(file);
    if (!handle) return { text: '', isCut: false };
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, most));
    const { bytesRead } = await handle.read(tail, 0, tail.length, size - tail.length);
    return { text: tail.toString('utf8', 0, bytesRead), isCut: size > tail.length };
  } catch (error) {
    if (isUnreachable(error)) return { text: '', isCut: false };
    throw error;
  }
}
