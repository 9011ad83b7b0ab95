import { type Entry, getFileNameLowLevel } from 'yauzl';
import type { KnownEncoding } from '../reading.ts';
import { decodeName } from './archive-names.ts';

const utf8Flag = 1 << 11;
const unicodePathField = 0x7075;
const [madeOnUnix, madeOnMac] = [3, 19];

/** Whether the entry says how its name is encoded: by the flag for UTF-8, or by the field that repeats it in UTF-8 (APPNOTE 4.6.9). */
export function saysItsName({ generalPurposeBitFlag, extraFields }: Entry): boolean {
  return (generalPurposeBitFlag & utf8Flag) !== 0 || extraFields.some(({ id }) => id === unicodePathField);
}

/** Whether a program on Unix or macOS wrote the entry. */
export function isMadeOnUnix({ versionMadeBy }: Entry): boolean {
  return [madeOnUnix, madeOnMac].includes(versionMadeBy >>> 8);
}

/** An entry's name, parted by `/`. @param encoding of names that don't say theirs */
export function zipName(entry: Entry, encoding: KnownEncoding): { name: string; isWhole: boolean } {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const read = saysItsName(entry)
    ? { name: getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true), isWhole: true }
    : decodeName(fileNameRaw, encoding);
  return { ...read, name: read.name.replaceAll('\\', '/') };
}
