import { type Entry, getFileNameLowLevel, type ZipFile } from 'yauzl';
import type { SourceLimits } from '../limits.ts';
import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import { type DatasetSource, EntryFault, type SourceEntry } from '../source.ts';
import { ArchiveBudget } from './archive-budget.ts';
import { decodeName } from './archive-names.ts';
import { NameReader } from './name-reader.ts';
import { damaged, linkInArchive, systemReason, withoutPassword } from './read-faults.ts';
import { readZipEntry } from './zip-entry.ts';
import { openZip } from './zip-reader.ts';

const utf8Flag = 1 << 11;
const unicodePathField = 0x7075;
const [madeOnUnix, madeOnMac] = [3, 19];

/** The Unix mode says so, where the archive was made by a program that keeps it. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

/** A zip file as a dataset's source: read by its central directory, each entry's bytes counted and checked as they come. */
export function zipSource(
  path: string,
  name: string,
  limits: SourceLimits,
  namesEncoding: NamesEncoding,
): DatasetSource {
  const names = new NameReader(namesEncoding, async (add) => {
    const { zip } = await openSoundZip(path);
    try {
      for await (const entry of directory(zip))
        if (!namesItsEncoding(entry)) add(entry.fileNameRaw, isMadeOnUnix(entry));
    } finally {
      zip.close();
    }
  });
  return {
    kind: 'archive',
    path,
    name,
    async count() {
      try {
        const { zip, entries } = await openSoundZip(path);
        zip.close();
        return entries;
      } catch (error) {
        // The reading tells.
        if (error instanceof EntryFault) return null;
        throw error;
      }
    },
    async *entries() {
      const reads = new Set<Promise<unknown>>();
      let zip: ZipFile | null = null;
      try {
        const problem = await names.decide();
        if (problem) yield problem;
        if (problem?.kind === 'problem' && problem.fatal) return;
        ({ zip } = await openSoundZip(path));
        const budget = new ArchiveBudget(limits, zip.fileSize);
        yield* eachEntry(zip, names, budget, reads);
        await Promise.allSettled(reads);
        budget.assertSound();
      } catch (error) {
        if (!(error instanceof EntryFault)) throw error;
        yield { kind: 'problem', problem: error.problem, fatal: true };
      } finally {
        await Promise.allSettled(reads);
        zip?.close();
      }
    },
  };
}

/** @param reads gets what is being read of the entries */
async function* eachEntry(
  zip: ZipFile,
  names: NameReader,
  budget: ArchiveBudget,
  reads: Set<Promise<unknown>>,
): AsyncGenerator<SourceEntry> {
  const undecodable = names.undecodable();
  for await (const entry of directory(zip)) {
    const { name, isWhole } = zipName(entry, names.encoding);
    if (!isWhole) undecodable.add(name);
    budget.enter(name);
    if (isLink(entry)) yield { kind: 'problem', problem: linkInArchive(name) };
    else if (name.endsWith('/')) yield { kind: 'folder', path: name };
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

async function openSoundZip(path: string): Promise<{ zip: ZipFile; entries: number }> {
  try {
    return await openZip(path);
  } catch (error) {
    if (error instanceof EntryFault) throw error;
    const why = { en: 'its end is damaged', ko: '끝부분이 손상되었습니다' };
    throw damaged('', systemReason(error) ?? { why }, true, error);
  }
}

async function* directory(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    if (/strong encryption/i.test(String(error))) {
      const why = { en: 'it is encrypted with a password', ko: '암호로 잠겨 있습니다' };
      throw damaged('', { why, remedy: withoutPassword }, true, error);
    }
    const why = { en: 'its list of files is damaged', ko: '파일 목록이 손상되었습니다' };
    throw damaged('', systemReason(error) ?? { why }, true, error);
  }
}

/** Whether the entry says how its name is encoded: by the flag for UTF-8, or by the field that repeats it in UTF-8 (APPNOTE 4.6.9). */
function namesItsEncoding({ generalPurposeBitFlag, extraFields }: Entry): boolean {
  return (generalPurposeBitFlag & utf8Flag) !== 0 || extraFields.some(({ id }) => id === unicodePathField);
}

/** Whether a program on Unix or macOS wrote the entry. */
function isMadeOnUnix({ versionMadeBy }: Entry): boolean {
  return [madeOnUnix, madeOnMac].includes(versionMadeBy >>> 8);
}

/** An entry's name, parted by `/`. @param encoding of names that don't say theirs */
function zipName(entry: Entry, encoding: KnownEncoding): { name: string; isWhole: boolean } {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const read = namesItsEncoding(entry)
    ? { name: getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true), isWhole: true }
    : decodeName(fileNameRaw, encoding);
  return { ...read, name: read.name.replaceAll('\\', '/') };
}
