import { fault } from '../../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { wholeOfParts } from './zip-end.ts';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst';

/** The end of an archive's name, which is none of the dataset's. */
export const archiveExtension = /\.(zip|tar|tgz|tzst|tar\.gz|tar\.zst)$/i;

/** How many first bytes are enough to recognise the kind of an archive. */
export const kindBytes = 512;

const startsWith = (bytes: Buffer, signature: string, offset = 0) =>
  bytes.subarray(offset, offset + signature.length).equals(Buffer.from(signature, 'latin1'));

/** The kind of an archive by its first bytes; null if it is none that can be read. */
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

const asImages = {
  en: 'Export its images as files, in a folder for each class',
  ko: '이미지를 파일로 내보내 클래스마다 한 폴더에 넣으세요.',
};
const unpackedBy = (program: string) =>
  phrase('Unpack it ({program})', '압축을 푸세요({program}).', { program });

/** What is not read here, by its first bytes, and what to do with it. */
const others: readonly (readonly [signature: string, name: Bilingual, remedy: Bilingual])[] = [
  [
    'PK\x07\x08',
    { en: 'the first part of a zip in several parts', ko: '여러 부분으로 나눈 zip의 첫 부분' },
    wholeOfParts,
  ],
  ['7z\xbc\xaf\x27\x1c', { en: 'a 7z archive', ko: '7z 압축 파일' }, unpackedBy('7z x FILE')],
  ['Rar!\x1a\x07', { en: 'a RAR archive', ko: 'RAR 압축 파일' }, unpackedBy('unrar x FILE, 7z x FILE')],
  ['ALZ\x01', { en: 'an ALZ archive of ALZip', ko: '알집의 ALZ 압축 파일' }, unpackedBy('ALZip, Bandizip')],
  ['EGGA', { en: 'an EGG archive of ALZip', ko: '알집의 EGG 압축 파일' }, unpackedBy('ALZip, Bandizip')],
  ['BZh', { en: 'packed by bzip2', ko: 'bzip2로 압축한 파일' }, unpackedBy('bunzip2 FILE')],
  ['\xfd7zXZ\x00', { en: 'packed by xz', ko: 'xz로 압축한 파일' }, unpackedBy('unxz FILE')],
  ['\x04\x22\x4d\x18', { en: 'packed by LZ4', ko: 'LZ4로 압축한 파일' }, unpackedBy('lz4 -d FILE')],
  ['LZIP', { en: 'packed by lzip', ko: 'lzip으로 압축한 파일' }, unpackedBy('lzip -d FILE')],
  ['\x1f\x9d', { en: 'packed by compress', ko: 'compress로 압축한 파일' }, unpackedBy('uncompress FILE')],
  ['MSCF', { en: 'a cabinet file of Windows', ko: 'Windows 캐비닛 파일' }, unpackedBy('cabextract FILE')],
  ['\x89HDF', { en: 'an HDF5 file', ko: 'HDF5 파일' }, asImages],
  ['PAR1', { en: 'a Parquet file', ko: 'Parquet 파일' }, asImages],
];

/** Neither folder nor an archive that is read. `file` as a person knows it. */
export function noArchive(file: string, start: Buffer = Buffer.alloc(0)): TrainyardError {
  const [, name, remedy] = others.find(([signature]) => startsWith(start, signature)) ?? [];
  return fault('ARCHIVE_UNREADABLE', {
    archive: file,
    why: name
      ? phrase('it is {name}, which is not read here', '{name}{name|은|는} 여기서 읽을 수 없습니다', { name })
      : { en: 'it is neither a folder nor an archive', ko: '폴더도 압축 파일도 아닙니다' },
    remedy: remedy ?? {
      en: 'Give a folder, or pack the dataset as zip or tar.gz',
      ko: '폴더를 지정하거나 데이터셋을 zip이나 tar.gz로 압축하세요.',
    },
  });
}
