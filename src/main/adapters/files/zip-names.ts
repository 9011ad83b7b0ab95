import { type Entry, getFileNameLowLevel } from 'yauzl';

const utf8Flag = 1 << 11;
const unicodePathField = 0x7075;

function decode(bytes: Uint8Array, encoding: 'utf-8' | 'euc-kr'): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * An entry's name, parted by `/`. Archives that don't say how their names are encoded often hold UTF-8 all the same, or, made
 * on a Korean Windows, its code page 949 (WHATWG's euc-kr); else it is code page 437, as the format's specification says.
 */
export function zipName(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const isSaid =
    (generalPurposeBitFlag & utf8Flag) !== 0 || extraFields.some(({ id }) => id === unicodePathField);
  const guessed = isSaid ? null : (decode(fileNameRaw, 'utf-8') ?? decode(fileNameRaw, 'euc-kr'));
  return (guessed ?? getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)).replaceAll(
    '\\',
    '/',
  );
}
