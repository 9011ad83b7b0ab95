/** Resolves once `begin` calls back, or when aborted. @param begin gives what takes it back */
export function once(begin: (end: () => void) => () => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      takeBack();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const takeBack = begin(end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** Calls back after a time. @returns what takes it back */
export function schedule(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

/** Resolves after `milliseconds`, or at once when aborted. */
export const pause = (milliseconds: number, signal?: AbortSignal) =>
  once((end) => schedule(milliseconds, end), signal);
