import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Makes an empty folder of an import, which is gone when the import ends. */
export type MakeScratch = (importId: string) => Promise<AsyncDisposable & { readonly path: string }>;

const remove = (folder: string) => rm(folder, { recursive: true, force: true });

/**
 * Folders in which imports put aside what they read. Nothing in them is needed after a restart: what a killed engine left is removed
 * before the first one is made.
 * @param open the folder in which they lie, absolute; made when it is needed
 */
export function importScratch(open: () => string): MakeScratch {
  let cleared: Promise<string> | null = null;
  async function clear(): Promise<string> {
    const parent = open();
    for (const name of await readdir(parent))
      if (!name.startsWith('.')) await remove(path.join(parent, name));
    return parent;
  }
  return async (importId) => {
    cleared ??= clear().catch((error: unknown) => {
      cleared = null;
      throw error;
    });
    const folder = path.join(await cleared, importId);
    await remove(folder);
    await mkdir(folder, { mode: 0o700 });
    return { path: folder, [Symbol.asyncDispose]: () => remove(folder) };
  };
}
