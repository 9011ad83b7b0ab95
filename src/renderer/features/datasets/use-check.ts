import type { Reading, Validation } from '../../../shared/contract/datasets.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { type EngineClient, engine } from '../../rpc/client.ts';
import { untilOver, useTask } from './use-task.ts';

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
  const { state, start, reset } = useTask(idle);
  return {
    ...state,
    reset,
    start: (path, reading) =>
      start(async (report, signal) => {
        const show = (progress: CheckProgress | null) => report({ ...idle, isPending: true, progress });
        show(null);
        try {
          const { error, validation } = await follow({ path, reading }, signal, show);
          report({ ...idle, data: validation, error: error && TrainyardError.from(error) });
        } catch (error) {
          report({ ...idle, error });
        }
      }),
  };
}
