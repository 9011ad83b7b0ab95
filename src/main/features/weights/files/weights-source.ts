import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { formatOfWeights } from '../../../../shared/model/pretrained-weights.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { configName, repositoryNames } from '../hub-files.ts';
import type { SourceFile } from '../ports.ts';
import { checkConfig, checkWeights } from './check-weights.ts';

/** What a person calls a file or folder, without an ending that says what it is. */
export const nameOfSource = (file: string) =>
  path.basename(file).replace(/\.(?:safetensors|pth|pt|bin)$/i, '') || 'weights';

async function fileAt(file: string, name = path.basename(file)): Promise<SourceFile | null> {
  try {
    const real = await realpath(file);
    const stats = await stat(real);
    return stats.isFile()
      ? { name, path: file, sizeBytes: stats.size, open: () => createReadStream(real) }
      : null;
  } catch (error) {
    if (isUnreachable(error)) return null;
    throw error;
  }
}

/**
 * The files of weights at a path, that with the weights first: of a folder, as Hugging Face's libraries write it, the one that has the weights, and
 * the `config.json` beside it. Beside a file of another name than theirs it may be anybody's: what is no config is then left out.
 * @param uploadName what its sender called it, where it is an upload
 * @throws TrainyardError PATH_NOT_ABSOLUTE, PATH_NOT_FOUND, NO_WEIGHTS_IN_FOLDER, NOT_WEIGHTS, WEIGHTS_TRUNCATED
 */
export async function openWeights(
  place: string,
  uploadName: string | null = null,
): Promise<readonly SourceFile[]> {
  if (!path.isAbsolute(place)) throw fault('PATH_NOT_ABSOLUTE', { path: place });
  const main = (await fileAt(place, uploadName ?? undefined)) ?? (await fileAt(await mainFileIn(place)));
  if (main === null) throw fault('PATH_NOT_FOUND', { path: place }, { place: { file: place } });
  await checkWeights(main);
  if (uploadName !== null) return [main];
  const config = await fileAt(path.join(path.dirname(main.path), configName));
  if (config === null) return [main];
  const isTheirs = repositoryNames.some((name) => name === main.name);
  const isConfig = await checkConfig(config).then(
    () => true,
    (error: unknown) => {
      if (isTheirs || main.path !== place) throw error;
      return false;
    },
  );
  return isConfig ? [main, config] : [main];
}

/**
 * A file that was fetched, seen to be what its name says.
 * @param name what its hub calls it
 * @throws TrainyardError PATH_NOT_FOUND, NOT_WEIGHTS, WEIGHTS_TRUNCATED
 */
export async function openFetched(file: string, name: string): Promise<SourceFile> {
  const found = await fileAt(file, name);
  if (found === null) throw fault('PATH_NOT_FOUND', { path: file }, { place: { file } });
  await (name === configName ? checkConfig(found) : checkWeights(found));
  return found;
}

/** @throws TrainyardError PATH_NOT_FOUND, NO_WEIGHTS_IN_FOLDER */
async function mainFileIn(folder: string): Promise<string> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (isUnreachable(error)) throw fault('PATH_NOT_FOUND', { path: folder }, { place: { file: folder } });
    throw error;
  });
  const usual = repositoryNames.find((name) => entries.includes(name));
  const weights = entries.filter((name) => formatOfWeights(name) !== null).sort();
  const [only] = weights;
  if (usual !== undefined) return path.join(folder, usual);
  if (only !== undefined && weights.length === 1) return path.join(folder, only);
  const named =
    weights.length === 0 ? '' : `: ${weights.slice(0, 5).join(', ')}${weights.length > 5 ? ', …' : ''}`;
  throw fault(
    'NO_WEIGHTS_IN_FOLDER',
    { folder, count: weights.length, names: named },
    { place: { file: folder } },
  );
}
