import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import type { SourceLimits } from '../limits.ts';
import { makeProblem } from '../problems.ts';
import { EntryFault } from '../source.ts';

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
    if (this.entries > maxArchiveEntries)
      this.break(
        path,
        phrase('it has more than {most} entries', '항목이 {most}개를 넘습니다', { most: maxArchiveEntries }),
      );
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
      const most = { most: maxArchiveBytes };
      this.break(path, phrase('more than {most} bytes come out of it', '풀면 {most}바이트를 넘습니다', most));
    }
    if (this.unpacked > archiveRatioFloor && this.unpacked > this.packedBytes * maxRatio) {
      const why = phrase(
        'more than {ratio} bytes come out of each of its bytes',
        '풀면 압축 파일의 {ratio}배를 넘습니다',
        { ratio: maxRatio },
      );
      this.break(path, why);
    }
  }

  /** So many bytes came out of one entry so far: a ZIP_BOMB that concerns this entry alone, or null. */
  faultOf(path: string, unpacked: number, packed: number): EntryFault | null {
    const { maxRatio, ratioFloor } = this.limits;
    if (unpacked <= ratioFloor || unpacked <= packed * maxRatio) return null;
    const why = phrase(
      'more than {ratio} bytes come out of each byte of this file',
      '이 파일은 풀면 압축된 크기의 {ratio}배를 넘습니다',
      { ratio: maxRatio },
    );
    return new EntryFault(makeProblem('ZIP_BOMB', path, { why }));
  }

  private break(path: string, why: Bilingual): never {
    this.broken = new EntryFault(makeProblem('ZIP_BOMB', path, { why }), { fatal: true });
    throw this.broken;
  }
}
