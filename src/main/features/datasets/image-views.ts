import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import type { Db } from '../../postgres/db.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { findVersion } from './dataset-rows.ts';
import { typeOfName } from './image-types.ts';
import { ImageFault, type ImageReader } from './images.ts';
import { whiteFor } from './manifest.ts';
import { WeightedCache } from './weighted-cache.ts';

export interface ImageRequest {
  readonly datasetId: string;
  readonly version: number;
  readonly sha256: string;
  /** Pixels of the longer side; without it the file as it was imported. */
  readonly size?: number;
}

export interface ImageAnswer {
  readonly body: Uint8Array;
  readonly mediaType: string;
  /** The same as long as the bytes are the same: for ever. */
  readonly etag: string;
}

const thumbnailBytes = 64 * 2 ** 20;
/** A few sizes only, so that the cache is of use to windows of all widths. */
const thumbnailSizes = [64, 128, 256, 512, 1024] as const;

/** Reads images of versions for people to look at; keeps thumbnails for as long as there is room. */
export function imageViews(db: Db, files: DatasetFiles, reader: ImageReader) {
  const thumbnails = new WeightedCache<ImageAnswer>(thumbnailBytes, ({ body }) => body.length);

  /**
   * An image that stands in the version's manifest, or its thumbnail (the next of some sizes up from the one asked for).
   * @throws TrainyardError IMAGE_NOT_FOUND, DATASET_CHANGED, IMAGE_UNREADABLE
   */
  return async ({ datasetId, version: number, sha256, size }: ImageRequest): Promise<ImageAnswer> => {
    const version = await findVersion(db, datasetId, number);
    const manifest = version && (await files.load(datasetId, version));
    const line = manifest?.bySha256.get(sha256);
    if (!version || !manifest || !line) throw fault('IMAGE_NOT_FOUND', { sha256 });
    if (size === undefined) {
      const type = typeOfName(line.path);
      const mediaType = type?.isRead ? `image/${type.name}` : 'application/octet-stream';
      return { body: await files.readImage(version, line), mediaType, etag: `"${sha256}"` };
    }
    const side = thumbnailSizes.find((candidate) => candidate >= size) ?? thumbnailSizes[4];
    const white = whiteFor(line, manifest.white);
    // The same 16-bit image may be darker beside others.
    const name = [sha256, side, ...(white === null ? [] : [white])].join('-');
    return thumbnails.get(name, async () => {
      const bytes = await files.readImage(version, line);
      const shrunk = await reader.thumbnail(bytes, side, white).catch(imageUnreadable(line.path));
      return { ...shrunk, etag: `"${name}"` };
    });
  };
}

/** Catches what reading an image of a version threw. @throws TrainyardError IMAGE_UNREADABLE in the place of an ImageFault */
export const imageUnreadable = (path: string) => (error: unknown) => {
  if (!(error instanceof ImageFault)) throw error;
  const image = phrase('The image {path}', '이미지 {path}', { path });
  throw fault('IMAGE_UNREADABLE', { image, why: error.why }, { place: { file: path }, cause: error });
};
