import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so many milliseconds, or as soon as the signal aborts. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** Answers a function that does at most so many pieces of work at once; the others wait, and begin in the order of the calls. */
export function inTurns(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  return async (work) => {
    if (atWork < most) atWork += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits takes this place.
      const next = waiting.shift();
      if (next) next();
      else atWork -= 1;
    }
  };
}

/** Pauses between attempts at what fails: each up to twice as long as the one before, and random by half, so that many do not come at once. */
export class BackOff {
  private readonly firstMs: number;
  private readonly longestMs: number;
  private ms: number;

  constructor(firstMs: number, longestMs: number) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.ms = firstMs;
  }

  /** The length of the next pause, in milliseconds. @param mostMs where this failure passes sooner than others */
  next(mostMs = this.longestMs): number {
    const ms = Math.min(this.ms, mostMs);
    this.ms = Math.min(this.ms * 2, this.longestMs);
    return Math.round(ms * (0.5 + Math.random() / 2));
  }

  /** Call after a success. */
  reset(): void {
    this.ms = this.firstMs;
  }
}

interface Pauses {
  readonly firstMs: number;
  /** Pauses grow up to this; all are as long as the first unless given. */
  readonly longestMs?: number;
  /** No attempt begins later than this after the first; for ever unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Retry extends Pauses {
  /** Whether an attempt that failed so may succeed later. */
  readonly isPassing: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, pauseMs: number) => void;
}

/** What the first attempt that succeeds answers. @throws what the last attempt threw, or the reason of the signal */
export async function retry<Result>(
  attempt: () => Result | Promise<Result>,
  { firstMs, longestMs = firstMs, timeoutMs = Number.POSITIVE_INFINITY, signal, isPassing, onRetry }: Retry,
): Promise<Result> {
  const end = performance.now() + timeoutMs;
  for (const backOff = new BackOff(firstMs, longestMs); ; ) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() > end || signal?.aborted) throw error;
      const pauseMs = backOff.next();
      onRetry?.(error, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}

/** Polls until the answer is truthy, for changes that nothing notifies of. Returns the last answer, which is falsy after the timeout. */
export async function until<Answer>(
  look: () => Answer | Promise<Answer>,
  { firstMs, longestMs = firstMs, timeoutMs = Number.POSITIVE_INFINITY, signal }: Pauses,
): Promise<Answer> {
  const end = performance.now() + timeoutMs;
  for (const backOff = new BackOff(firstMs, longestMs); ; ) {
    const answer = await look();
    const leftMs = end - performance.now();
    if (answer || leftMs <= 0 || signal?.aborted) return answer;
    await pause(Math.min(backOff.next(), leftMs), signal);
  }
}
