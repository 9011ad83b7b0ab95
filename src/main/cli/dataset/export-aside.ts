import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { nullOn } from '../../platform/error-code.ts';
import { isAlive } from '../../platform/find-engine.ts';

/** In the folder, from its first moment on: who writes there. Without it a folder is not ours. */
const markerName = '.trainyard-export.json';
const contentName = 'content';
const asideName = /\.partial-[0-9a-f]{8}$/;

/** A folder beside an export's target, in which it is written until it is whole. */
export interface ExportAside extends AsyncDisposable {
  /** Of the file or folder to write; missing at first. */
  readonly content: string;
}

/** Makes one, in the target's folder, which is made too. What killed exports left in that folder is removed. */
export async function openAside(target: string): Promise<ExportAside> {
  const parent = path.dirname(target);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const folder = `${target}.partial-${randomBytes(4).toString('hex')}`;
  await mkdir(folder);
  try {
    await writeFile(path.join(folder, markerName), JSON.stringify({ host: hostname(), pid: process.pid }));
  } catch (error) {
    await remove(folder);
    throw error;
  }
  return { content: path.join(folder, contentName), [Symbol.asyncDispose]: () => remove(folder) };
}

/** Only what an export writes: whatever a person put beside that keeps the folder. */
async function remove(folder: string): Promise<void> {
  await rm(path.join(folder, contentName), { recursive: true, force: true });
  await rm(path.join(folder, markerName), { force: true });
  await rmdir(folder).catch(nullOn('ENOTEMPTY', 'EEXIST', 'ENOENT'));
}

/** An export does not fail of what an earlier one left. */
async function removeAbandoned(parent: string): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isDirectory() || !asideName.test(entry.name)) continue;
    const folder = path.join(parent, entry.name);
    if (await isAbandoned(folder)) await remove(folder).catch(() => undefined);
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  try {
    const writer: unknown = JSON.parse(await readFile(path.join(folder, markerName), 'utf8'));
    const { host, pid } = writer as Record<string, unknown>;
    // On a shared disk another machine's process may be at it.
    return host === hostname() && Number.isInteger(pid) && !isAlive(pid as number);
  } catch {
    return false;
  }
}
