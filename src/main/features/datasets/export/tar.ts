import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header, Pack } from 'tar-stream';
import type { ExportedFile } from './export-format.ts';

const blockBytes = 512;
/** Two empty blocks. */
export const tarEndBytes = 2 * blockBytes;

const isPlain = (name: string) => /^[\x20-\x7e]{1,100}$/.test(name);
const padded = (bytes: number) => Math.ceil(bytes / blockBytes) * blockBytes;

/** The bytes that a file takes in a tar: header, content and what fills the last block; a long name or one in Hangul has a header of its own. */
export function tarEntryBytes(name: string, size: number): number {
  const header = isPlain(name) ? 0 : blockBytes + padded(recordBytes(name));
  return header + blockBytes + padded(size);
}

/** A record of a pax header begins with its own length in decimal (POSIX.1-2001, pax). */
function recordBytes(name: string): number {
  const rest = Buffer.byteLength(` path=${name}\n`);
  let digits = 1;
  while (String(rest + digits).length > digits) digits += 1;
  return rest + digits;
}

/**
 * A tar of files, made as it is read: one file is open at a time, none once the stream is destroyed. What can't be read whole breaks
 * it off.
 * @param bytes what all entries take, by {@link tarEntryBytes}: a tar of another length is broken off before its end
 */
export async function packTar(
  files: AsyncIterable<ExportedFile>,
  modifiedAt: Date,
  bytes: number,
): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const packing = pack();
  const output = new PassThrough();
  const fill = async () => {
    let left = bytes - tarEndBytes;
    for await (const file of files) {
      left -= tarEntryBytes(file.name, file.size);
      await add(packing, file, modifiedAt);
    }
    if (left !== 0) throw new Error(`the tar has ${left} bytes less than was measured`);
    packing.finalize();
  };
  // Where one of both fails, the other ends by it; the reader of the output gets the first error.
  fill().catch((error: Error) => packing.destroy(error));
  pipeline(Readable.from(packing), output).catch((error: Error) => {
    packing.destroy(error);
    output.destroy(error);
  });
  return output;
}

async function add(packing: Pack, { name, size, content }: ExportedFile, mtime: Date): Promise<void> {
  // Always the same choice of header, so that its length is known.
  const header: Partial<Header> & { name: string } = {
    name,
    size,
    mtime,
    mode: 0o644,
    ...(isPlain(name) ? {} : { pax: {} }),
  };
  // Before its bytes are opened: a tar that was destroyed meanwhile throws here, or closes them at once.
  const entry = packing.entry(header);
  // It fails with the tar, where its bytes were never opened, too.
  entry.on('error', () => undefined);
  const source = typeof content === 'function' ? await content() : Readable.from([content]);
  const body = (chunks: AsyncIterable<Uint8Array>) => exactly(chunks, name, size);
  await pipeline(source, body, entry as unknown as NodeJS.WritableStream);
}

/** The chunks, which must be so many bytes together. */
async function* exactly(chunks: AsyncIterable<Uint8Array>, name: string, size: number) {
  let left = size;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error(`${name} has not the ${size} bytes that were measured`);
}
