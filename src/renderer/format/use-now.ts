import { useSyncExternalStore } from 'react';

const stepMs = 1000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of [...listeners]) one();
  }, stepMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** What is read off the time, in milliseconds; whatever asks is drawn again when that changes, and not before. One timer serves all. */
export function useOfNow<Reading extends string | number>(read: (now: number) => Reading): Reading {
  return useSyncExternalStore(subscribe, () => read(now));
}

/** The time in milliseconds, moving in steps. `coarseness` in milliseconds keeps what changes rarely from drawing often. */
export function useNow(coarseness = stepMs): number {
  return useOfNow((time) => Math.floor(time / coarseness) * coarseness);
}
