/** Files that were sent to the engine and wait to be used: a dataset's archive, weights, an image. */
export interface Uploads {
  /** The file's absolute path and the name it was sent under. @throws TrainyardError UPLOAD_NOT_FOUND */
  resolve(uploadId: string): Promise<{ readonly path: string; readonly name: string }>;
  /** Removes an upload; harmless where it is gone. */
  release(uploadId: string): Promise<void>;
}

/** Where the file or folder lies that a request names. */
export interface SourcePlace {
  readonly path: string;
  /** What its owner called it, where it is an upload: then it lies in the state folder. */
  readonly uploadName: string | null;
}

const scheme = 'upload://';

/** The id of the upload that a request names as `upload://ID`; null where it names something else. */
export const uploadIdOf = (source: string): string | null =>
  source.startsWith(scheme) ? source.slice(scheme.length) : null;

/** @throws TrainyardError as {@link Uploads.resolve} */
export async function placeOfSource(uploads: Pick<Uploads, 'resolve'>, source: string): Promise<SourcePlace> {
  const uploadId = uploadIdOf(source);
  if (uploadId === null) return { path: source, uploadName: null };
  const { path, name } = await uploads.resolve(uploadId);
  return { path, uploadName: name };
}

/** Removes the upload that a request names, once it has served. */
export async function releaseSource(uploads: Pick<Uploads, 'release'>, source: string): Promise<void> {
  const uploadId = uploadIdOf(source);
  if (uploadId !== null) await uploads.release(uploadId);
}
