import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { dropRequests, endDropping } from './dropping-network.ts';
import { type Fixture, startFixture } from './fixture-server.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** A page whose network is whole until a test breaks it. */
async function openTab(): Promise<{ page: Page; fixture: Fixture }> {
  const fixture = await startFixture();
  const context = await opened.browser.newContext({ locale: 'en-GB' });
  onTestFinished(async () => {
    await endDropping(context);
    await context.close();
    await fixture[Symbol.asyncDispose]();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return { page, fixture };
}

const mark = (page: Page) =>
  page.evaluate(() => {
    document.body.dataset.stayed = 'yes';
  });
const stayed = (page: Page) => page.evaluate(() => document.body.dataset.stayed === 'yes');

/** Breaks off the requests whose address matches, while it says so. */
async function breakOff(page: Page, address: RegExp, whether: (count: number) => boolean): Promise<void> {
  let count = 0;
  await page.route(address, (route) => {
    count += 1;
    return whether(count) ? route.abort('connectionreset') : route.continue();
  });
}

test('a part whose requests fail at first is fetched again, and the page stays', async () => {
  const { page, fixture } = await openTab();
  await breakOff(page, /assets\/doctor-/, (count) => count <= 3);
  await page.goto(fixture.link('/runs'));
  await mark(page);
  await page.getByRole('link', { name: 'Doctor' }).click();
  await page.getByText('No NVIDIA driver answers').waitFor();
  expect(await stayed(page)).toBe(true);
});

test('a part that cannot be had says so inside the frame, and trying again fetches it', async () => {
  const { page, fixture } = await openTab();
  let away = true;
  await breakOff(page, /assets\/system-/, () => away);
  await page.goto(fixture.link('/runs'));
  await mark(page);
  await page.getByRole('link', { name: 'System' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('PART_UNREACHABLE').waitFor();
  away = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('State folder', { exact: true }).waitFor();
  expect(await stayed(page)).toBe(true);
});

test('a tab of a page that cannot be had leaves the rest of the page, and comes by itself once the engine is back', async () => {
  const { page, fixture } = await openTab();
  let away = true;
  await breakOff(page, /assets\/logs-/, () => away);
  const { running } = fixture.story.runs;
  await page.goto(fixture.link(`/runs/${running.run.id}?tab=log`));
  await page.getByRole('alert').getByText('PART_UNREACHABLE').waitFor();
  await page.getByRole('heading', { name: running.run.name }).waitFor();
  await mark(page);
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  away = false;
  fixture.accept();
  await page.locator('.xterm-rows').waitFor();
  expect(await stayed(page)).toBe(true);
});

test('every part is there before it is wanted: once the page was idle, all pages open without a network for parts', async () => {
  const { page, fixture } = await openTab();
  const scripts = readdirSync(path.resolve(import.meta.dirname, '../../out/renderer/assets'))
    .filter((name) => name.endsWith('.js'))
    .sort();
  const came = new Set<string>();
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'script') came.add(path.posix.basename(new URL(request.url()).pathname));
  });
  await page.goto(fixture.link('/system'));
  await expect.poll(() => [...came].sort()).toEqual(scripts);
  await breakOff(page, /assets\//, () => true);
  for (const [name, title] of [
    ['Projects', 'Projects'],
    ['Datasets', 'Datasets'],
    ['Compare', 'Compare'],
    ['Stack', 'Stack'],
    ['Doctor', 'Doctor'],
    ['Runs', 'Runs'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name }).click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
});

test('a page whose entry and style fail at first starts all the same, styled', async () => {
  const { page, fixture } = await openTab();
  await breakOff(page, /assets\/index-.*\.js/, (count) => count <= 3);
  await breakOff(page, /assets\/style-/, (count) => count <= 2);
  await page.goto(fixture.link('/runs'));
  await page.locator('main tbody a').first().waitFor();
  await expect
    .poll(() => page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--mantine-scale')))
    .toBe('1');
  expect(await page.evaluate(() => sessionStorage.getItem('trainyard-starts'))).toBeNull();
});

test('a page whose entry cannot be had stops trying, says so, and starts when asked', async () => {
  const { page, fixture } = await openTab();
  let [away, loads] = [true, 0];
  await breakOff(page, /assets\/index-.*\.js/, () => {
    loads += 1;
    return away;
  });
  await page.goto(fixture.link('/runs'));
  await page.getByText('The page could not be loaded.').waitFor();
  expect(loads).toBeLessThanOrEqual(9);
  away = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('main tbody a').first().waitFor();
});

test('an image whose requests fail at first is asked for again', async () => {
  const { page, fixture } = await openTab();
  await breakOff(page, /\/files\/datasets\//, (count) => count <= 12);
  const [dataset] = fixture.story.state.datasets.values();
  await page.goto(fixture.link(`/datasets/${dataset?.id}`));
  await page.locator('main img').first().waitFor();
  const broken = () =>
    page.evaluate(
      () => [...document.images].filter((image) => image.complete && image.naturalWidth === 0).length,
    );
  const shown = () =>
    page.evaluate(() => [...document.images].filter((image) => image.naturalWidth > 0).length);
  await expect.poll(async () => [await broken(), (await shown()) > 4]).toEqual([0, true]);
});

test('after an update of the engine an open page loads the new one by itself, once', async () => {
  const { page, fixture } = await openTab();
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.goto(fixture.link('/runs'));
  await page.locator('main tbody a').first().waitFor();
  await mark(page);
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  fixture.update();
  fixture.accept();
  await expect.poll(() => stayed(page)).toBe(false);
  await page.locator('main tbody a').first().waitFor();
  await page.getByRole('link', { name: 'Doctor' }).click();
  await page.getByText('No NVIDIA driver answers').waitFor();
  expect(loads).toBe(2);
});

test('a page that stays older than the engine, also after it was loaded anew, says so and does not load again', async () => {
  const { page, fixture } = await openTab();
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  // Somebody between page and engine keeps the old page for whoever visits it.
  const old = await (await fetch(`${fixture.url}/runs`)).text();
  await page.route(/\/runs$/, (route) => route.fulfill({ contentType: 'text/html', body: old }));
  await page.goto(fixture.link('/runs'));
  await page.locator('main tbody a').first().waitFor();
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  await page.route(/\/$/, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: old.replaceAll('/assets/index-', '/assets/index-next-'),
    }),
  );
  fixture.accept();
  await expect.poll(() => loads).toBe(2);
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  fixture.accept();
  await page.getByText('Trainyard was updated').waitFor();
  expect(loads).toBe(2);
});

test.each(['a', 'b', 'c'])(
  'all pages work over a network that breaks off one request in ten (%s)',
  async (seed) => {
    const { page, fixture } = await openTab();
    const network = await dropRequests(page.context(), seed);
    const { completed } = fixture.story.runs;
    const [dataset] = fixture.story.state.datasets.values();
    for (const [address, text] of [
      ['/runs', 'lr-too-high'],
      [`/runs/${completed.run.id}?tab=artifacts`, 'Confusion matrix'],
      [`/runs/${completed.run.id}?tab=history`, 'Status changes'],
      [`/datasets/${dataset?.id}`, 'Images per class'],
      ['/runs/new', 'What to train'],
      ['/backups', 'before cleaning up'],
      ['/doctor', 'No NVIDIA driver answers'],
    ] as const) {
      await page.goto(fixture.link(`${address}`));
      await page.getByText(text).first().waitFor();
      await expect
        .poll(() =>
          page.evaluate(() => [...document.images].every((one) => !one.complete || one.naturalWidth > 0)),
        )
        .toBe(true);
    }
    expect(network.dropped()).toBeGreaterThan(0);
  },
);

test('an update of the engine never takes what was typed: the page asks first', async () => {
  const { page, fixture } = await openTab();
  await page.goto(fixture.link('/runs/new'));
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('typed before the update');
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  fixture.update();
  fixture.accept();
  await page.getByText('Trainyard was updated').waitFor();
  expect(await name.inputValue()).toBe('typed before the update');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => name.inputValue()).toBe('');
});
