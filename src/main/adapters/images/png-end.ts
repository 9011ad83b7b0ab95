const signatureBytes = 8;

/**
 * Whether a PNG goes on to its last chunk, IEND (PNG specification, 5.2 and 11.2.5). The decoder stops at the last pixel and
 * does not miss what comes after. True for everything that is no PNG.
 */
export function hasPngEnd(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < signatureBytes || buffer.readUInt32BE(0) !== 0x89504e47) return true;
  let offset = signatureBytes;
  while (offset + 12 <= buffer.length) {
    const next = offset + 12 + buffer.readUInt32BE(offset);
    if (buffer.toString('latin1', offset + 4, offset + 8) === 'IEND') return next <= buffer.length;
    offset = next;
  }
  return false;
}
