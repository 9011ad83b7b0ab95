import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** The SHA-256 of all bytes of a stream, in hex. */
export async function sha256Of(body: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * A stream of the same bytes, hashed on their way.
 * @param atEnd called with their SHA-256, in hex, before the stream ends: what it throws breaks the stream
 */
export function hashing(body: AsyncIterable<unknown>, atEnd: (sha256: string) => void): Readable {
  async function* hashed() {
    const hash = createHash('sha256');
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      yield chunk;
    }
    atEnd(hash.digest('hex'));
  }
  return Readable.from(hashed(), { objectMode: false });
}
