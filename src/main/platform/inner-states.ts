import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from './error-code.ts';
import { innerState, ownLinks } from './state-folder.ts';

/** A state folder within another one: what is restored aside, or what a restore took out of service. */
export type InnerKind = 'aside' | 'previous';

/** A new name for one. */
export const newInnerName = (kind: InnerKind) => `${kind}-${randomBytes(6).toString('hex')}`;

/** Their names, in no order. Only folders: behind a link of such a name there is somebody else's state folder, or anything. */
export const innerNames = (home: string, kind: InnerKind): string[] =>
  readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && innerState.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${kind}-`));

/** Makes one and answers its path. */
export async function makeInner(home: string, name: string): Promise<string> {
  const inner = path.join(home, name);
  await mkdir(inner, { mode: 0o700 });
  return inner;
}

/** Removes one with all that it has, on other disks too; servers on it have been stopped. Harmless where it is gone. */
export async function removeInner(inner: string): Promise<void> {
  if (lstatSync(inner, { throwIfNoEntry: false }) === undefined) return;
  for (const { link, folder } of ownLinks(inner)) {
    if (folder !== null) await removeAll(folder);
    await rm(link, { force: true });
  }
  await removeAll(inner);
}

/** A folder that a disk is mounted on stays, and is empty. */
async function removeAll(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!hasCode(error, 'EBUSY')) throw error;
  }
}
