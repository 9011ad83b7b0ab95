import type { z } from 'zod';
import type { ImageObject } from '../../../shared/contract/dataset-labels.ts';
import type { datasetImageSchema } from '../../../shared/contract/datasets.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import type { ManifestLine } from './manifest.ts';

/** Which images of a version are listed. */
export interface ImagesWanted {
  readonly class?: string | undefined;
  readonly split?: ManifestLine['split'] | undefined;
  readonly offset: number;
  readonly limit: number;
}

type ShownImage = z.infer<typeof datasetImageSchema>;

const thumbnailPixels = 128;
/** Of an image in a list: more of them would hide each other. */
const listedObjects = 200;

/** A page of a version's images, in the order of their paths. @throws TrainyardError as {@link DatasetFiles.load} */
export async function listImages(
  files: DatasetFiles,
  datasetId: string,
  version: DatasetVersionRecord,
  { class: className, split, offset, limit }: ImagesWanted,
): Promise<{ images: ShownImage[]; total: number }> {
  const { lines, byClass } = await files.load(datasetId, version);
  const ofClass = className === undefined ? lines : (byClass.get(className) ?? []);
  const wanted = split === undefined ? ofClass : ofClass.filter((line) => line.split === split);
  const page = wanted.slice(offset, offset + limit);
  const objects = await files.objectsOf(datasetId, version, page, { most: listedObjects });
  const images = page.map((line, index) => shown(datasetId, version.version, line, objects[index] ?? null));
  return { images, total: wanted.length };
}

/** One of them with all of its objects. @throws TrainyardError NOT_FOUND, and as {@link DatasetFiles.load} */
export async function showImage(
  files: DatasetFiles,
  datasetId: string,
  version: DatasetVersionRecord,
  path: string,
): Promise<ShownImage> {
  const { lines } = await files.load(datasetId, version);
  const line = lines.find((candidate) => candidate.path === path);
  if (!line) {
    const where = { en: 'the version of the dataset', ko: '이 데이터셋 버전' };
    const what = phrase('image {path}', '이미지 {path}', { path });
    throw fault('NOT_FOUND', { where, what }, { place: { field: 'path' } });
  }
  const [objects = null] = await files.objectsOf(datasetId, version, [line]);
  return shown(datasetId, version.version, line, objects);
}

function shown(
  datasetId: string,
  version: number,
  line: ManifestLine,
  objects: readonly ImageObject[] | null,
): ShownImage {
  const { path, sha256, size, width, height, channels, split } = line;
  const url = `/files/datasets/${datasetId}/${version}/images/${sha256}`;
  const thumbnailUrl = `${url}?size=${thumbnailPixels}`;
  const facts = { sha256, size, width, height, channels };
  return { path, class: line.class, split, ...facts, objects: objects && [...objects], thumbnailUrl, url };
}
