/**
 * Resolves when `begin` calls its callback, or when `signal` aborts; then cancels what `begin` started.
 * @param begin starts waiting and returns its cancel function; it must not call back synchronously
 */
export function once(begin: (end: () => void) => () => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = begin(end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** Calls `action` after `milliseconds`. @returns a function that cancels it */
export function schedule(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

/** Resolves after `milliseconds`, or at once when aborted. */
export const pause = (milliseconds: number, signal?: AbortSignal) =>
  once((end) => schedule(milliseconds, end), signal);
