import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';
import { engine } from '../rpc/client.ts';
import { useWhileShown } from '../rpc/use-while-shown.ts';
import { RunFeed } from './run-feed.ts';

export interface Feeds {
  readonly feeds: readonly RunFeed[];
  /** Changes when lines appear or go. */
  readonly shape: string;
  /** Calls at every change of a line. */
  readonly onChange: (listener: () => void) => () => void;
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
  const [tries, setTries] = useState(0);
  const error = useWhileShown(
    (signal) => Promise.all(feeds.map((feed) => feed.follow(signal))),
    [feeds, activity, tries],
  );
  const onChange = useCallback(
    (listener: () => void) => {
      const stops = feeds.map((feed) => feed.onChange(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [feeds],
  );
  const shape = useSyncExternalStore(onChange, () => feeds.map((feed) => feed.shapeVersion()).join());
  const retry = useCallback(() => setTries((count) => count + 1), []);
  return { feeds, shape, onChange, error, retry };
}
