import type { Readable } from 'node:stream';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import type { SourcePlace } from '../uploads/uploads.ts';
import type { Problem } from './problems.ts';

/** One thing that a source holds. `path` has the source's own spelling, parted by `/`. */
export type SourceEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      /**
       * Up to `limit` bytes. Call it before reading the next entry; an archive skips what was not read.
       * @throws EntryFault
       */
      read(limit: number): Promise<EntryBytes>;
      /** All bytes in pieces, in place of `read`. A piece holds until the next is asked for. @throws EntryFault */
      readonly chunks: () => AsyncIterable<Uint8Array>;
      /** The same for who wants parts of it again later; left out where a source can be read from its beginning only. @throws EntryFault */
      readonly keep?: () => Promise<KeptEntry>;
    }
  | { readonly kind: 'folder'; readonly path: string }
  /** Something that is neither, or cannot be had; reading goes on behind it unless `fatal`. */
  | {
      readonly kind: 'problem';
      readonly problem: Problem;
      readonly warning?: boolean;
      readonly fatal?: boolean;
    };

/** An entry that stays open after it was read, so that parts of it can be copied later. */
export interface KeptEntry extends AsyncDisposable {
  /** In bytes, when it was opened. */
  readonly size: number;
  /**
   * All bytes in pieces, each until the next is asked for.
   * @throws TrainyardError SOURCE_CHANGED where it was written to meanwhile; EntryFault
   */
  chunks(): AsyncIterable<Uint8Array>;
  /**
   * Copies a part of it. Quick where one part after the other is asked for, in their order.
   * @throws TrainyardError SOURCE_CHANGED where it is not what it was when it was opened; EntryFault
   */
  copy(start: number, length: number, into: Buffer, at: number): void;
}

export interface EntryBytes {
  readonly bytes: Buffer;
  /** False if the file goes on behind `limit`. */
  readonly complete: boolean;
  /** Milliseconds since 1970; null in archives. */
  readonly modifiedMs: number | null;
}

/** A folder, an archive or the objects below a prefix of a bucket, read from its beginning each time. */
export interface DatasetSource {
  readonly kind: 'folder' | 'archive' | 'bucket';
  /** Absolute, without links; of a bucket `s3://bucket/prefix/`. */
  readonly path: string;
  /** The folder's or archive's base name, without the archive's extension. */
  readonly name: string;
  /** So many entries are worth reading at once; left out: as many as a disk is quick with. */
  readonly readsAtOnce?: number;
  entries(): AsyncIterable<SourceEntry>;
  /** How many files there are, found without reading any; null if only reading would show it. `onFound` is called with the count so far. */
  count(onFound: (files: number) => void, signal?: AbortSignal): Promise<number | null>;
}

/** Where a source is: a path of this machine, or `s3://bucket/prefix`. */
/** @throws TrainyardError PATH_NOT_ABSOLUTE, PATH_NOT_FOUND, UNREADABLE_FILE, ARCHIVE_UNREADABLE, STATE_FOLDER, and those of S3 */
export type OpenSource = (place: SourcePlace, reading?: Reading) => Promise<DatasetSource>;

/** Files that stay where they are (`in_place`), and those of the object store's local folder. `file` is relative to `root`. */
export interface RootedFiles {
  /** Null if there is no such file inside the root. */
  stat(root: string, file: string): Promise<{ readonly size: number; readonly modifiedMs: number } | null>;
  /** @throws TrainyardError FILE_NOT_FOUND */
  read(root: string, file: string): Promise<Readable>;
}

/** Why an entry's bytes can't be had. `fatal`: nothing behind it can be had either. */
export class EntryFault extends Error {
  readonly problem: Problem;
  readonly fatal: boolean;

  constructor(problem: Problem, options: { fatal?: boolean; cause?: unknown } = {}) {
    super(problem.message, { cause: options.cause });
    this.problem = problem;
    this.fatal = options.fatal ?? false;
  }
}
