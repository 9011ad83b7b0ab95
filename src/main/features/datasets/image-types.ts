import type { Parameter } from '../../../shared/errors/entry.ts';

/** Types of image files, recognised by their bytes. */
export interface ImageType {
  /** Of one that is decoded also the second half of its media type. */
  readonly name: string;
  /** What people call it, where that is not the name in capitals. */
  readonly title?: Parameter;
  readonly extensions: readonly string[];
  /** It is decoded; the others are known by name only. */
  readonly isRead?: boolean;
  /** Drawings and icons lie about in many folders: one that is not read is no reason to refuse a dataset. */
  readonly isByTheWay?: boolean;
  readonly matches: (bytes: Buffer) => boolean;
}

const starts =
  (signature: string, offset = 0) =>
  (bytes: Buffer): boolean =>
    bytes.subarray(offset, offset + signature.length).equals(Buffer.from(signature, 'latin1'));

const startsWithAny =
  (...signatures: readonly string[]) =>
  (bytes: Buffer): boolean =>
    signatures.some((signature) => starts(signature)(bytes));

/**
 * ISO base media files (ISO/IEC 23008-12): a general major brand (`mif1`, `msf1`, `miaf`) says nothing about the coding; the
 * compatible brands then do.
 */
const brand =
  (...brands: readonly string[]) =>
  (bytes: Buffer): boolean => {
    const [major, ...compatible] = brandsOf(bytes);
    if (major === undefined) return false;
    if (brands.includes(major)) return true;
    return generalBrands.includes(major) && compatible.some((name) => brands.includes(name));
  };
const generalBrands: readonly string[] = ['mif1', 'msf1', 'miaf', 'mif2', 'pred', '1pic'];

const tiffSignatures = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'] as const;

/** Signatures as the formats' specifications give them. */
const types: readonly ImageType[] = [
  { name: 'png', extensions: ['png', 'apng'], isRead: true, matches: starts('\x89PNG\r\n\x1a\n') },
  { name: 'jpeg', extensions: ['jpg', 'jpeg', 'jpe', 'jfif'], isRead: true, matches: starts('\xff\xd8\xff') },
  { name: 'gif', extensions: ['gif'], isRead: true, matches: startsWithAny('GIF87a', 'GIF89a') },
  {
    name: 'webp',
    extensions: ['webp'],
    isRead: true,
    matches: (bytes) => starts('RIFF')(bytes) && starts('WEBP', 8)(bytes),
  },
  {
    // Before TIFF, whose signature most of them have: only a small preview of them would be decoded.
    name: 'raw',
    title: { en: 'raw file of a camera (DNG, NEF, CR2, ARW …)', ko: '카메라의 RAW(DNG, NEF, CR2, ARW …)' },
    extensions: ['dng', 'nef', 'nrw', 'cr2', 'cr3', 'arw', 'sr2', 'pef', 'srw', 'orf', 'rw2', 'raf', 'x3f'],
    matches: (bytes) =>
      startsWithAny('IIRO', 'IIRS', 'MMOR', 'IIU\0', 'FUJIFILMCCD-RAW', 'FOVb')(bytes) ||
      brand('crx ')(bytes) ||
      (startsWithAny(...tiffSignatures)(bytes) && isCameraRaw(bytes)),
  },
  { name: 'tiff', extensions: ['tif', 'tiff'], isRead: true, matches: startsWithAny(...tiffSignatures) },
  { name: 'avif', extensions: ['avif', 'avifs'], isRead: true, matches: brand('avif', 'avis') },
  {
    name: 'heic',
    extensions: ['heic', 'heif', 'hif', 'heics'],
    matches: (bytes) =>
      brand('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs')(bytes) ||
      generalBrands.includes(brandsOf(bytes)[0] ?? ''),
  },
  {
    name: 'bmp',
    extensions: ['bmp', 'dib'],
    // The four reserved bytes of the header are zero: two letters alone would be found in many texts.
    matches: (bytes) => starts('BM')(bytes) && starts('\0\0\0\0', 6)(bytes),
  },
  {
    name: 'jpeg2000',
    title: 'JPEG 2000',
    extensions: ['jp2', 'j2k', 'jpx', 'jpf', 'j2c', 'jpc'],
    matches: startsWithAny('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'),
  },
  {
    name: 'jxl',
    title: 'JPEG XL',
    extensions: ['jxl'],
    matches: startsWithAny('\0\0\0\x0cJXL ', '\xff\x0a'),
  },
  { name: 'jpegxr', title: 'JPEG XR', extensions: ['jxr', 'hdp', 'wdp'], matches: starts('II\xbc\x01') },
  {
    name: 'netpbm',
    title: { en: 'Netpbm image', ko: 'Netpbm' },
    extensions: ['ppm', 'pgm', 'pbm', 'pnm'],
    matches: (bytes) => /^P[1-6]\s/.test(String.fromCharCode(...bytes.subarray(0, 3))),
  },
  {
    name: 'dicom',
    title: { en: 'DICOM file', ko: 'DICOM' },
    extensions: ['dcm', 'dicom'],
    matches: starts('DICM', 128),
  },
  { name: 'exr', title: 'OpenEXR', extensions: ['exr'], matches: starts('v/1\x01') },
  { name: 'hdr', title: 'Radiance HDR', extensions: ['hdr'], matches: startsWithAny('#?RADIANCE', '#?RGBE') },
  { name: 'fits', extensions: ['fits', 'fit', 'fts'], matches: starts('SIMPLE  =') },
  {
    name: 'psd',
    title: { en: 'Photoshop document (PSD)', ko: '포토샵(PSD)' },
    extensions: ['psd', 'psb'],
    isByTheWay: true,
    matches: starts('8BPS'),
  },
  {
    name: 'ico',
    title: { en: 'Windows icon (ICO)', ko: 'Windows 아이콘(ICO)' },
    extensions: ['ico', 'cur'],
    isByTheWay: true,
    // The count of icons and the reserved byte of the first: four bytes alone begin many other files.
    matches: (bytes) =>
      startsWithAny('\0\0\x01\0', '\0\0\x02\0')(bytes) &&
      (bytes[4] ?? 0) > 0 &&
      bytes[5] === 0 &&
      bytes[9] === 0,
  },
  {
    name: 'svg',
    title: { en: 'vector drawing (SVG)', ko: '벡터 그림(SVG)' },
    extensions: ['svg'],
    isByTheWay: true,
    matches: (bytes) => {
      const text = new TextDecoder().decode(bytes.subarray(0, signatureBytes));
      return /^\s*<(\?xml|!--|!DOCTYPE svg|svg)/.test(text) && /<svg[\s>]/.test(text);
    },
  },
];

