import { type JsonBytes, windowEnded } from './json-bytes.ts';

const firstBytes = 2 ** 20;
/** A single value of more bytes is no annotation. */
const mostBytes = 256 * 2 ** 20;

/**
 * Reads a JSON text of any length through a cursor: `unit` takes one unit of it after the other and answers whether there is one
 * more. A unit that does not lie in the window whole is begun again with more bytes; until then it must change nothing.
 */
export async function readUnits(
  chunks: AsyncIterable<Uint8Array>,
  cursor: JsonBytes,
  unit: () => boolean,
): Promise<void> {
  cursor.lookAt(Buffer.alloc(firstBytes + 1));
  const source = chunks[Symbol.asyncIterator]();
  // The next chunk is read while this one is looked at; where that fails, it is said when it is asked for.
  const ahead = () => {
    const next = source.next();
    next.catch(() => {});
    return next;
  };
  let coming = ahead();
  try {
    for (let goesOn = true; goesOn; ) {
      const { at, line } = cursor;
      try {
        goesOn = unit();
        continue;
      } catch (error) {
        if (error !== windowEnded) throw error;
        cursor.at = at;
        cursor.line = line;
      }
      // Twice as many bytes before it is begun again: a long value would take the square of its length otherwise.
      const wanted = (cursor.end - cursor.at) * 2;
      do {
        const next = await coming;
        if (next.done) cursor.isLast = true;
        else {
          push(cursor, next.value);
          coming = ahead();
        }
      } while (!cursor.isLast && cursor.end < wanted);
    }
  } finally {
    await source.return?.();
  }
}

/** Puts bytes behind the window's, which move to its beginning. */
function push(cursor: JsonBytes, chunk: Uint8Array): void {
  const left = cursor.end - cursor.at;
  const needed = left + chunk.length + 1;
  if (needed > mostBytes) cursor.fail('a single value has more than 256 MiB');
  let { bytes } = cursor;
  if (needed > bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(bytes.length * 2, mostBytes)));
    larger.set(bytes.subarray(cursor.at, cursor.end));
    bytes = larger;
    cursor.lookAt(bytes);
  } else bytes.copyWithin(0, cursor.at, cursor.end);
  bytes.set(chunk, left);
  bytes[left + chunk.length] = 0;
  cursor.base += cursor.at;
  cursor.at = 0;
  cursor.end = left + chunk.length;
}
