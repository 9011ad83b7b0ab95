import type { BrowserContext } from 'playwright-core';

const parts = ['script', 'stylesheet'];

/**
 * Lets Node fetch the scripts and styles of a context's pages. Chromium breaks requests off with ERR_NETWORK_CHANGED whenever a network
 * appears on the machine, as it does each time that other tests start containers, and does not ask again for these. The page itself comes
 * by Chromium, so that it counts as one of this machine; its WebSocket is made anew by the page.
 */
export async function steadyNetwork(context: BrowserContext): Promise<void> {
  await context.route('**/*', async (route) => {
    if (parts.includes(route.request().resourceType()))
      await route.fulfill({ response: await route.fetch() });
    else await route.continue();
  });
}

/** Before the context or the server goes. */
export async function endSteadyNetwork(context: BrowserContext): Promise<void> {
  await context.unrouteAll({ behavior: 'ignoreErrors' });
}
