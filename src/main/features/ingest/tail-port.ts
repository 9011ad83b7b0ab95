/** The three files that a trainer writes lines to. */
export type LineFile = 'events.jsonl' | 'stdout.log' | 'stderr.log';

/** What stands in a file from an offset on. */
export interface FilePart {
  readonly bytes: Buffer;
  /** The size of the file when it was read. */
  readonly size: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Something else stands in its place (a pipe, a folder), or it may not be read: there is nothing in it. */
  readonly isUnreadable: boolean;
}

/** A run directory whose files grow. */
export interface RunDirectoryTail extends AsyncDisposable {
  /** At most `limit` bytes from `offset` on; empty where nothing stands there, or the file is not there yet. */
  read(file: LineFile, offset: number, limit: number): Promise<FilePart>;
  /** The size of a file in the directory; null for anything else. */
  sizeOf(path: string): Promise<number | null>;
  /**
   * Resolves when one of the files may hold more than when it was last read, or when it is time to look anyway, or when the
   * signal aborts.
   */
  changed(signal: AbortSignal): Promise<void>;
}

export interface RunDirectoryFiles {
  open(runDirectory: string): RunDirectoryTail;
}
