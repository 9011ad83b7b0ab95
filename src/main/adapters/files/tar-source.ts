import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { SourceLimits } from '../../domain/datasets/limits.ts';
import {
  type DatasetSource,
  type EntryBytes,
  EntryFault,
  type SourceEntry,
} from '../../domain/datasets/ports.ts';
import { makeProblem } from '../../domain/datasets/problems.ts';
import { ArchiveBudget } from './archive-budget.ts';
import { damaged, linkInArchive, truncated } from './archive-faults.ts';

const blockBytes = 512;
const readAheadBytes = 1 << 16;

/** A tar file, gzipped or not, as a dataset's source: read from front to end, every unpacked byte counted. */
export class TarSource implements DatasetSource {
  readonly kind = 'archive';
  readonly path: string;
  readonly name: string;
  private readonly isGzipped: boolean;
  private readonly limits: SourceLimits;

  constructor(path: string, name: string, isGzipped: boolean, limits: SourceLimits) {
    this.path = path;
    this.name = name;
    this.isGzipped = isGzipped;
    this.limits = limits;
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const budget = new ArchiveBudget(this.limits, (await stat(this.path)).size);
    const unpacking = extract();
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
    const file = createReadStream(this.path, { highWaterMark: readAheadBytes });
    const flowing = this.isGzipped
      ? pipeline(file, createGunzip(), count, unpacking)
      : pipeline(file, count, unpacking);
    // The same error comes out of the loop below, where it is told.
    flowing.catch(() => undefined);
    try {
      for await (const entry of unpacking) {
        name = entry.header.name;
        budget.enter(name);
        let isRead = false;
        // What was read of the file when this entry began is more than what came before it, by as much as is read ahead.
        const begin = file.bytesRead - readAheadBytes;
        const faultOf = (unpacked: number) =>
          budget.faultOf(entry.header.name, unpacked, file.bytesRead - begin);
        yield show(entry.header.type, name, (limit) => {
          isRead = true;
          return readEntry(entry, entry.header.name, limit, faultOf);
        });
        // What nobody reads is passed over; what is being read is left to its reader.
        if (!isRead) entry.resume();
      }
    } catch (error) {
      yield { kind: 'problem', problem: asFault(error, name).problem, fatal: true };
    } finally {
      unpacking.destroy();
      await Promise.allSettled([flowing]);
    }
  }
}

function show(type: Header['type'], name: string, read: (limit: number) => Promise<EntryBytes>): SourceEntry {
  if (type === 'directory') return { kind: 'folder', path: name };
  if (type === 'symlink' || type === 'link') return { kind: 'problem', problem: linkInArchive(name).problem };
  if (type === 'file' || type === 'contiguous-file') return { kind: 'file', path: name, read };
  const message = 'It is no plain file and is left out';
  const problem = makeProblem('NOT_AN_IMAGE', name, message, 'Put image files there in its place.');
  return { kind: 'problem', problem, warning: true };
}

/** @param faultOf says whether more came out of the entry than can be honest */
async function readEntry(
  entry: AsyncIterable<unknown>,
  name: string,
  limit: number,
  faultOf: (unpacked: number) => EntryFault | null,
): Promise<EntryBytes> {
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let size = 0;
  let fault: EntryFault | null = null;
  try {
    // To the end in any case: a stream that is broken off ends the whole archive.
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (fault || kept >= limit) continue;
      chunks.push(chunk);
      kept += chunk.length;
      fault = faultOf(size);
    }
  } catch (error) {
    throw asFault(error, name);
  }
  if (fault) throw fault;
  return { bytes: Buffer.concat(chunks).subarray(0, limit), complete: size <= limit, modifiedMs: null };
}

function asFault(error: unknown, name: string): EntryFault {
  if (error instanceof EntryFault) return error;
  return /unexpected end|premature close/i.test(String(error))
    ? truncated(name, error)
    : damaged(name, String(error), true, error);
}
