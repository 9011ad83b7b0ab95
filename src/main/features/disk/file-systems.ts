import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DiskRoom } from '../../../shared/model/disk.ts';
import { diskRoom } from '../../platform/faults/disk-room.ts';
import { writeDurably } from '../../stores/objects/files/durable.ts';

export type StateFolder = 'objects' | 'uploads';

/** More than any file system puts beside a file's name without asking for a block. */
const probeBytes = 64 * 1024;

/** The file systems of a state folder, and of the folders that may be elsewhere (by a mount or a link). */
export class StateFileSystems {
  private readonly home: string;
  private readonly folders: () => readonly string[];

  /** @param folders asked at each look: some of them are made later */
  constructor(home: string, folders: () => readonly string[]) {
    this.home = home;
    this.folders = folders;
  }

  /** Their room now, each once. A folder that is not there counts as the one above it. */
  async measure(): Promise<DiskRoom[]> {
    const rooms = await Promise.all([this.home, ...this.folders()].map((folder) => diskRoom(folder)));
    return [...new Map(rooms.map((room) => [room.path, room])).values()];
  }

  /** Room where a folder of the state folder is, or will be. */
  roomOf(folder: StateFolder): Promise<DiskRoom> {
    return diskRoom(path.join(this.home, folder));
  }

  /** Writes, flushes and removes a little in the state folder. @throws the file system's error */
  async tryToWrite(): Promise<void> {
    const file = path.join(this.home, `.room-${randomUUID()}`);
    try {
      await writeDurably(file, Buffer.alloc(probeBytes, 1));
    } finally {
      await rm(file, { force: true });
    }
  }
}
