import type { Socket } from 'node:net';

/** Something was not done in its time. */
export class TooLateError extends Error {}

/**
 * The work's result, unless the time is over first; the work itself is then left to end by its own limits.
 * @throws {TooLateError}
 */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooLateError(`> ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a socket is connected, and ends it. @throws what is in the way, TooLateError */
export async function whenConnected(socket: Socket, timeoutMs: number): Promise<void> {
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.on('error', reject);
  });
  await within(timeoutMs, connected).finally(() => socket.destroy());
}

/** What an error says, on one line. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message || error.name : String(error);
  return words.replace(/\s+/g, ' ').trim().slice(0, 400);
}

/** A value that is worked out at the first question, for all who ask. */
export function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= work();
    return value;
  };
}
