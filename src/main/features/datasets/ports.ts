import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type {
  classCount,
  datasetFormats,
  datasetStatuses,
  importModes,
  Validation,
} from '../../../shared/contract/datasets.ts';
import type { fileProgressSchema, ImportPhase } from '../../../shared/contract/file-progress.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { ImageFacts } from './images.ts';
import type { ManifestLine } from './manifest.ts';
import type { Problem } from './problems.ts';
import type { Reading } from './reading.ts';

export type ClassCount = z.infer<typeof classCount>;
export type DatasetFormat = (typeof datasetFormats)[number];
export type ImportMode = (typeof importModes)[number];
export type ImportError = NonNullable<z.infer<typeof fileProgressSchema>['error']>;

/** What a run needs of a dataset. */
export interface TrainingData {
  /**
   * The files of one version, checked to be there and unchanged (by size and time, by hash in case of doubt).
   * @throws TrainyardError DATASET_NOT_FOUND, DATASET_CHANGED (names the files)
   */
  prepareForTraining(datasetId: string, version: number): Promise<PreparedDataset>;
}

export interface PreparedDataset {
  readonly datasetId: string;
  readonly datasetVersion: number;
  /** The absolute folder that each line's `file` is relative to. */
  readonly root: string;
  /** Sorted by name. */
  readonly classes: readonly ClassCount[];
  readonly images: number;
  /** The lines of `dataset.jsonl`, sorted by `path`; may be iterated again. */
  readonly lines: AsyncIterable<ManifestLine>;
}

/** One thing that a source holds. `path` has the source's own spelling, parted by `/`. */
export type SourceEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      /**
       * Up to `limit` bytes. Call it before the next entry is asked for; an archive skips what was not asked for.
       * @throws EntryFault
       */
      read(limit: number): Promise<EntryBytes>;
    }
  | { readonly kind: 'folder'; readonly path: string }
  /** Something that is neither, or cannot be had; reading goes on behind it unless `fatal`. */
  | {
      readonly kind: 'problem';
      readonly problem: Problem;
      readonly warning?: boolean;
      readonly fatal?: boolean;
    };

export interface EntryBytes {
  readonly bytes: Uint8Array;
  /** False where the file goes on behind `limit`. */
  readonly complete: boolean;
  /** Milliseconds since 1970; null in archives. */
  readonly modifiedMs: number | null;
}

/** A folder or an archive, read from its beginning each time. */
export interface DatasetSource {
  readonly kind: 'folder' | 'archive';
  /** Absolute, without links. */
  readonly path: string;
  /** The folder's or archive's base name, without the archive's extension. */
  readonly name: string;
  entries(): AsyncIterable<SourceEntry>;
  /** How many files there are, found without reading any; null where only reading would tell. `onFound` is called with the count so far. */
  count(onFound: (files: number) => void, signal?: AbortSignal): Promise<number | null>;
}

export interface DatasetSources {
  /** @throws TrainyardError PATH_NOT_ABSOLUTE, PATH_NOT_FOUND, UNREADABLE_FILE, ARCHIVE_UNREADABLE, STATE_FOLDER */
  open(path: string, reading?: Reading): Promise<DatasetSource>;
  /** The same for an uploaded archive, which lies in the state folder; `name` is what its owner called it. */
  openUpload(path: string, name: string, reading?: Reading): Promise<DatasetSource>;
}

/** Archives that were sent to the engine and wait to be imported. */
export interface Uploads {
  /** The archive's absolute path and the name it was sent under. @throws TrainyardError UPLOAD_NOT_FOUND */
  resolve(uploadId: string): Promise<{ readonly path: string; readonly name: string }>;
  /** Removes an upload; harmless where it is gone. */
  release(uploadId: string): Promise<void>;
}

/** Files that stay where they are (`in_place`), and those of the object store's local folder. `file` is relative to `root`. */
export interface RootedFiles {
  /** Null where there is no such file inside the root. */
  stat(root: string, file: string): Promise<{ readonly size: number; readonly modifiedMs: number } | null>;
  /** The SHA-256 of the bytes, in hex; null where there is no such file inside the root. */
  hash(root: string, file: string): Promise<string | null>;
  /** @throws TrainyardError FILE_NOT_FOUND */
  read(root: string, file: string): Promise<Readable>;
}

/**
 * Decodes images. `inspect` is strict and says what is wrong with a file; everything behind the import reads whatever the import
 * took, by the rules of docs/run-directory.md ("How images are read"), which trainers keep to as well.
 */
export interface ImageReader {
  /** Decodes every pixel of a whole file's bytes. @throws ImageFault */
  inspect(bytes: Uint8Array, maxPixels: number): Promise<ImageFacts>;
  /** The size in pixels of the upright image, from the file's header. @throws ImageFault */
  uprightSize(bytes: Uint8Array): Promise<{ readonly width: number; readonly height: number }>;
  /**
   * A picture that browsers show, upright, its longer side at most `size` pixels, never enlarged.
   * @param white the value of white of a 16-bit image; null for one of 8 bits @throws ImageFault
   */
  thumbnail(
    bytes: Uint8Array,
    size: number,
    white: number | null,
  ): Promise<{ readonly body: Uint8Array; readonly mediaType: string }>;
}

/** `coding`: the decoder lacks what the file needs. `pixels`: their values have no scale; `why` says what they are. */
export type ImageFaultReason = 'unreadable' | 'too_large' | 'coding' | 'pixels';

