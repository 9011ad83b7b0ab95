import type { FileHandle } from 'node:fs/promises';
import { damaged, truncated } from './read-faults.ts';

/** Where a zip's parts really lie in its file. */
export interface ZipEnd {
  /** Behind the end record and its comment: what follows is no part of the archive. */
  readonly end: number;
  /** So many bytes stand before the archive (a self-extracting one's program): all its offsets count from there. */
  readonly shift: number;
  /** Where the central directory begins, counted from the archive's own start. */
  readonly directory: number;
  readonly entries: number;
}

const endBytes = 22;
const zip64Bytes = 56;
const locatorBytes = 20;
/** Trailing zeros are passed over however many they are; of other trailing bytes so many may be there. */
const searchedBytes = 2 ** 20;
const stepBytes = 2 ** 16;

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, Math.max(0, position));
  return bytes.subarray(0, bytesRead);
}

/** Behind the last byte that is not zero. */
async function endOfContent(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= stepBytes) {
    const start = Math.max(0, end - stepBytes);
    const bytes = await readAt(handle, start, end - start);
    for (let at = bytes.length - 1; at >= 0; at -= 1) if (bytes[at] !== 0) return start + at + 1;
  }
  return 0;
}

/**
 * Finds a zip's end record (APPNOTE 4.3.16), also where bytes follow it that are no part of the archive: copies from disks and tapes
 * are padded with zeros, downloads with a newline.
 * @throws EntryFault ARCHIVE_TRUNCATED, ARCHIVE_UNREADABLE if it is one part of several
 */
export async function findZipEnd(handle: FileHandle, size: number): Promise<ZipEnd> {
  const content = await endOfContent(handle, size);
  // The record's own last bytes may be zeros.
  const last = Math.min(size, content + endBytes);
  const start = Math.max(0, last - searchedBytes);
  const bytes = await readAt(handle, start, last - start);
  for (let at = bytes.length - endBytes; at >= 0; at -= 1) {
    if (bytes.readUInt32LE(at) !== 0x06054b50) continue;
    const found = await readEnd(handle, bytes.subarray(at, at + endBytes), start + at, size);
    if (found) return found;
  }
  throw truncated('', new Error('no end of central directory'));
}

async function readEnd(
  handle: FileHandle,
  record: Buffer,
  position: number,
  size: number,
): Promise<ZipEnd | null> {
  const end = position + endBytes + record.readUInt16LE(20);
  if (end > size) return null;
  if (record.readUInt16LE(4) !== 0 && record.readUInt16LE(4) !== 0xffff) throw oneOfSeveral();
  const zip64 = await readZip64(handle, position);
  const entries = zip64?.entries ?? record.readUInt16LE(10);
  const length = zip64?.length ?? record.readUInt32LE(12);
  const stated = zip64?.offset ?? record.readUInt32LE(16);
  const before = (zip64?.position ?? position) - length;
  const isThere = async (offset: number) =>
    offset >= 0 && (entries === 0 || (await readAt(handle, offset, 4)).toString('latin1') === 'PK\x01\x02');
  // Where the directory lies says its length; where that is wrong, its stated place.
  if (await isThere(before)) return { end, shift: Math.max(0, before - stated), directory: stated, entries };
  if (await isThere(stated)) return { end, shift: 0, directory: stated, entries };
  return null;
}

async function readZip64(handle: FileHandle, end: number) {
  if (end < locatorBytes + zip64Bytes) return null;
  const locator = await readAt(handle, end - locatorBytes, locatorBytes);
  if (locator.readUInt32LE(0) !== 0x07064b50) return null;
  if (locator.readUInt32LE(16) > 1) throw oneOfSeveral();
  const position = end - locatorBytes - zip64Bytes;
  const record = await readAt(handle, position, zip64Bytes);
  if (record.readUInt32LE(0) !== 0x06064b50) return null;
  return {
    position,
    entries: Number(record.readBigUInt64LE(32)),
    length: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

/** @see https://infozip.sourceforge.net, "split archives" */
export const wholeOfParts = {
  en: 'Put the parts together (zip -s 0 PARTS.zip --out WHOLE.zip, or 7-Zip’s "Combine files"), and give the whole',
  ko: '나눈 부분을 합쳐(zip -s 0 PARTS.zip --out WHOLE.zip, 7-Zip의 “파일 합치기”) 전체를 지정하세요.',
};

function oneOfSeveral() {
  const why = {
    en: 'it is one part of an archive in several parts',
    ko: '여러 부분으로 나눈 압축 파일의 한 부분입니다',
  };
  return damaged('', { why, remedy: wholeOfParts }, true);
}
