/** How much room a file system has. `full`: the engine refuses what would write. */
export type DiskLevel = 'ok' | 'low' | 'full';

/** Room on the file system that holds one of the product's folders. Bytes are those that this user may still write. */
export interface DiskRoom {
  /** Where the file system is mounted, or the folder itself where that is not known. */
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Below this a training may fill the disk. */
const lowBytes = 5 * gibibyte;
/**
 * Below this nothing is begun any more. What is left then belongs to what is under way: PostgreSQL's log (segments of 16 MiB, and
 * without one it ends), the last checkpoint of a trainer, the record of how it ended. Of a small file system it is a fiftieth.
 */
export function refusalBytes(totalBytes: number): number {
  return Math.min(128 * mebibyte, totalBytes / 50);
}

/** The level of a disk: `full` below the refusal mark, `low` below 5 GiB. */
export function diskLevel({ freeBytes, totalBytes }: Omit<DiskRoom, 'path'>): DiskLevel {
  if (freeBytes < refusalBytes(totalBytes)) return 'full';
  return freeBytes < lowBytes ? 'low' : 'ok';
}

/** The same of the disk with Docker's images and volumes: an image of a trainer takes several GiB, and databases end without room. */
export function dockerDiskLevel(freeBytes: number): DiskLevel {
  if (freeBytes < gibibyte) return 'full';
  return freeBytes < 10 * gibibyte ? 'low' : 'ok';
}