/** Why an image can't be used. */
export class ImageFault extends Error {
  readonly reason: ImageFaultReason;
  readonly why: Bilingual;

  constructor(reason: ImageFaultReason, why: Bilingual, cause?: unknown) {
    super(why.en, { cause });
    this.reason = reason;
    this.why = why;
  }
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

export interface DatasetRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly format: string;
  readonly status: (typeof datasetStatuses)[number];
  readonly storagePath: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly newest: DatasetVersionRecord | null;
  readonly lastImport: ImportRecord | null;
}

export interface DatasetVersionRecord {
  readonly version: number;
  readonly manifestSha256: string;
  readonly mode: ImportMode;
  readonly rootPath: string | null;
  readonly images: number;
  readonly sizeBytes: number;
  readonly classes: readonly ClassCount[];
  readonly createdAt: Date;
}

/** The intent of an import, and how far it is. */
export interface ImportRecord {
  readonly id: string;
  readonly datasetId: string;
  readonly projectId: string;
  readonly source: string;
  readonly mode: ImportMode;
  readonly skipInvalid: boolean;
  readonly reading: Reading;
  readonly phase: ImportPhase;
  readonly done: number;
  readonly total: number | null;
  readonly version: number | null;
  readonly reused: boolean;
  readonly error: ImportError | null;
}

export interface ImportIntent {
  readonly userId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  readonly format: DatasetFormat;
  readonly source: string;
  readonly mode: ImportMode;
  readonly skipInvalid: boolean;
  readonly reading: Reading;
  /** The source lies on this machine: no other engine on the same database goes on with the import. */
  readonly machineId: string;
}

/** What an import has made, before it counts. */
export interface NewVersion {
  readonly manifestSha256: string;
  readonly mode: ImportMode;
  readonly rootPath: string | null;
  readonly images: number;
  readonly sizeBytes: number;
  readonly classes: readonly ClassCount[];
  readonly validation: Validation;
}

/** What an import may have stored. */
export interface StoredObjects {
  /** The version that was reserved for it. */
  readonly version: number | null;
  /** SHA-256 in hex, of blobs. */
  readonly hashes: readonly string[];
  /** The same of the blobs that other imports need which are not over. */
  readonly needed: readonly string[];
}

export type RemoveStored = (stored: StoredObjects) => Promise<void>;

/** Datasets and their versions, as rows. Each method is one transaction. */
export interface DatasetRepository {
  /** Newest first; those in the bin are left out. `projectId`: linked to it, or being imported for it. `search` is found in names. */
  list(filter: { userId: string; projectId: string | null; search: string | null }): Promise<DatasetRecord[]>;
  /** By id or by name; not those in the bin. */
  find(userId: string, reference: string): Promise<DatasetRecord | null>;
  /** By id, those in the bin included: a run keeps what it was trained on. */
  findVersion(datasetId: string, version: number): Promise<DatasetVersionRecord | null>;
  /** Newest first. */
  versions(datasetId: string): Promise<DatasetVersionRecord[]>;
  /** The warnings of these codes that the newest import of each version found; versions without any are left out. */
  warnings(datasetId: string, codes: readonly string[]): Promise<ReadonlyMap<number, readonly Problem[]>>;
  /** Of the newest import that has one. */
  lastValidation(datasetId: string): Promise<Validation | null>;

  /** Harmless when repeated. Answers whether both were there. */
  link(datasetId: string, projectId: string): Promise<boolean>;
  /** Puts it into the bin, or answers what is not over yet; `missing` where it is not there any more. */
  remove(
    datasetId: string,
  ): Promise<'removed' | 'missing' | { readonly runs: number; readonly imports: number }>;
}

/** Imports as rows, and what they make count. Each method is one transaction. */
export interface ImportRepository {
  /** Writes the intent: the dataset's row where the name is new, and the import's. */
  begin(intent: ImportIntent): Promise<{ datasetId: string; importId: string }>;
  find(importId: string): Promise<ImportRecord | null>;
  validation(importId: string): Promise<Validation | null>;
  /** Those of a machine that are not over, oldest first. */
  unfinished(machineId: string): Promise<ImportRecord[]>;
  /**
   * Writes down which blobs (by SHA-256 in hex) are to be stored, before any is: from here on no cancelled import takes one away.
   * This and what follows throw IMPORT_CANCELLED where the import was cancelled meanwhile.
   */
  enterStoring(importId: string, total: number, hashes: Iterable<string>): Promise<void>;
  /**
   * The version that the import is to become: one that nobody else will take, the same when asked again; or, where the
   * dataset has a version with these very bytes, that one.
   */
  reserve(importId: string, made: NewVersion): Promise<{ version: number; present: boolean }>;
  /** Makes the reserved or present version count: version, dataset, project link and import together. Harmless when repeated. */
  commit(importId: string, made: NewVersion): Promise<{ version: number; reused: boolean }>;
  /** Ends an import without a version; a dataset that never had one gets status `error`. */
  fail(importId: string, error: ImportError, validation: Validation | null): Promise<void>;
  /** Writes down that an import is to be cancelled; one that has ended stays as it is. Null where there is no such import. */
  cancel(importId: string): Promise<ImportRecord | null>;
  /**
   * Ends a cancelled import. `remove` is called first, while no import can begin to store, and may be called again after a kill.
   * A dataset that has nothing but cancelled imports goes into the bin.
   */
  withdraw(importId: string, error: ImportError, remove: RemoveStored): Promise<void>;
}
