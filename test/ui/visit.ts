import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { OpenBrowser } from '../support/browser.ts';
import { dropRequests, endDropping } from './dropping-network.ts';
import { type Fixture, startFixture } from './fixture-server.ts';

export interface Visit {
  readonly page: Page;
  readonly fixture: Fixture;
  readonly complaints: string[];
}

/**
 * A page on a fixture of its own, over a network that breaks off one request in ten; what the page itself complains of is kept. Both go
 * when the test is over.
 */
export async function visitFixture(
  { browser }: OpenBrowser,
  address: string,
  options: BrowserContextOptions = {},
  before: (fixture: Fixture) => void = () => {},
): Promise<Visit> {
  const fixture = await startFixture();
  before(fixture);
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  await dropRequests(context, expect.getState().currentTestName ?? address);
  onTestFinished(async () => {
    await endDropping(context);
    await context.close();
    await fixture[Symbol.asyncDispose]();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The policy's refusals and React's errors. The browser also tells of every request and connection that breaks off.
    if (message.type() === 'error' && !/WebSocket|net::ERR_/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(fixture.link(address));
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  return { page, fixture, complaints };
}
