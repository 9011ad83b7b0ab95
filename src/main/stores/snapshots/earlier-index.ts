import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { nullOn } from '../../platform/error-code.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import type { KeptObject } from './content-copier.ts';
import { linesOfIndex } from './objects-part.ts';

/*
 * The index of an encrypted snapshot cannot be read without its key, which nobody has when the next one is made. So the state folder, which
 * has the objects themselves, keeps a copy of the newest: where it is lost, the next snapshot encrypts every object anew.
 */

const fileOf = (folder: string, id: string) => path.join(folder, `${id}.jsonl`);

/** The index of a snapshot, from its copy; null where that is lost. @param folder of the copies */
export function earlierIndex(folder: string, id: string): AsyncGenerator<KeptObject> | null {
  const file = fileOf(folder, id);
  return existsSync(file) ? linesUntilFault(file) : null;
}

/** Where the copy cannot be read on, the objects that follow are encrypted anew. */
async function* linesUntilFault(file: string): AsyncGenerator<KeptObject> {
  try {
    yield* linesOfIndex(createReadStream(file), file);
  } catch (error) {
    if (!systemFault(error)) throw error;
  }
}

/** Keeps a copy of an index while it is written. @param folder of the copies */
export async function copyIndex(folder: string, id: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(fileOf(folder, id), 'w', 0o600);
  return {
    add: async (line: KeptObject): Promise<void> => void (await handle.write(`${JSON.stringify(line)}\n`)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** Removes the copies of all snapshots but one. */
export async function keepIndex(folder: string, id: string): Promise<void> {
  for (const name of (await readdir(folder).catch(nullOn('ENOENT'))) ?? [])
    if (path.join(folder, name) !== fileOf(folder, id)) await rm(path.join(folder, name), { force: true });
}
