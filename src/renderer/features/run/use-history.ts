import { useEffect, useState } from 'react';
import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import { engine } from '../../rpc/client.ts';

const told = ['state', 'attempt', 'result'] as const;
/** What an engine that does not know `types` would send of a long run is not worth reading to its end. */
const most = 50_000;

export interface History {
  readonly events: readonly RunEvent[];
  readonly error: unknown;
}

/** A run's changes of state, in order, growing while it lives. `activity` starts the reading again when a run that was over goes on. */
export function useHistory(runId: string, activity: string): History {
  const [history, setHistory] = useState<History>({ events: [], error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that goes on is read again from the start: it is short
  useEffect(() => {
    const controller = new AbortController();
    const read = async () => {
      let events: readonly RunEvent[] = [];
      let after = 0;
      let seen = 0;
      while (seen < most) {
        const answer = await engine.runs.events(
          { run: runId, after, limit: 1000, types: told.join(), waitMs: 25_000 },
          { signal: controller.signal },
        );
        events = [...events, ...answer.events.filter(({ type }) => told.some((one) => one === type))];
        setHistory({ events, error: null });
        if (answer.ended) return;
        seen += answer.events.length;
        after = answer.next;
      }
    };
    read().catch((error: unknown) => {
      if (!controller.signal.aborted) setHistory((old) => ({ ...old, error }));
    });
    return () => controller.abort();
  }, [runId, activity]);
  return history;
}
