/** Types of image files, as their bytes tell. Those with `read` are decoded; the others are known by name only. */
interface ImageType {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly mediaType: string;
  readonly read: boolean;
  readonly matches: (bytes: Uint8Array) => boolean;
}

const starts =
  (signature: string, offset = 0) =>
  (bytes: Uint8Array): boolean =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .subarray(offset, offset + signature.length)
      .equals(Buffer.from(signature, 'latin1'));

const brand =
  (...brands: readonly string[]) =>
  (bytes: Uint8Array): boolean =>
    starts('ftyp', 4)(bytes) && brands.some((name) => starts(name, 8)(bytes));

/** Signatures as the formats' specifications give them. */
const types: readonly ImageType[] = [
  {
    name: 'png',
    extensions: ['png', 'apng'],
    mediaType: 'image/png',
    read: true,
    matches: starts('\x89PNG\r\n\x1a\n'),
  },
  {
    name: 'jpeg',
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    mediaType: 'image/jpeg',
    read: true,
    matches: starts('\xff\xd8\xff'),
  },
  {
    name: 'gif',
    extensions: ['gif'],
    mediaType: 'image/gif',
    read: true,
    matches: (bytes) => starts('GIF87a')(bytes) || starts('GIF89a')(bytes),
  },
  {
    name: 'webp',
    extensions: ['webp'],
    mediaType: 'image/webp',
    read: true,
    matches: (bytes) => starts('RIFF')(bytes) && starts('WEBP', 8)(bytes),
  },
  {
    name: 'tiff',
    extensions: ['tif', 'tiff'],
    mediaType: 'image/tiff',
    read: true,
    matches: (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((signature) => starts(signature)(bytes)),
  },
  {
    name: 'avif',
    extensions: ['avif'],
    mediaType: 'image/avif',
    read: true,
    matches: brand('avif', 'avis'),
  },
  {
    name: 'heic',
    extensions: ['heic', 'heif'],
    mediaType: 'image/heic',
    read: false,
    matches: brand('heic', 'heix', 'hevc', 'mif1', 'msf1'),
  },
  {
    name: 'bmp',
    extensions: ['bmp', 'dib'],
    mediaType: 'image/bmp',
    read: false,
    // The four reserved bytes of the header are zero: two letters alone would be found in many texts.
    matches: (bytes) => starts('BM')(bytes) && starts('\0\0\0\0', 6)(bytes),
  },
  {
    name: 'jpeg2000',
    extensions: ['jp2', 'j2k'],
    mediaType: 'image/jp2',
    read: false,
    matches: starts('\0\0\0\x0cjP  '),
  },
  {
    name: 'jxl',
    extensions: ['jxl'],
    mediaType: 'image/jxl',
    read: false,
    matches: starts('\0\0\0\x0cJXL '),
  },
  {
    name: 'netpbm',
    extensions: ['ppm', 'pgm', 'pbm', 'pnm'],
    mediaType: 'image/x-portable-anymap',
    read: false,
    matches: (bytes) => /^P[1-6]\s/.test(String.fromCharCode(...bytes.subarray(0, 3))),
  },
];

/** So many first bytes are enough to tell the type. */
export const signatureBytes = 32;

/** The type that the bytes have; null where they are no image that is known. */
export function typeOfBytes(bytes: Uint8Array): { readonly name: string; readonly read: boolean } | null {
  return types.find(({ matches }) => matches(bytes)) ?? null;
}

/** The type that the name promises; null where it promises no image. */
export function typeOfName(name: string): { readonly name: string; readonly mediaType: string } | null {
  const extension = extensionOf(name);
  return types.find(({ extensions }) => extensions.includes(extension)) ?? null;
}

/** The usual extension of a type. */
export function usualExtension(typeName: string): string {
  return types.find(({ name }) => name === typeName)?.extensions[0] ?? typeName;
}

/** Lower case, without the dot; empty where there is none. */
function extensionOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** The types that are decoded, for messages. */
export const readableTypes = types
  .filter(({ read }) => read)
  .map(({ name }) => name.toUpperCase())
  .join(', ');
