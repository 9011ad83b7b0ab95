import type { KeptEntry } from './source.ts';

/** A text file that belongs to a dataset's labels. */
export interface LabelFile {
  /** As the source spells it. */
  readonly path: string;
  readonly segments: readonly string[];
  /** Called before anything is waited for: an archive goes on to its next file otherwise. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** In place of `chunks`, where the source can be read again. @throws EntryFault */
  readonly keep?: (() => Promise<KeptEntry>) | undefined;
  /** Ends the reading, for files that take long. */
  readonly signal?: AbortSignal | undefined;
}

/** What takes the files of labels out of those that a scan looks at. */
export interface LabelFiles {
  /** Whether a file belongs to the labels: then it is not looked at as an image. */
  claims(segments: readonly string[]): boolean;
  read(file: LabelFile): Promise<void>;
}
