import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DiskRoom } from '../../../shared/model/disk.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { diskRoom } from '../../platform/faults/disk-room.ts';

/** More than any file system puts beside a file's name without asking for a block. */
const probeBytes = 64 * 1024;

/** The room of the file systems that hold these folders, each once. A folder that is not there counts as the one above it. */
export async function measureRooms(folders: readonly string[]): Promise<DiskRoom[]> {
  const rooms = await Promise.all(folders.map((folder) => diskRoom(folder)));
  return [...new Map(rooms.map((room) => [room.path, room])).values()];
}

/** Writes, flushes and removes a little in a folder. @throws the file system's error */
export async function tryToWrite(folder: string): Promise<void> {
  const file = path.join(folder, `.room-${randomUUID()}`);
  try {
    await writeDurably(file, Buffer.alloc(probeBytes, 1));
  } finally {
    await rm(file, { force: true });
  }
}
