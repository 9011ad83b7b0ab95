import type { Page, WebSocketRoute } from 'playwright-core';
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

/** What lies between the page and the engine: it passes everything on, swallows everything in both directions, or refuses. */
type Way = 'through' | 'silent' | 'refused';

async function openTab(): Promise<{ page: Page; link: (address: string) => string; go: (way: Way) => void }> {
  const fixture = await startFixture();
  const context = await opened.browser.newContext({ locale: 'en-GB' });
  onTestFinished(async () => {
    await context.close();
    await fixture[Symbol.asyncDispose]();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  let way: Way = 'through';
  const sockets = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/rpc$/, async (socket) => {
    if (way === 'refused') return socket.close();
    sockets.add(socket);
    if (way === 'silent') return;
    const engine = socket.connectToServer();
    for (const [from, to] of [
      [socket, engine],
      [engine, socket],
    ] as const)
      from.onMessage((message) => {
        if (way === 'through') to.send(message);
      });
  });
  // Only what the tests jump over; seconds pass as ever.
  await page.clock.install();
  return {
    page,
    link: fixture.link,
    go: (next) => {
      way = next;
      if (next === 'refused') for (const socket of sockets) void socket.close();
    },
  };
}

test('a connection that stays open and answers nothing is told and made anew, and what was asked meanwhile is answered', async () => {
  const { page, link, go } = await openTab();
  await page.goto(link('/runs'));
  await page.getByText('Engine connected').waitFor();
  await page.locator('main tbody a').first().waitFor();
  go('silent');
  await page.getByRole('link', { name: 'Projects' }).click();
  // One period until the page asks, one that it waits.
  await page.clock.fastForward(16_000);
  await page.clock.fastForward(16_000);
  await page.getByText('Engine not reachable', { exact: true }).waitFor();
  go('through');
  await page.clock.fastForward(16_000);
  await page.getByText('Engine connected').waitFor();
  await page.locator('main a[href^="/projects/"]').first().waitFor();
});

test('what a person asks for while the engine is away is refused in seconds, and is not done once it is back', async () => {
  const { page, link, go } = await openTab();
  await page.goto(link('/datasets'));
  await page.locator('main a[href^="/datasets/"]').first().click();
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  go('refused');
  await page.getByText('Engine not reachable', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.clock.fastForward(6000);
  await dialog.getByText('nothing was sent').waitFor();
  go('through');
  await page.clock.fastForward(6000);
  await page.getByText('Engine connected').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
});
