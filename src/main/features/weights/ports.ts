import type { Readable } from 'node:stream';

/** A file of weights, or one that lies beside them. */
export interface SourceFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  open(): Readable;
}

/** A file that is fetched. */
export interface DownloadRequest {
  readonly url: string;
  /** SHA-256 in hex, or its beginning; null where none is known. */
  readonly sha256: string | null;
  readonly token: string | null;
  /** `name:password`, for a hub that asks for one; a token goes before it. */
  readonly account: string | null;
  /** Of what it is, for the errors. */
  readonly model: string;
}

export interface DownloadWatcher {
  readonly signal: AbortSignal;
  /** Called when the size is known, with what is there already, and as bytes come. @throws to refuse the download */
  readonly begin: (total: number | null, done: number) => Promise<void>;
  /** Called before so many bytes more come than were announced. @throws to end the download */
  readonly more: (bytes: number) => Promise<void>;
  readonly advance: (done: number) => void;
}
