import type { FileHandle } from 'node:fs/promises';

/** The first bytes of an open file, at most `limit`. */
export async function readStart(handle: FileHandle, limit: number): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const bytes = Buffer.allocUnsafe(Math.min(size, limit));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
