import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import type { SourceLimits } from '../limits.ts';
import type { NamesEncoding } from '../reading.ts';
import type { DatasetSource } from '../source.ts';
import { ArchiveBudget } from './archive-budget.ts';
import type { ArchiveKind } from './archive-kinds.ts';
import { NameReader } from './name-reader.ts';
import { truncated } from './read-faults.ts';
import { assertPlainHeader, nameOf, readTarEntry, showEntry, tarFault } from './tar-entry.ts';

const blockBytes = 512;
const readAheadBytes = 1 << 16;

/**
 * Names come as their bytes; a tar of Unix version 7 has no mark of its format, only a checksum. The library's types lack both
 * options: `highWaterMark`, which has its default here, is one that they know.
 */
const tarOptions = { filenameEncoding: 'latin1', allowUnknownFormat: true, highWaterMark: 16_384 };

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

type TarPacking = Exclude<ArchiveKind, 'zip'>;

const unpackers: Readonly<Record<TarPacking, () => Transform>> = {
  tar: () => new PassThrough(),
  'tar.gz': () => createGunzip(),
  'tar.zst': () => createZstdDecompress(),
};

/** A tar file, packed or not, as a dataset's source: read from front to end, every unpacked byte counted. */
export function tarSource(
  path: string,
  name: string,
  packing: TarPacking,
  limits: SourceLimits,
  namesEncoding: NamesEncoding,
): DatasetSource {
  const each = () => eachEntry(path, packing, limits);
  const names = new NameReader(namesEncoding, async (add) => {
    for await (const { entry } of each()) {
      const { raw } = nameOf(entry.header, 'utf-8');
      if (raw) add(raw, false);
      entry.resume();
    }
  });
  return {
    kind: 'archive',
    path,
    name,
    // Only reading all of it would tell.
    count: async () => null,
    async *entries() {
      let name = '';
      let undecodable: ReturnType<NameReader['undecodable']> | null = null;
      try {
        for await (const { entry, budget, bytesRead } of each()) {
          const { header } = entry;
          if (!names.isDecided && nameOf(header, 'utf-8').raw) {
            // All names decide together: the archive is gone through once for them, the first time that it is read.
            const problem = await names.decide();
            if (problem) yield problem;
            if (problem?.kind === 'problem' && problem.fatal) return;
          }
          const found = nameOf(header, names.encoding);
          name = found.name;
          undecodable ??= names.undecodable();
          if (!found.isWhole) undecodable.add(name);
          budget.enter(name);
          let isRead = false;
          // What was read of the file when this entry began is more than what came before it, by as much as is read ahead.
          const begin = bytesRead() - readAheadBytes;
          const faultOf = (unpacked: number) => budget.faultOf(found.name, unpacked, bytesRead() - begin);
          yield showEntry(header, found.name, (limit) => {
            isRead = true;
            return readTarEntry(entry, found.name, limit, faultOf);
          });
          // What nobody reads is passed over; what is being read is left to its reader.
          if (!isRead) entry.resume();
        }
        if (undecodable) yield* undecodable.report();
      } catch (error) {
        yield { kind: 'problem', problem: tarFault(error, name).problem, fatal: true };
      }
    },
  };
}

async function* eachEntry(
  path: string,
  packing: TarPacking,
  limits: SourceLimits,
): AsyncGenerator<{ entry: TarEntry; budget: ArchiveBudget; bytesRead: () => number }> {
  const budget = new ArchiveBudget(limits, (await stat(path)).size);
  const unpacking = extract(tarOptions);
  let name = '';
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    let last: Buffer = Buffer.alloc(0);
    for await (const chunk of chunks) {
      budget.unpack(name, chunk.length);
      last = chunk.length >= blockBytes ? chunk : Buffer.concat([last, chunk]).subarray(-blockBytes);
      yield chunk;
    }
    // Every tar ends with blocks of zeros; without them it was cut off between two files.
    if (!last.subarray(-blockBytes).every((byte) => byte === 0)) throw truncated(name, null);
  };
  const file = createReadStream(path, { highWaterMark: readAheadBytes });
  const flowing = pipeline(file, unpackers[packing](), count, unpacking);
  // The same error comes out of the loop below, where it is told.
  flowing.catch(() => undefined);
  try {
    for await (const entry of unpacking) {
      assertPlainHeader(entry.header);
      name = nameOf(entry.header, 'utf-8').name;
      yield { entry, budget, bytesRead: () => file.bytesRead };
    }
  } catch (error) {
    throw tarFault(error, name);
  } finally {
    unpacking.destroy();
    await Promise.allSettled([flowing]);
  }
}
