import { useSyncExternalStore } from 'react';
import { Listeners } from './listeners.ts';
import { pause } from './pause.ts';

/** Opens `/files/…` of the engine's present start; empty before the page has signed in. */
let current = '';
const listeners = new Listeners();

export function setFileKey(key: string): void {
  if (key === current) return;
  current = key;
  listeners.notify();
}

/** The address of one of the engine's files as an image or a link needs it, for now. @param path on the engine's own origin, as `/files/…?size=128` */
export function fileUrl(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}key=${current}`;
}

/** `fileUrl`, for a component that is drawn again once the engine has restarted. */
export function useFileUrl(): (path: string) => string {
  useSyncExternalStore(listeners.subscribe, () => current);
  return fileUrl;
}

const tries = 5;

/** `fetch` for reads of the engine's files: asks again where the connection broke off, which browsers do to requests whenever a network appears on the machine. */
export async function fetchFile(path: string, signal: AbortSignal): Promise<Response> {
  for (let count = 1; ; count += 1) {
    try {
      return await fetch(fileUrl(path), { signal });
    } catch (error) {
      // A TypeError: no answer came.
      if (!(error instanceof TypeError) || signal.aborted || count >= tries) throw error;
      await pause(100 * 2 ** count, signal);
    }
  }
}
