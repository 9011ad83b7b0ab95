import { chmod, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { isUnreachable } from '../../../platform/error-code.ts';

const readable = 0o004;
const passable = 0o001;

/**
 * Sees that an account that owns nothing can read a dataset's files, which matters where the engine is root's: the container has another
 * account. Files of the state folder are opened (the folder itself stays closed to everybody on this machine); for others a person decides.
 * @param root absolute; real
 * @param files relative to it
 * @throws TrainyardError DATASET_CLOSED
 */
export async function openToContainer(
  root: string,
  files: Iterable<string>,
  { isOurs }: { readonly isOurs: boolean },
): Promise<void> {
  const known = new Set<string>();
  const see = async (file: string, bits: number) => {
    if (known.has(file)) return;
    known.add(file);
    const { mode } = await stat(file);
    if ((mode & bits) === bits) return;
    if (!isOurs) throw fault('DATASET_CLOSED', { file, root }, { place: { file } });
    await chmod(file, (mode & 0o7777) | bits);
  };
  await see(root, readable | passable);
  for (const file of files) {
    const parts = file.split('/');
    for (let length = 1; length < parts.length; length += 1)
      await unlessMissing(see(path.join(root, ...parts.slice(0, length)), readable | passable));
    await unlessMissing(see(path.join(root, file), readable));
  }
}

/** The same for a single file, which is mounted by itself; what is no file is left as it is. @throws TrainyardError DATASET_CLOSED */
export async function openFileToContainer(
  file: string,
  { isOurs }: { readonly isOurs: boolean },
): Promise<void> {
  const stats = await stat(file);
  if (!stats.isFile() || (stats.mode & readable) !== 0) return;
  if (!isOurs) throw fault('DATASET_CLOSED', { file, root: path.dirname(file) }, { place: { file } });
  await chmod(file, (stats.mode & 0o7777) | readable);
}

/** What is not there the trainer misses, and says so. */
async function unlessMissing(look: Promise<void>): Promise<void> {
  try {
    await look;
  } catch (error) {
    if (!isUnreachable(error)) throw error;
  }
}
