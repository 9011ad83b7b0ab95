import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { phrase } from '../../../../shared/errors/entry.ts';
import { codeOf } from '../../../platform/error-code.ts';
import type { SourceLimits } from '../limits.ts';
import type { KnownEncoding, NamesEncoding } from '../reading.ts';
import { type DatasetSource, type EntryBytes, EntryFault, type SourceEntry } from '../source.ts';
import { ArchiveBudget } from './archive-budget.ts';
import { decodeName, NameReader } from './archive-names.ts';
import { damaged, linkInArchive, type Reason, systemReason, withoutPassword } from './read-faults.ts';
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
        // Reading the entries reports it.
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
        read: (limit) => readZipEntry(counted(zipChunks(zip, entry, name, budget), reads), limit),
        chunks: () => counted(zipChunks(zip, entry, name, budget), reads),
      };
    }
  }
  yield* undecodable.report();
}

/** Holds the archive open until the chunks were read or given up. */
async function* counted(chunks: AsyncIterable<Buffer>, reads: Set<Promise<unknown>>): AsyncGenerator<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>();
  reads.add(promise);
  try {
    yield* chunks;
  } finally {
    reads.delete(promise);
    resolve();
  }
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

/** Compression methods other than "stored" and "deflate" (APPNOTE 4.4.5). */
const methods: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  96: 'JPEG',
  98: 'PPMd',
  99: 'AES encryption',
};
const [stored, deflated] = [0, 8];
const packAgain = {
  en: 'Unpack it and give the folder, or pack it again as a plain zip (method "Deflate")',
  ko: '압축을 풀어 폴더를 지정하거나 보통 zip(방식 "Deflate")으로 다시 압축하세요.',
};

/** The bytes of an entry, counted and checked as they come. @throws EntryFault */
async function* zipChunks(
  zip: ZipFile,
  entry: Entry,
  name: string,
  budget: ArchiveBudget,
): AsyncGenerator<Buffer> {
  const { compressionMethod: method } = entry;
  if (entry.isEncrypted()) {
    const why = { en: 'the file is encrypted with a password', ko: '파일이 암호로 잠겨 있습니다' };
    throw damaged(name, { why, remedy: withoutPassword }, false);
  }
  if (method !== stored && method !== deflated) {
    const known = methods[method];
    const why = phrase(
      'the file is packed by {how}, which is not read here',
      '파일을 압축한 {how}{how|은|는} 여기서 읽을 수 없습니다',
      { how: known ? `${known} (method ${method})` : `method ${method}` },
    );
    throw damaged(name, { why, remedy: packAgain }, false);
  }
  let unpacked = 0;
  let sum = 0;
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      budget.unpack(name, chunk.length);
      const fault = budget.faultOf(name, unpacked, entry.compressedSize);
      if (fault) throw fault;
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof EntryFault ? error : damaged(name, reasonOf(error), false, error);
  }
  if (unpacked !== entry.uncompressedSize || sum !== entry.crc32)
    throw damaged(name, { why: wrongSum }, false);
}

/** Up to `limit` bytes of an entry. @throws EntryFault */
async function readZipEntry(chunks: AsyncIterable<Buffer>, limit: number): Promise<EntryBytes> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const bytes = kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept);
  return { bytes: bytes.subarray(0, limit), complete: size <= limit, modifiedMs: null };
}

const wrongSum = {
  en: 'the file is damaged: its checksum or size is another than the archive says',
  ko: '파일이 손상되었습니다. 체크섬이나 크기가 압축 파일에 적힌 것과 다릅니다',
};

function reasonOf(error: unknown): Reason {
  const why = codeOf(error).startsWith('Z_')
    ? {
        en: 'the file is damaged: its packed bytes can’t be unpacked',
        ko: '파일이 손상되어 압축을 풀 수 없습니다',
      }
    : {
        en: 'the file is damaged: it is not where the archive says',
        ko: '파일이 손상되었습니다. 압축 파일에 적힌 자리에 없습니다',
      };
  return systemReason(error) ?? { why };
}
