import type { StackEndpoints } from '../addresses.ts';

/** Asks a server once, by its own protocol and with its credentials: resolves with its version, rejects unless the answer is right. */
export type Probe = (endpoints: StackEndpoints, signal: AbortSignal) => Promise<string>;

/** The answer, or a rejection with the signal's reason as soon as that comes: a server may accept a connection and say nothing. */
export async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // A late answer is ignored, and so is its rejection.
    answer.catch(() => {});
  }
}
