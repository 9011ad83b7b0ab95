import { TrainyardError } from '../../../../shared/errors/error.ts';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst';

/** So many first bytes tell the kind of an archive. */
export const kindBytes = 512;

const startsWith = (bytes: Buffer, signature: string, offset = 0) =>
  bytes.subarray(offset, offset + signature.length).equals(Buffer.from(signature, 'latin1'));

/** The kind that the first bytes tell; null where they tell none that is read. */
export function kindOf(start: Buffer): ArchiveKind | null {
  if (startsWith(start, 'PK\x03\x04') || startsWith(start, 'PK\x05\x06')) return 'zip';
  if (startsWith(start, '\x1f\x8b')) return 'tar.gz';
  if (startsWith(start, '\x28\xb5\x2f\xfd')) return 'tar.zst';
  return isTarHeader(start) ? 'tar' : null;
}

/** A tar header is known by its checksum: the oldest tars (Unix version 7) have no other mark. */
function isTarHeader(block: Buffer): boolean {
  if (block.length < 512 || block[0] === 0) return false;
  const stated = Number.parseInt(
    block
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+/g, ' ')
      .trim(),
    8,
  );
  let sum = 8 * 32;
  for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum === stated;
}

const unpackFirst = 'give the folder, or pack it again as zip or tar.gz.';
/** What is not read here, by its first bytes, and what to do with it. */
const others: readonly (readonly [signature: string, name: string, hint: string])[] = [
  [
    'PK\x07\x08',
    'the first part of a zip in several parts',
    'Put the parts together (zip -s 0 PARTS.zip --out WHOLE.zip), and give the whole.',
  ],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive', `Unpack it (7z x FILE), then ${unpackFirst}`],
  ['Rar!\x1a\x07', 'a RAR archive', `Unpack it (unrar x FILE, or 7z x FILE), then ${unpackFirst}`],
  ['ALZ\x01', 'an ALZ archive of ALZip', `Unpack it with ALZip or Bandizip, then ${unpackFirst}`],
  ['EGGA', 'an EGG archive of ALZip', `Unpack it with ALZip or Bandizip, then ${unpackFirst}`],
  ['BZh', 'packed by bzip2', 'Unpack it (bunzip2 FILE) and give the tar, or pack it again as tar.gz.'],
  ['\xfd7zXZ\x00', 'packed by xz', 'Unpack it (unxz FILE) and give the tar, or pack it again as tar.gz.'],
  [
    '\x04\x22\x4d\x18',
    'packed by LZ4',
    'Unpack it (lz4 -d FILE) and give the tar, or pack it again as tar.gz.',
  ],
  ['LZIP', 'packed by lzip', 'Unpack it (lzip -d FILE) and give the tar, or pack it again as tar.gz.'],
  [
    '\x1f\x9d',
    'packed by compress',
    'Unpack it (uncompress FILE) and give the tar, or pack it again as tar.gz.',
  ],
  ['MSCF', 'a cabinet file of Windows', `Unpack it (cabextract FILE), then ${unpackFirst}`],
  ['\x89HDF', 'an HDF5 file', 'Export its images as files, in a folder for each class.'],
  ['PAR1', 'a Parquet file', 'Export its images as files, in a folder for each class.'],
];

/** Neither folder nor an archive that is read. `file` as a person knows it. */
export function noArchive(file: string, start: Buffer = Buffer.alloc(0)): TrainyardError {
  const [, name, hint] = others.find(([signature]) => startsWith(start, signature)) ?? [];
  return new TrainyardError(
    'ARCHIVE_UNREADABLE',
    name
      ? `${file} is ${name}, which is not read here`
      : `${file} is neither a folder nor a zip, tar, tar.gz or tar.zst file`,
    hint ?? 'Give a folder, or pack the dataset as zip or tar.gz.',
    { place: { field: 'path' } },
  );
}
