import { useEffect, useState } from 'react';

/**
 * Does what goes on for as long as a component is shown, and anew where `key` changes.
 * @returns what it failed with; null while it has not
 */
export function useWhileShown(work: (signal: AbortSignal) => Promise<unknown>, key: string): unknown {
  const [error, setError] = useState<unknown>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `work`
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setError(null);
    work(signal).catch((reason: unknown) => {
      if (!signal.aborted) setError(reason);
    });
    return () => controller.abort();
  }, [key]);
  return error;
}
