import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { DatasetRepository } from './dataset-rows.ts';
import { typeOfName } from './image-types.ts';
import { ImageFault, type ImageReader } from './images.ts';
import { whiteFor } from './manifest.ts';
import type { Manifests } from './manifests.ts';
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

/** Images of versions for people to look at. */
export class ImageViews {
  private readonly parts: ConstructorParameters<typeof ImageViews>[0];
  private readonly thumbnails = new WeightedCache<ImageAnswer>(thumbnailBytes, ({ body }) => body.length);

  constructor(parts: {
    readonly repository: DatasetRepository;
    readonly manifests: Manifests;
    readonly files: DatasetFiles;
    readonly reader: ImageReader;
  }) {
    this.parts = parts;
  }

  /**
   * An image that stands in the version's manifest, or its thumbnail (the next of some sizes up from the one asked for).
   * @throws TrainyardError IMAGE_NOT_FOUND, DATASET_CHANGED, IMAGE_UNREADABLE
   */
  async read({ datasetId, version: versionNumber, sha256, size }: ImageRequest): Promise<ImageAnswer> {
    const { repository, manifests, files } = this.parts;
    const version = await repository.findVersion(datasetId, versionNumber);
    const manifest = version && (await manifests.load(datasetId, version));
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
    return this.thumbnails.get(name, async () => ({
      ...(await this.shrink(line.path, await files.readImage(version, line), side, white)),
      etag: `"${name}"`,
    }));
  }

  private async shrink(path: string, bytes: Buffer, side: number, white: number | null) {
    try {
      return await this.parts.reader.thumbnail(bytes, side, white);
    } catch (error) {
      if (!(error instanceof ImageFault)) throw error;
      throw imageUnreadable(path, error);
    }
  }
}

/** IMAGE_UNREADABLE for an image of a version. */
export function imageUnreadable(path: string, cause: ImageFault): TrainyardError {
  const image = phrase('The image {path}', '이미지 {path}', { path });
  return fault('IMAGE_UNREADABLE', { image, why: cause.why }, { place: { file: path }, cause });
}

/** Where the engine serves an image; `size` for its thumbnail. */
export function imageUrl(datasetId: string, version: number, sha256: string, size?: number): string {
  const query = size === undefined ? '' : `?size=${size}`;
  return `/files/datasets/${datasetId}/${version}/images/${sha256}${query}`;
}
