import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { connection, engine, queries } from '../../../rpc/client.ts';
import { pause } from '../../../rpc/pause.ts';
import { useWhileShown } from '../../../rpc/use-while-shown.ts';
import { take, type Work } from './work.ts';

const waitMs = 25_000;
const pauseMs = 3000;

/**
 * What the newest operation tells, from its first word on, so that a page that is opened in the middle of it shows the same as one that was
 * there. `onChange` is called when a service's state or the operation's may be another.
 */
async function follow(show: (work: Work) => void, onChange: () => void, signal: AbortSignal): Promise<void> {
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
      if (page.events.some(({ type }) => type !== 'pull' && type !== 'step')) onChange();
      cursor = page.cursor;
    } catch (error) {
      if (signal.aborted) return;
      reportError(error);
      await pause(pauseMs, signal);
    }
  }
}

/** Follows the stack's operations for as long as the page is there; null while none was told of. */
export function useWork(): Work | null {
  const client = useQueryClient();
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const [work, setWork] = useState<Work | null>(null);
  // The engine behind a new connection may be another process, whose numbers begin anew.
  const opened = state.phase === 'open' ? state : null;
  useWhileShown(
    async (signal) => {
      const onChange = () => void client.invalidateQueries({ queryKey: queries.stack.status.key() });
      if (opened) await follow(setWork, onChange, signal);
    },
    [opened],
  );
  return work;
}
