import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { phrase } from '../../../../shared/errors/entry.ts';
import { codeOf } from '../../../platform/error-code.ts';
import { type EntryBytes, EntryFault } from '../source.ts';
import type { ArchiveBudget } from './archive-budget.ts';
import { damaged, type Reason, systemReason, withoutPassword } from './read-faults.ts';

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
  if (unpacked !== entry.uncompressedSize || crc32(bytes) !== entry.crc32)
    throw damaged(name, { why: wrongSum }, false);
  return { bytes, complete: true, modifiedMs: null };
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
