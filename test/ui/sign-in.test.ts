import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { startFixture } from './fixture-server.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

async function openTab() {
  const fixture = await startFixture();
  const context = await opened.browser.newContext({ locale: 'en-GB' });
  onTestFinished(async () => {
    await context.close();
    await fixture[Symbol.asyncDispose]();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return { page, fixture, context };
}

/** Lets the engine's first answer of a kind never reach the page; resolves once it was sent. */
async function swallowFirst(
  page: Page,
  kind: 'challenge' | 'welcome',
): Promise<{ swallowed: Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const engine = socket.connectToServer();
    engine.onMessage((message) => {
      if (isFirst && String(message).includes(`"type":"${kind}"`)) {
        isFirst = false;
        resolve();
      } else socket.send(message);
    });
  });
  return { swallowed: promise };
}

test.each(['challenge', 'welcome'] as const)(
  'a tab that goes elsewhere before the %s of its sign-in came is signed in there, and so is the next tab',
  async (kind) => {
    const { page, fixture, context } = await openTab();
    const { swallowed } = await swallowFirst(page, kind);
    await page.goto(fixture.link('/projects'));
    await swallowed;
    const { name, id } = fixture.story.runs.running.run;
    await page.goto(`${fixture.url}/runs/${id}`);
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('ticket');
    const next = await context.newPage();
    await next.goto(`${fixture.url}/runs/${id}`);
    await next.getByRole('heading', { name }).waitFor();
  },
);

test('a link that was used elsewhere does not take the session that the browser has', async () => {
  const { page, fixture, context } = await openTab();
  await page.goto(fixture.link('/runs'));
  await page.locator('main tbody a').first().waitFor();
  const link = fixture.link('/runs');
  const other = await opened.browser.newContext({ locale: 'en-GB' });
  onTestFinished(() => other.close());
  const elsewhere = await other.newPage();
  await elsewhere.goto(link);
  await elsewhere.locator('main tbody a').first().waitFor();
  const again = await context.newPage();
  await again.goto(link);
  await again.locator('main tbody a').first().waitFor();
  await again.reload();
  await again.locator('main tbody a').first().waitFor();
});
