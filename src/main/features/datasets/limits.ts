/** How much of a source is believed to be an honest dataset. Bytes, pixels, counts. */
export interface SourceLimits {
  readonly maxFileBytes: number;
  readonly maxPixels: number;
  /** Segments of a path, the file's name included. */
  readonly maxDepth: number;
  readonly maxArchiveEntries: number;
  /** Of all unpacked bytes of an archive. */
  readonly maxArchiveBytes: number;
  /** Unpacked bytes for each packed one. */
  readonly maxRatio: number;
  /** The ratio counts for a file once more bytes than these came out of it: then that file is passed over. */
  readonly ratioFloor: number;
  /** The same for the archive as a whole: then nothing more is read of it. */
  readonly archiveRatioFloor: number;
}

/**
 * Deflate reaches 1,032 to 1 on zeros; image files are packed already and hardly shrink, uncompressed flat ones (BMP, TIFF)
 * may by some dozen times. 100 megapixels is the largest that common cameras make.
 */
export const defaultLimits: SourceLimits = {
  maxFileBytes: 256 * 2 ** 20,
  maxPixels: 128_000_000,
  maxDepth: 16,
  maxArchiveEntries: 5_000_000,
  maxArchiveBytes: 2 * 2 ** 40,
  maxRatio: 200,
  ratioFloor: 16 * 2 ** 20,
  archiveRatioFloor: 2 ** 30,
};
