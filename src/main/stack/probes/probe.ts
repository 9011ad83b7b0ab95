import type { StackEndpoints } from '../addresses.ts';

/** What a healthy server answers. */
export interface ProbeAnswer {
  readonly version: string;
  /** What the ensure steps look after, as the server has it now: equal texts, equal things. Null if that could not be read. */
  readonly shape: string | null;
}

/**
 * Asks a server once, by its own protocol and with its credentials; rejects unless the answer is right. All but PostgreSQL's are
 * written on Node's own network modules: the clients of these servers take up to half a second of a processor to load, and a server answers
 * in milliseconds.
 */
export type Probe = (endpoints: StackEndpoints, signal: AbortSignal) => Promise<ProbeAnswer>;

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
