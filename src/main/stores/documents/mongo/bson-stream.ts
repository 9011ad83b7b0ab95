import { BSON } from 'mongodb';
import type { StoredDocument } from '../ports.ts';
import { fromStored } from './stored-document.ts';

/** A document of 16 MiB, which is the most that MongoDB takes, and its own framing. */
const largestBytes = 16 * 1024 * 1024 + 16 * 1024;
const smallestBytes = 5;

/** The documents in the bytes of a file as mongodump writes it. @param refuse the error where they are none */
export async function* documentsIn(
  body: AsyncIterable<Buffer>,
  refuse: (cause?: unknown) => unknown,
): AsyncGenerator<StoredDocument> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= 4) {
      const size = held.readInt32LE(at);
      if (size < smallestBytes || size > largestBytes) throw refuse();
      if (held.length - at < size) break;
      yield decode(held.subarray(at, at + size), refuse);
      at += size;
    }
    held = held.subarray(at);
  }
  if (held.length > 0) throw refuse();
}

function decode(bytes: Buffer, refuse: (cause?: unknown) => unknown): StoredDocument {
  try {
    return fromStored(BSON.deserialize(bytes) as Parameters<typeof fromStored>[0]);
  } catch (error) {
    throw refuse(error);
  }
}