/** How many first bytes are enough to recognise the type. */
export const signatureBytes = 1024;

/**
 * The type that the bytes have; null if they are no image that is known. A TIFF that is called a camera's raw file is one: not
 * every maker marks them inside.
 */
export function typeOfBytes(bytes: Buffer, fileName: string): ImageType | null {
  const found = types.find(({ matches }) => matches(bytes)) ?? null;
  const promised = typeOfName(fileName);
  return found?.name === 'tiff' && promised?.name === 'raw' ? promised : found;
}

/** The type that the name promises; null if it promises no image. */
export function typeOfName(name: string): ImageType | null {
  const extension = extensionOf(name);
  return types.find(({ extensions }) => extensions.includes(extension)) ?? null;
}

/** What people call a type. */
export function titleOf({ name, title }: ImageType): Parameter {
  return title ?? name.toUpperCase();
}

/** The usual extension of a type. */
export function usualExtension({ name, extensions }: ImageType): string {
  return extensions[0] ?? name;
}

/** Lower case, without the dot; empty if there is none. */
function extensionOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** The types that are decoded, for messages. */
export const readableTypes = types
  .filter(({ isRead }) => isRead)
  .map(({ name }) => name.toUpperCase())
  .join(', ');

/** The brands of an ISO base media file (ISO/IEC 14496-12, 4.3), the major one first; empty for any other file. */
function brandsOf(buffer: Buffer): string[] {
  if (buffer.length < 16 || buffer.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(buffer.length, buffer.readUInt32BE(0));
  const brands = [buffer.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(buffer.toString('latin1', at, at + 4));
  return brands;
}

const classicTiff = 42;
const dngVersion = 50706;
const newSubfileType = 254;
const subIfds = 330;
const reducedImage = 1;

/**
 * Whether a TIFF is a camera's raw file: Canon's mark, Adobe's DNG version, or a first image that is a preview of another in a
 * directory below (Nikon's and Sony's). Classic TIFF only (TIFF 6.0, section 2; TIFF/EP).
 */
function isCameraRaw(buffer: Buffer): boolean {
  if (buffer.length < 16) return false;
  if (buffer.toString('latin1', 8, 10) === 'CR') return true;
  const isLittle = buffer[0] === 0x49;
  const short = (at: number) => (isLittle ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
  const long = (at: number) => (isLittle ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  const directory = long(4);
  if (short(2) !== classicTiff || directory + 2 > buffer.length) return false;
  let isPreview = false;
  let hasOthers = false;
  for (let index = 0, count = short(directory); index < count; index += 1) {
    const at = directory + 2 + index * 12;
    if (at + 12 > buffer.length) break;
    const tag = short(at);
    if (tag === dngVersion) return true;
    if (tag === newSubfileType) isPreview = long(at + 8) === reducedImage;
    if (tag === subIfds) hasOthers = true;
  }
  return isPreview && hasOthers;
}
