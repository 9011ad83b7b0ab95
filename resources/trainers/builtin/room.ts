const firstPauseMs = 50;
const longestPauseMs = 2000;
const noRoom = new Set(['ENOSPC', 'EDQUOT']);

/** Sleeps without giving anything else a turn: what is half-way through a write must not begin another one. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Writes, and as long as the disk has no room waits and writes again: nothing tells when there is some. A trainer whose supervisor is
 * gone waits no longer, and fails.
 * @param write may be repeated after it failed
 */
export function whenRoom<Result>(write: () => Result): Result {
  const supervisor = process.ppid;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return write();
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && noRoom.has(String(error.code));
      if (!isFull || process.ppid !== supervisor) throw error;
    }
    sleep(pauseMs);
  }
}
