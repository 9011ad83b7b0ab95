import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

const chunkBytes = 64 * 1024;
const longestLine = 1024 * 1024;
const markedBytes = 256;

/** Up to where an appended file is read. */
export interface Position {
  offset: number;
  /** Lines before it. */
  lines: number;
  /** Of the bytes before it: others, and the file is another one. */
  mark: string;
}

export const startPosition = (): Position => ({ offset: 0, lines: 0, mark: '' });

export interface Line {
  /** Without its end; null where it is longer than 1 MiB. */
  readonly text: string | null;
  /** Where the next one begins. */
  readonly end: number;
}

/** At most `length` bytes. */
export function readAt(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(handle, bytes, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/**
 * The whole lines from an offset on; a last one without its end is left for later.
 * @param isStill asked after each part was read: false where the file was written anew meanwhile, and the part is none of the lines before
 */
export function* wholeLines(handle: number, from: number, isStill = () => true): Generator<Line> {
  let rest = Buffer.alloc(0);
  let isTooLong = false;
  let at = from;
  for (;;) {
    const chunk = readAt(handle, at, chunkBytes);
    if (chunk.length === 0 || !isStill()) return;
    let begin = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, begin)) {
      const bytes = Buffer.concat([rest, chunk.subarray(begin, end)]);
      const isWhole = !isTooLong && bytes.length <= longestLine;
      begin = end + 1;
      yield { text: isWhole ? bytes.toString('utf8').replace(/\r$/, '') : null, end: at + begin };
      rest = Buffer.alloc(0);
      isTooLong = false;
    }
    rest = Buffer.concat([rest, chunk.subarray(begin)]);
    if (rest.length > longestLine) {
      isTooLong = true;
      rest = Buffer.alloc(0);
    }
    at += chunk.length;
  }
}

/** Of the first and the last bytes before an offset. A file that was written anew has other ones. */
export function markOf(handle: number, offset: number): string {
  const length = Math.min(markedBytes, offset);
  return createHash('sha1')
    .update(readAt(handle, 0, length))
    .update(readAt(handle, offset - length, length))
    .digest('base64url');
}

/** Whether the bytes before the position are still those that were read. */
export function isSameFile(handle: number, { offset, mark }: Position): boolean {
  return offset === 0 || markOf(handle, offset) === mark;
}
