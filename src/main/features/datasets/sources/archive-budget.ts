import type { SourceLimits } from '../limits.ts';
import { EntryFault } from '../ports.ts';
import { makeProblem } from '../problems.ts';

/** Counts what really comes out of an archive, whatever its headers say, and stops it where that can't be honest. */
export class ArchiveBudget {
  private readonly limits: SourceLimits;
  private readonly packedBytes: number;
  private unpacked = 0;
  private entries = 0;
  private broken: EntryFault | null = null;

  /** @param packedBytes the archive file's size */
  constructor(limits: SourceLimits, packedBytes: number) {
    this.limits = limits;
    this.packedBytes = packedBytes;
  }

  /** Another entry begins. @throws EntryFault ZIP_BOMB, fatal */
  enter(path: string): void {
    this.assertSound();
    this.entries += 1;
    const { maxArchiveEntries } = this.limits;
    if (this.entries > maxArchiveEntries) this.break(path, `it has more than ${maxArchiveEntries} entries`);
  }

  /** @throws EntryFault the fatal one that was met before: reads that run side by side end by it, and the archive does */
  assertSound(): void {
    if (this.broken) throw this.broken;
  }

  /** So many more bytes came out of the archive. @throws EntryFault ZIP_BOMB, fatal */
  unpack(path: string, bytes: number): void {
    this.assertSound();
    this.unpacked += bytes;
    const { maxArchiveBytes, maxRatio, archiveRatioFloor } = this.limits;
    if (this.unpacked > maxArchiveBytes) {
      this.break(path, `more than ${maxArchiveBytes} bytes come out of it`);
    }
    if (this.unpacked > archiveRatioFloor && this.unpacked > this.packedBytes * maxRatio) {
      this.break(path, `more than ${maxRatio} bytes come out of each of its bytes`);
    }
  }

  /** So many bytes came out of one entry so far: a ZIP_BOMB that concerns this entry alone, or null. */
  faultOf(path: string, unpacked: number, packed: number): EntryFault | null {
    const { maxRatio, ratioFloor } = this.limits;
    if (unpacked <= ratioFloor || unpacked <= packed * maxRatio) return null;
    return bomb(path, `more than ${maxRatio} bytes come out of each byte of this file`, false);
  }

  private break(path: string, why: string): never {
    this.broken = bomb(path, why, true);
    throw this.broken;
  }
}

function bomb(path: string, why: string, fatal: boolean): EntryFault {
  const problem = makeProblem(
    'ZIP_BOMB',
    path,
    `The archive is made to swell beyond measure: ${why}`,
    'Get the dataset from a source that you trust, or unpack it yourself and give its folder.',
  );
  return new EntryFault(problem, { fatal });
}
