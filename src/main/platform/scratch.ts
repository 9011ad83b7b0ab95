import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { hasCode } from './error-code.ts';

const remove = (folder: string) => rm(folder, { recursive: true, force: true });

/** A folder of work under way, gone when it is disposed of. */
export interface ScratchFolder extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  /** @param name of a file in it @throws what `open` throws */
  read(name: string): Promise<Readable>;
}

/** Folders in which work puts things aside. Nothing in them is needed after a restart. */
export class Scratch {
  private readonly folder: string;
  private readonly make: () => void;

  /** @param make makes the folder, safe to repeat; called when it is needed */
  constructor(folder: string, make: () => void) {
    this.folder = folder;
    this.make = make;
  }

  /** Removes what a killed engine left. Not while work is under way. */
  async clear(): Promise<void> {
    try {
      for (const entry of await readdir(this.folder))
        if (!entry.startsWith('.')) await remove(path.join(this.folder, entry));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  /** An empty one. @param name of the work, a path segment */
  async open(name: string): Promise<ScratchFolder> {
    this.make();
    const folder = path.join(this.folder, name);
    await remove(folder);
    await mkdir(folder, { mode: 0o700 });
    return {
      path: folder,
      read: async (file) => (await open(path.join(folder, file))).createReadStream(),
      [Symbol.asyncDispose]: () => remove(folder),
    };
  }
}
