import { useEffect } from 'react';
import { Listeners } from '../rpc/listeners.ts';

/** The page that this tab was last loaded anew for: a tab does that once for each. */
const renewedKey = 'trainyard-renewed-for';

const entryOf = (html: string): string | null =>
  /<script type="module"[^>]*? src="([^"]+)"/.exec(html)?.[1] ?? null;

function ownEntry(): string | null {
  return document.querySelector('script[type=module][src]')?.getAttribute('src') ?? null;
}

let unsaved = 0;
let found = false;
const listeners = new Listeners();

/** Keeps the page from loading anew by itself while a form holds what was typed. */
export function useUnsaved(isTyped: boolean): void {
  useEffect(() => {
    if (!isTyped) return;
    unsaved += 1;
    return () => {
      unsaved -= 1;
    };
  }, [isTyped]);
}

/** Whether the engine is newer than this page, and a person must say when to reload. */
export const outdated = {
  subscribe: listeners.subscribe,
  snapshot: (): boolean => found,
};

/**
 * Looks whether the engine serves another page than this one (it was updated), and loads that: once, and never over what was typed and is
 * not saved. Then, and where loading it did not help, {@link outdated} says so.
 * @returns whether this page is outdated
 */
export async function checkOutdated(): Promise<boolean> {
  const newest = await newestEntry();
  if (newest === null || newest === ownEntry()) return false;
  if (unsaved === 0 && sessionStorage.getItem(renewedKey) !== newest) {
    sessionStorage.setItem(renewedKey, newest);
    window.location.reload();
    return true;
  }
  found = true;
  listeners.notify();
  return true;
}

/** The entry of the page that the engine serves now; null if it cannot be had. */
async function newestEntry(): Promise<string | null> {
  try {
    const answer = await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } });
    return answer.ok ? entryOf(await answer.text()) : null;
  } catch (error) {
    // `fetch` rejects with a TypeError where nothing answers.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
