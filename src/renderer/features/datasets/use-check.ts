import { useCallback, useEffect, useRef, useState } from 'react';
import type { Reading, Validation } from '../../../shared/contract/datasets.ts';
import { isOver } from '../../../shared/contract/file-progress.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { type EngineClient, engine } from '../../rpc/client.ts';

type CheckProgress = Awaited<ReturnType<EngineClient['datasets']['waitForCheck']>>;

interface CheckState {
  /** Null until the engine has told of it. */
  readonly progress: CheckProgress | null;
  readonly isPending: boolean;
  readonly data: Validation | null;
  readonly error: unknown;
}

export interface Check extends CheckState {
  /** A check that is under way ends. */
  readonly start: (path: string, reading: Reading) => void;
  /** Ends it, in the engine too, and forgets what it found. */
  readonly reset: () => void;
}

const idle: CheckState = { progress: null, isPending: false, data: null, error: null };

/** Follows a check or an import by cursor until its end: a lost connection only delays it. */
export async function untilOver<Progress extends Pick<CheckProgress, 'phase' | 'done'>>(
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

/** Follows a check until its end, and ends it in the engine where the signal is aborted. */
async function follow(
  wish: { readonly path: string; readonly reading: Reading },
  signal: AbortSignal,
  report: (progress: CheckProgress) => void,
): Promise<CheckProgress> {
  const { checkId } = await engine.datasets.startCheck(wish);
  // One that can't be told ends by itself: nobody asks for it any more.
  const cancel = () => void engine.datasets.cancelCheck({ checkId }).catch(() => undefined);
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel);
  try {
    return await untilOver(
      (afterDone) => engine.datasets.waitForCheck({ checkId, afterDone, waitMs: 5000 }, { signal }),
      report,
    );
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Checks a folder or archive of the engine's machine; leaving the page ends the check. */
export function useCheck(): Check {
  const [state, setState] = useState<CheckState>(idle);
  const stop = useRef<AbortController | null>(null);
  const reset = useCallback(() => {
    stop.current?.abort();
    stop.current = null;
    setState(idle);
  }, []);
  useEffect(() => () => stop.current?.abort(), []);

  const start = useCallback(
    (path: string, reading: Reading) => {
      reset();
      const controller = new AbortController();
      stop.current = controller;
      const { signal } = controller;
      const report = (next: Partial<CheckState>) => {
        if (!signal.aborted) setState((before) => ({ ...before, ...next }));
      };
      report({ isPending: true });
      follow({ path, reading }, signal, (progress) => report({ progress })).then(
        ({ error, validation }) =>
          report({
            isPending: false,
            data: validation,
            error: error && TrainyardError.from(error),
          }),
        (error: unknown) => report({ isPending: false, error }),
      );
    },
    [reset],
  );
  return { ...state, start, reset };
}
