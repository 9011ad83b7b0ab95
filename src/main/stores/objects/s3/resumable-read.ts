import type { Readable } from 'node:stream';
import { BackOff, pause } from '../../../platform/waiting.ts';
import { isConnectionError } from './errors.ts';

/** A part of an object, opened. */
export interface OpenedPart {
  readonly body: Readable;
  /** Bytes that the body is to bring. */
  readonly length: number;
  /** Names these very bytes. */
  readonly etag: string | null;
}

const firstPauseMs = 250;
const longestPauseMs = 4000;
const mostTries = 5;

/**
 * The bytes of a part. Where the connection breaks on the way (the server was restarted) it goes on with what is left, of the
 * same object or not at all; gives up after a few tries without a single byte.
 * @param start the part's place in the object
 */
export async function* readResuming(
  first: OpenedPart,
  start: number,
  open: (range: { start: number; end: number }, etag: string) => Promise<OpenedPart>,
): AsyncGenerator<Uint8Array> {
  const end = start + first.length;
  let position = start;
  let part: OpenedPart | null = first;
  const backOff = new BackOff(firstPauseMs, longestPauseMs);
  for (let tries = 0; ; ) {
    try {
      part ??= await open({ start: position, end: end - 1 }, first.etag ?? '');
      for await (const chunk of part.body as AsyncIterable<Uint8Array>) {
        position += chunk.length;
        tries = 0;
        backOff.reset();
        yield chunk;
      }
      return;
    } catch (error) {
      tries += 1;
      const isTooMuch = tries > mostTries || first.etag === null || position >= end;
      if (isTooMuch || !isConnectionError(error)) throw error;
    }
    part = null;
    await pause(backOff.next());
  }
}
