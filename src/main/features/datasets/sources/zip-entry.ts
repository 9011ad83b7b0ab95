import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { codeOf } from '../../../platform/error-code.ts';
import { type EntryBytes, EntryFault } from '../ports.ts';
import type { ArchiveBudget } from './archive-budget.ts';
import { damaged, systemReason } from './archive-faults.ts';

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
const packAgain = 'Unpack it and give the folder, or pack it again as a plain zip (method "Deflate").';

/** Up to `limit` bytes of an entry, counted and checked as they come. @throws EntryFault */
export async function readZipEntry(
  zip: ZipFile,
  entry: Entry,
  name: string,
  limit: number,
  budget: ArchiveBudget,
): Promise<EntryBytes> {
  const { compressionMethod: method } = entry;
  if (entry.isEncrypted()) {
    const hint = 'Unpack it with its password and give the folder, or pack it again without one.';
    throw damaged(name, 'the file is encrypted with a password', false, undefined, hint);
  }
  if (method !== stored && method !== deflated) {
    const known = methods[method];
    const how = known ? `by ${known} (method ${method})` : `by method ${method}`;
    throw damaged(name, `the file is packed ${how}, which is not read here`, false, undefined, packAgain);
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
    throw error instanceof EntryFault ? error : damaged(name, reasonOf(error), false, error);
  }
  const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  if (unpacked > limit) return { bytes: bytes.subarray(0, limit), complete: false, modifiedMs: null };
  if (unpacked !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) {
    throw damaged(name, 'the file is damaged: its checksum or size is another than the archive says', false);
  }
  return { bytes, complete: true, modifiedMs: null };
}

function reasonOf(error: unknown): string {
  const system = systemReason(error);
  if (system) return system;
  return codeOf(error).startsWith('Z_')
    ? 'the file is damaged: its packed bytes can’t be unpacked'
    : 'the file is damaged: it is not where the archive says';
}
