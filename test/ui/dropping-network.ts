import { createHash } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';

const reasons = ['connectionreset', 'internetdisconnected', 'connectionclosed', 'timedout'] as const;
const rate = 10;

/**
 * Breaks off one in ten of the requests that a context's pages make: scripts, styles, images and data, as Chromium itself does whenever a
 * network appears on the machine. Which ones depends on the seed, the address and how often it was asked for, and on nothing else. Pages
 * themselves come whole (a browser's own error page is not ours to fix), and so does the WebSocket, which tests break by the fixture.
 */
export async function dropRequests(context: BrowserContext, seed: string): Promise<{ dropped(): number }> {
  const asked = new Map<string, number>();
  let dropped = 0;
  await context.route('**/*', async (route) => {
    const request = route.request();
    if (request.resourceType() === 'document') return route.continue();
    const { pathname, searchParams } = new URL(request.url());
    // What a build and a start make anew, a part's hash and the key of files, would deal the dice anew.
    searchParams.delete('key');
    const key = `${request.method()} ${pathname.replace(/-[\w-]{8}(?=\.\w+$)/, '')} ${searchParams}`;
    const count = (asked.get(key) ?? 0) + 1;
    asked.set(key, count);
    const dice = createHash('sha256').update(`${seed} ${key} ${count}`).digest();
    if (dice.readUInt32LE(0) % rate !== 0) return route.continue();
    dropped += 1;
    return route.abort(reasons[dice.readUInt8(4) % reasons.length]);
  });
  return { dropped: () => dropped };
}

/** Before the context or the server goes. */
export async function endDropping(context: BrowserContext): Promise<void> {
  await context.unrouteAll({ behavior: 'ignoreErrors' });
}
