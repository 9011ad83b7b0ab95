import { useEffect, useRef, useState } from 'react';
import { isOver } from '../../../shared/contract/file-progress.ts';

/** Does what `start` was given, and tells its state; whoever takes it back gets the reason as an abort. */
type Work<State> = (report: (state: State) => void, signal: AbortSignal) => Promise<void>;

/** What a person starts and may take back: starting anew, `reset` and leaving the page end it. `idle` is the state before and after. */
export function useTask<State>(idle: State) {
  const [state, setState] = useState(idle);
  const current = useRef(new AbortController());
  useEffect(() => () => current.current.abort(), []);
  return {
    state,
    start: (work: Work<State>) => {
      current.current.abort();
      current.current = new AbortController();
      const { signal } = current.current;
      const report = (next: State) => {
        if (!signal.aborted) setState(next);
      };
      void work(report, signal);
    },
    reset: () => {
      current.current.abort();
      setState(idle);
    },
  };
}

/** Follows a check or an import by cursor until its end: a lost connection only delays it. */
export async function untilOver<Progress extends { phase: Parameters<typeof isOver>[0]; done: number }>(
  wait: (afterDone: number) => Promise<Progress>,
  report: (progress: Progress) => void,
): Promise<Progress> {
  for (let afterDone = -1; ; ) {
    const progress = await wait(afterDone);
    if (isOver(progress.phase)) return progress;
    report(progress);
    afterDone = progress.done;
  }
}
