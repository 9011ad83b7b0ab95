import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { engine } from '../rpc/client.ts';
import { RunFeed } from './run-feed.ts';

export interface Feeds {
  readonly feeds: readonly RunFeed[];
  /** Changes when lines appear or go. */
  readonly shape: string;
  readonly error: unknown;
  readonly retry: () => void;
}

/**
 * Follows runs as long as the page shows them. `activity` is any text that changes when a run that was over goes on (a further attempt).
 */
export function useFeeds(runIds: readonly string[], activity: string): Feeds {
  const key = runIds.join();
  const feeds = useMemo(
    () => (key === '' ? [] : key.split(',').map((id) => new RunFeed(engine.runs, id))),
    [key],
  );
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const [signal, setSignal] = useState<AbortSignal | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other feeds are followed by another controller
  useEffect(() => {
    const controller = new AbortController();
    setSignal(controller.signal);
    return () => controller.abort();
  }, [feeds]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of activity or another try starts what has stopped
  useEffect(() => {
    if (!signal || signal.aborted) return;
    for (const feed of feeds) {
      feed.follow(signal).catch((reason: unknown) => {
        if (!signal.aborted) setError(reason);
      });
    }
  }, [feeds, signal, activity, tries]);

  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = feeds.map((feed) => feed.onChange(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [feeds],
  );
  const shape = useSyncExternalStore(subscribe, () => feeds.map((feed) => feed.shapeVersion()).join());
  const retry = useCallback(() => {
    setError(null);
    setTries((count) => count + 1);
  }, []);
  return { feeds, shape, error, retry };
}
