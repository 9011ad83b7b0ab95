import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isUnreachable } from '../../../platform/error-code.ts';

/** Pretrained weights as a container gets them. */
export interface WeightsFiles {
  /** Of the file or folder that the config names. */
  readonly name: string;
  /** What is mounted, really at `source`, and by which name. */
  readonly mounts: readonly { readonly source: string; readonly name: string }[];
}

/** What of a folder is mounted where each file is a link. */
const ofAModel = /\.(?:json|safetensors|bin|pth|pt)$/;

/** Where a path really is, if that is a file or a folder. */
async function found(file: string): Promise<{ source: string; isFolder: boolean } | null> {
  try {
    const source = await realpath(file);
    const stats = await stat(source);
    return stats.isFile() || stats.isDirectory() ? { source, isFolder: stats.isDirectory() } : null;
  } catch (error) {
    if (isUnreachable(error)) return null;
    throw error;
  }
}

/**
 * The files of weights by the names that they have on this machine: a hub's cache has links, and what they lead to is named by its hash. The
 * model's own config comes along with a file.
 * @returns null where there is neither a file nor a folder
 */
export async function weightsFiles(file: string): Promise<WeightsFiles | null> {
  const there = await found(file);
  if (there === null) return null;
  const named = path.resolve(file);
  const name = path.basename(named);
  const whole = { source: there.source, name };
  if (!there.isFolder) {
    const config = await found(path.join(path.dirname(named), 'config.json'));
    const beside = config && !config.isFolder ? [{ source: config.source, name: 'config.json' }] : [];
    return { name, mounts: name === 'config.json' ? [whole] : [whole, ...beside] };
  }
  const entries = await readdir(there.source, { withFileTypes: true });
  if (!entries.some((entry) => entry.isSymbolicLink() && ofAModel.test(entry.name)))
    return { name, mounts: [whole] };
  const mounts: { source: string; name: string }[] = [];
  for (const entry of entries.filter((one) => ofAModel.test(one.name))) {
    const behind = await found(path.join(there.source, entry.name));
    if (behind && !behind.isFolder) mounts.push({ source: behind.source, name: `${name}/${entry.name}` });
  }
  return { name, mounts };
}
