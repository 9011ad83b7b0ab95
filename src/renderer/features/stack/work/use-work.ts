import { useState, useSyncExternalStore } from 'react';
import { connection, engine, queries, queryClient } from '../../../rpc/client.ts';
import { pause } from '../../../rpc/pause.ts';
import { useWhileShown } from '../../../rpc/use-while-shown.ts';
import { take, type Work } from './work.ts';

const waitMs = 25_000;
const pauseMs = 3000;

/**
 * Follows the newest operation from its first event on, so that a page opened in the middle of it shows the same as one that was
 * there.
 */
async function follow(show: (work: Work) => void, signal: AbortSignal): Promise<void> {
  let work: Work | null = null;
  let cursor = 0;
  while (!signal.aborted) {
    try {
      const page = await engine.stack.progress({ after: cursor, waitMs }, { signal });
      // Another engine process counts from the beginning.
      if (page.cursor < cursor) {
        work = null;
        cursor = 0;
        continue;
      }
      for (const event of page.events) work = take(work, event);
      if (work && page.events.length > 0) show(work);
      // A service's state or the operation's may be another.
      if (page.events.some(({ type }) => type !== 'pull' && type !== 'step'))
        void queryClient.invalidateQueries({ queryKey: queries.stack.status.key() });
      cursor = page.cursor;
    } catch (error) {
      if (signal.aborted) return;
      reportError(error);
      await pause(pauseMs, signal);
    }
  }
}

/** Follows the stack's operations for as long as the page is there; null until there is one. */
export function useWork(): Work | null {
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const [work, setWork] = useState<Work | null>(null);
  // The engine behind a new connection may be another process, whose numbers begin anew.
  const opened = state.phase === 'open' ? state : null;
  useWhileShown(
    async (signal) => {
      if (opened) await follow(setWork, signal);
    },
    [opened],
  );
  return work;
}
