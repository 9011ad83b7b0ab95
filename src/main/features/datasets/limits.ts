/**
 * How much of a source is believed to be an honest dataset. Deflate reaches 1,032 to 1 on zeros; image files are packed already and
 * hardly shrink, uncompressed flat ones (BMP, TIFF) may by some dozen times.
 */
export const defaultLimits = {
  maxFileBytes: 256 * 2 ** 20,
  /** 100 megapixels is the largest that common cameras make. */
  maxPixels: 128_000_000,
  /** Segments of a path, the file's name included. */
  maxDepth: 16,
  maxArchiveEntries: 5_000_000,
  /** Of all unpacked bytes of an archive. */
  maxArchiveBytes: 2 * 2 ** 40,
  /** Unpacked bytes for each packed one. */
  maxRatio: 200,
  /** The ratio counts for a file once more bytes than these came out of it: then that file is passed over. */
  ratioFloor: 16 * 2 ** 20,
  /** The same for the archive as a whole: then nothing more is read of it. */
  archiveRatioFloor: 2 ** 30,
};
export type SourceLimits = Readonly<typeof defaultLimits>;
