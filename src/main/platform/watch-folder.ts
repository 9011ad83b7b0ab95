import { type FSWatcher, watch } from 'node:fs';
import { hasCode } from './error-code.ts';

/** Calls `changed` when something in a folder may have changed; null where the system has no watch left to give. */
export function watchFolder(folder: string, changed: (name: string | null) => void): FSWatcher | null {
  try {
    return watch(folder, (_, name) => changed(name)).on('error', () => changed(null));
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EMFILE', 'ENFILE')) return null;
    throw error;
  }
}
