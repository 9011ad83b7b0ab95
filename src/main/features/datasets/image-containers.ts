/** The brands of an ISO base media file (ISO/IEC 14496-12, 4.3), the major one first; empty for any other file. */
export function brandsOf(buffer: Buffer): string[] {
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
export function isCameraRaw(buffer: Buffer): boolean {
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
