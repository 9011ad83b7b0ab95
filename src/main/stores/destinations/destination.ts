import { z } from 'zod';

/** Where copies of snapshots are kept: a folder, of another disk as a rule, or a place in a bucket. */
export const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), folder: z.string().min(1) }),
  z.object({
    kind: z.literal('s3'),
    bucket: z.string().min(1),
    /** Empty, or ends with `/`. */
    prefix: z.string(),
    /** Null: what the environment and the files of AWS say. */
    endpoint: z.string().nullable(),
    profile: z.string().nullable(),
  }),
]);
export type DestinationPlace = Readonly<z.infer<typeof placeSchema>>;

/** How much of a copy is there. */
export interface CopyProgress {
  readonly done: number;
  readonly files: number;
}

/** What goes with a copy that is made. */
export interface CopyOptions {
  readonly onCopied: (progress: CopyProgress) => void;
  /** Ends it; what is there already stays, and the next attempt goes on with it. */
  readonly signal: AbortSignal;
}

/** What was found at a place. */
export interface DestinationFacts {
  /** Of a folder, without links; null where that is how it was given, or in a bucket. */
  readonly resolved: string | null;
  /** Whether a folder is on the disk that the state folder is on: then both are lost with it. */
  readonly isSameDisk: boolean;
  /** Null where nobody says. */
  readonly freeBytes: number | null;
}

/** The ids of snapshots, the oldest first. */
export type SnapshotIds = readonly string[];

/**
 * A place for copies of snapshots, which belongs to one owner: a file there says whose it is, so that neither an empty folder in the place of a
 * disk that is not attached nor another's copies are taken for it. One thing at a time is done with it.
 */
export interface Destination extends Disposable {
  /**
   * Makes a place the owner's. Harmless where it is already.
   * @param takesOver whether one that is another's becomes this one's, with the copies there
   * @throws TrainyardError DESTINATION_TAKEN, DESTINATION_NOT_EMPTY, DESTINATION_MISSING, DESTINATION_INSIDE, S3_…
   */
  claim(owner: string, takesOver: boolean): Promise<void>;
  /**
   * Finds that the place is there, is the owner's, and can be written to and read from.
   * @throws TrainyardError DESTINATION_AWAY, DESTINATION_TAKEN, FILE_…, S3_…
   */
  check(owner: string): Promise<DestinationFacts>;
  /**
   * Copies a snapshot there by its folder. It counts once all of it is there and was read; what an attempt left that was cut off is gone on with,
   * and a copy that is there already stays.
   * @throws TrainyardError SNAPSHOT_…, DISK_FULL, S3_…
   */
  copy(folder: string, options: CopyOptions): Promise<void>;
  /** The copies that are there, and whole as far as their manifests say. */
  list(): Promise<SnapshotIds>;
  /** Removes copies, and what attempts left of those that nobody goes on with. @param awaited ids whose copies are to come */
  remove(ids: SnapshotIds, awaited: SnapshotIds): Promise<void>;
}
