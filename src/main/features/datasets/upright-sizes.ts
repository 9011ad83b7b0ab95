import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import { ImageFault, type ImageReader } from './images.ts';
import { blobKey, type ManifestLine, sizesKey } from './manifest.ts';
import type { RootedFiles } from './source.ts';

const atOnce = 16;

/** Places in the manifest, from 0. */
const turnedSchema = z.object({ turned: z.array(z.int().min(0)) });

/** What an import writes if its manifest has upright sizes; versions from before do not have it. */
export const noneTurned = JSON.stringify({ turned: [] });

/** What images are read from, and by. */
export interface ImageBytes {
  readonly store: ObjectStore;
  readonly rooted: RootedFiles;
  readonly reader: ImageReader;
}

/** An image's bytes, wherever they lie. @throws TrainyardError OBJECT_NOT_FOUND, FILE_NOT_FOUND */
export function openBytes(
  { store, rooted }: Pick<ImageBytes, 'store' | 'rooted'>,
  { rootPath }: DatasetVersionRecord,
  line: ManifestLine,
): Promise<Readable> {
  return rootPath === null ? store.get('datasets', blobKey(line.sha256)) : rooted.read(rootPath, line.file);
}

/** Whether an error says that an image's bytes are gone. */
export function isGone(error: unknown): boolean {
  return error instanceof TrainyardError && ['OBJECT_NOT_FOUND', 'FILE_NOT_FOUND'].includes(error.code);
}

/**
 * The lines with the sizes of upright images. Imports once stored the size of turned photos as the camera had them on their side.
 * Which lines of a version those are is read from the images' headers when the version is first used, and kept beside the manifest,
 * which itself never changes.
 */
export async function withUprightSizes(
  from: ImageBytes,
  datasetId: string,
  version: DatasetVersionRecord,
  lines: readonly ManifestLine[],
): Promise<readonly ManifestLine[]> {
  const turned =
    (await turnedLines(from.store, datasetId, version.version)) ??
    (await derive(from, datasetId, version, lines));
  if (turned.length === 0) return lines;
  const upright = [...lines];
  for (const index of turned) {
    const line = upright[index];
    if (line) upright[index] = { ...line, width: line.height, height: line.width };
  }
  return upright;
}

/** The lines that have another size than the manifest says; null for an older version that nobody has used since. */
export async function turnedLines(
  store: ObjectStore,
  datasetId: string,
  version: number,
): Promise<readonly number[] | null> {
  try {
    const bytes = await buffer(await store.get('datasets', sizesKey(datasetId, version)));
    return turnedSchema.parse(JSON.parse(bytes.toString())).turned;
  } catch (error) {
    // It can be derived anew.
    if (error instanceof SyntaxError || error instanceof z.ZodError || isGone(error)) return null;
    throw error;
  }
}

async function derive(
  from: ImageBytes,
  datasetId: string,
  version: DatasetVersionRecord,
  lines: readonly ManifestLine[],
): Promise<readonly number[]> {
  const turned: number[] = [];
  let isComplete = true;
  await forEachConcurrently(lines.entries(), atOnce, async ([index, line]) => {
    // A square is a square, however it is turned.
    if (line.width === line.height) return;
    const size = await uprightSize(from, version, line);
    if (size?.width === line.height && size.height === line.width) turned.push(index);
    isComplete &&= size !== null;
  });
  turned.sort((one, other) => one - other);
  // What is missing now may be back later: only the whole is kept.
  if (isComplete) {
    const text = Buffer.from(JSON.stringify({ turned }));
    failpoint('dataset-sizes.put.before');
    await from.store.put('datasets', sizesKey(datasetId, version.version), text);
    failpoint('dataset-sizes.put.after');
  }
  return turned;
}

/** Null if the file is gone or is no image any more; its use reports that. */
async function uprightSize(from: ImageBytes, version: DatasetVersionRecord, line: ManifestLine) {
  try {
    return await from.reader.uprightSize(await buffer(await openBytes(from, version, line)));
  } catch (error) {
    if (error instanceof ImageFault || isGone(error)) return null;
    throw error;
  }
}
