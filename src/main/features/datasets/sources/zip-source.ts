import type { Entry, ZipFile } from 'yauzl';
import type { SourceLimits } from '../limits.ts';
import type { NamesEncoding } from '../reading.ts';
import { type DatasetSource, EntryFault, type SourceEntry } from '../source.ts';
import { ArchiveBudget } from './archive-budget.ts';
import { damaged, linkInArchive, systemReason, withoutPassword } from './archive-faults.ts';
import { NameReader } from './name-reader.ts';
import { readZipEntry } from './zip-entry.ts';
import { isMadeOnUnix, saysItsName, zipName } from './zip-names.ts';
import { openZip } from './zip-reader.ts';

const isDirectory = (name: string) => name.endsWith('/');

/** The Unix mode says so, where the archive was made by a program that keeps it. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

/** A zip file as a dataset's source: read by its central directory, each entry's bytes counted and checked as they come. */
export class ZipSource implements DatasetSource {
  readonly kind = 'archive';
  readonly path: string;
  readonly name: string;
  private readonly limits: SourceLimits;
  private readonly names: NameReader;

  constructor(path: string, name: string, limits: SourceLimits, namesEncoding: NamesEncoding) {
    this.path = path;
    this.name = name;
    this.limits = limits;
    this.names = new NameReader(namesEncoding, (add) =>
      this.with(async (zip) => {
        for await (const entry of directory(zip))
          if (!saysItsName(entry)) add(entry.fileNameRaw, isMadeOnUnix(entry));
      }),
    );
  }

  async count(): Promise<number | null> {
    try {
      return await this.with(async (_, entries) => entries);
    } catch (error) {
      // The reading tells.
      if (error instanceof EntryFault) return null;
      throw error;
    }
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const reads = new Set<Promise<unknown>>();
    let zip: ZipFile | null = null;
    try {
      const problem = await this.names.decide();
      if (problem) yield problem;
      if (problem?.kind === 'problem' && problem.fatal) return;
      zip = await this.open();
      const budget = new ArchiveBudget(this.limits, zip.fileSize);
      yield* this.each(zip, budget, reads);
      await Promise.allSettled(reads);
      budget.assertSound();
    } catch (error) {
      if (!(error instanceof EntryFault)) throw error;
      yield { kind: 'problem', problem: error.problem, fatal: true };
    } finally {
      await Promise.allSettled(reads);
      zip?.close();
    }
  }

  private async *each(
    zip: ZipFile,
    budget: ArchiveBudget,
    reads: Set<Promise<unknown>>,
  ): AsyncGenerator<SourceEntry> {
    const undecodable = this.names.undecodable();
    for await (const entry of directory(zip)) {
      const { name, isWhole } = zipName(entry, this.names.encoding);
      if (!isWhole) undecodable.add(name);
      budget.enter(name);
      if (isLink(entry)) yield { kind: 'problem', problem: linkInArchive(name).problem };
      else if (isDirectory(name)) yield { kind: 'folder', path: name };
      else {
        yield {
          kind: 'file',
          path: name,
          read: (limit) => {
            const reading = readZipEntry(zip, entry, name, limit, budget);
            reads.add(reading);
            const forget = () => void reads.delete(reading);
            reading.then(forget, forget);
            return reading;
          },
        };
      }
    }
    yield* undecodable.report();
  }

  private async with<T>(work: (zip: ZipFile, entries: number) => Promise<T>): Promise<T> {
    const { zip, entries } = await this.openWithCount();
    try {
      return await work(zip, entries);
    } finally {
      zip.close();
    }
  }

  private async open(): Promise<ZipFile> {
    return (await this.openWithCount()).zip;
  }

  private async openWithCount(): Promise<{ zip: ZipFile; entries: number }> {
    try {
      return await openZip(this.path);
    } catch (error) {
      if (error instanceof EntryFault) throw error;
      throw damaged(
        '',
        systemReason(error) ?? { en: 'its end is damaged', ko: '끝부분이 손상되었습니다' },
        true,
        {
          cause: error,
        },
      );
    }
  }
}

async function* directory(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    if (/strong encryption/i.test(String(error))) {
      const why = { en: 'it is encrypted with a password', ko: '암호로 잠겨 있습니다' };
      throw damaged('', why, true, { cause: error, remedy: withoutPassword });
    }
    const damage = { en: 'its list of files is damaged', ko: '파일 목록이 손상되었습니다' };
    throw damaged('', systemReason(error) ?? damage, true, { cause: error });
  }
}
