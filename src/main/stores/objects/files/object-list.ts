import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../platform/error-code.ts';
import type { ObjectInfo } from '../ports.ts';

interface Name {
  /** A folder's name ends with `/`, so that names sort as the keys below them do (`a.b` before `a/b`). */
  readonly sortedAs: string;
  readonly name: string;
  readonly isFolder: boolean;
}

async function namesIn(folder: string): Promise<Name[]> {
  const names: Name[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      const isFolder = entry.isDirectory();
      if (isFolder || entry.isFile()) {
        names.push({ sortedAs: isFolder ? `${entry.name}/` : entry.name, name: entry.name, isFolder });
      }
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  return names.sort((one, other) => (one.sortedAs < other.sortedAs ? -1 : 1));
}

/**
 * The objects under a folder whose keys start with the prefix, in the order of the keys' bytes (keys are ASCII). Holds one
 * folder's names at a time for each level; follows no link.
 */
export async function* listObjects(folder: string, prefix: string, key = ''): AsyncGenerator<ObjectInfo> {
  for (const { name, isFolder, sortedAs } of await namesIn(folder)) {
    const reached = key + sortedAs;
    if (isFolder) {
      if (reached.startsWith(prefix) || prefix.startsWith(reached)) {
        yield* listObjects(path.join(folder, name), prefix, reached);
      }
    } else if (reached.startsWith(prefix)) {
      const found = await lstat(path.join(folder, name)).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return null;
        throw error;
      });
      if (found?.isFile()) yield { key: reached, size: found.size, modifiedAt: found.mtime };
    }
  }
}
