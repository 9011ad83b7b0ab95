import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../platform/error-code.ts';

const remove = (folder: string) => rm(folder, { recursive: true, force: true });

/** Folders in which imports put aside what they read. Nothing in them is needed after a restart. */
export class ImportScratch {
  private readonly folder: string;
  private readonly make: () => void;

  /** @param make makes the folder, safe to repeat; called when it is needed */
  constructor(folder: string, make: () => void) {
    this.folder = folder;
    this.make = make;
  }

  /** Removes what a killed engine left. Not while an import is under way. */
  async clear(): Promise<void> {
    try {
      for (const name of await readdir(this.folder))
        if (!name.startsWith('.')) await remove(path.join(this.folder, name));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  /** An empty folder for an import, gone when it ends. */
  async open(importId: string): Promise<AsyncDisposable & { readonly path: string }> {
    this.make();
    const folder = path.join(this.folder, importId);
    await remove(folder);
    await mkdir(folder, { mode: 0o700 });
    return { path: folder, [Symbol.asyncDispose]: () => remove(folder) };
  }
}
