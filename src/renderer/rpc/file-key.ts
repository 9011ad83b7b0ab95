import { useSyncExternalStore } from 'react';

/** Opens `/files/…` of the engine's present start; empty before the page has signed in. */
let current = '';
const listeners = new Set<() => void>();

export function setFileKey(key: string): void {
  if (key === current) return;
  current = key;
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The address of one of the engine's files as an image or a link needs it, for now. @param path on the engine's own origin, as `/files/…?size=128` */
export function fileUrl(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}key=${current}`;
}

/** `fileUrl`, for a component that is drawn again once the engine has restarted. */
export function useFileUrl(): (path: string) => string {
  useSyncExternalStore(subscribe, () => current);
  return fileUrl;
}
