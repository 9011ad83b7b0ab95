import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { SourceLimits } from '../../domain/datasets/limits.ts';
import {
  type DatasetSource,
  type EntryBytes,
  EntryFault,
  type SourceEntry,
} from '../../domain/datasets/ports.ts';
import { ArchiveBudget } from './archive-budget.ts';
import { damaged, linkInArchive, truncated } from './archive-faults.ts';
import { zipName } from './zip-names.ts';

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

  constructor(path: string, name: string, limits: SourceLimits) {
    this.path = path;
    this.name = name;
    this.limits = limits;
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const reads = new Set<Promise<unknown>>();
    let zip: ZipFile | null = null;
    try {
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
    for await (const entry of this.directory(zip)) {
      const name = zipName(entry);
      budget.enter(name);
      if (isLink(entry)) yield { kind: 'problem', problem: linkInArchive(name).problem };
      else if (isDirectory(name)) yield { kind: 'folder', path: name };
      else {
        yield {
          kind: 'file',
          path: name,
          read: (limit) => {
            const reading = readEntry(zip, entry, name, limit, budget);
            reads.add(reading);
            const forget = () => void reads.delete(reading);
            reading.then(forget, forget);
            return reading;
          },
        };
      }
    }
  }

  private async open(): Promise<ZipFile> {
    try {
      return await yauzl.openPromise(this.path, {
        autoClose: false,
        // Names are checked by the domain, which reports a bad one and goes on; the library would stop.
        decodeStrings: false,
        validateEntrySizes: false,
      });
    } catch (error) {
      throw /end of central directory/i.test(String(error))
        ? truncated('', error)
        : damaged('', String(error), true, error);
    }
  }

  private async *directory(zip: ZipFile): AsyncGenerator<Entry> {
    try {
      yield* zip.eachEntry();
    } catch (error) {
      throw damaged('', String(error), true, error);
    }
  }
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  name: string,
  limit: number,
  budget: ArchiveBudget,
): Promise<EntryBytes> {
  if (entry.isEncrypted()) throw damaged(name, 'the file is encrypted', false);
  if (!entry.canDecodeFileData()) {
    throw damaged(name, `it is packed by method ${entry.compressionMethod}, which is not read here`, false);
  }
  const chunks: Buffer[] = [];
  let unpacked = 0;
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      chunks.push(chunk);
      unpacked += chunk.length;
      budget.unpack(name, chunk.length);
      const fault = budget.faultOf(name, unpacked, entry.compressedSize);
      if (fault) throw fault;
      if (unpacked > limit) break;
    }
  } catch (error) {
    if (error instanceof EntryFault) throw error;
    throw damaged(name, `the file is damaged (${String(error)})`, false, error);
  }
  const bytes = Buffer.concat(chunks);
  if (unpacked > limit) return { bytes: bytes.subarray(0, limit), complete: false, modifiedMs: null };
  if (unpacked !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) {
    throw damaged(name, 'the file is damaged: its checksum or size is another than the archive says', false);
  }
  return { bytes, complete: true, modifiedMs: null };
}
