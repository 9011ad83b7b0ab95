import { useEffect, useState } from 'react';

/**
 * Does what goes on for as long as a component is shown, and anew where one of `keys` changes.
 * @returns what it failed with; null while it has not
 */
export function useWhileShown(
  work: (signal: AbortSignal) => Promise<unknown>,
  keys: readonly unknown[],
): unknown {
  const [error, setError] = useState<unknown>(null);
  const start = () => {
    const controller = new AbortController();
    const { signal } = controller;
    setError(null);
    work(signal).catch((reason: unknown) => {
      if (!signal.aborted) setError(reason);
    });
    return () => controller.abort();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `keys` stand for `work`
  useEffect(start, keys);
  return error;
}
