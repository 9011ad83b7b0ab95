import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { whenRoom } from './room.ts';

function flushFolder(folder: string): void {
  // Windows cannot open a folder; its renames are durable with the file system's own journal.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}

/**
 * Puts a whole file in place: after a kill or a power cut there is the old one or the new one, never a part. A full disk is waited for.
 */
export function writeDurably(file: string, parts: readonly Uint8Array[]): void {
  const temporary = `${file}.${process.pid}.tmp`;
  whenRoom(() => {
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeAside(temporary, parts);
      renameSync(temporary, file);
      flushFolder(path.dirname(file));
    } catch (error) {
      // What is left of the disk is for others while this waits.
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

function writeAside(temporary: string, parts: readonly Uint8Array[]): void {
  const handle = openSync(temporary, 'w');
  try {
    for (const part of parts) writeAll(handle, part);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Gives a file that will not change any more a second name, in place of what had that name. */
export function linkDurably(file: string, second: string): void {
  whenRoom(() => linkOnce(file, second));
}

function linkOnce(file: string, second: string): void {
  const temporary = `${second}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  try {
    linkSync(file, temporary);
  } catch {
    // Not every file system has hard links (FAT, some network shares): a copy serves as well.
    copyFileSync(file, temporary);
    const handle = openSync(temporary, 'r+');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
  renameSync(temporary, second);
  flushFolder(path.dirname(second));
}
