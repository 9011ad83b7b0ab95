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

/** The time in milliseconds, moving in steps; one timer serves all. `coarseness` in milliseconds keeps what changes rarely from drawing often. */
export function useNow(coarseness = stepMs): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now / coarseness) * coarseness);
}
