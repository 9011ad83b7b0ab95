import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
const widths = [390, 900, 1280, 1920];

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** What of the page reaches beyond what shows it, by how much. */
const beyond = (page: Page) =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main *')]
      .filter(
        (element) => /auto|scroll/.test(getComputedStyle(element).overflowX) || element.tagName === 'HTML',
      )
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName} ${element.scrollWidth} of ${element.clientWidth}`),
  );

test.each(['en-GB', 'ko-KR'])('runs fit into every window (%s)', async (locale) => {
  const { page } = await visitFixture(opened, '/runs', { locale });
  // The box to pick, name and status everywhere; beside the navigation of a laptop all but the model.
  const columns = { 390: [3], 900: [5, 6, 7, 8, 9], 1280: [10], 1920: [11] };
  for (const [width, counts] of Object.entries(columns)) {
    await page.setViewportSize({ width: Number(width), height: 800 });
    await page.locator('main td a').first().waitFor();
    // The table finds its columns anew after the window has its size.
    await expect.poll(() => page.locator('thead th').count(), { message: width }).toBeOneOf(counts);
    await expect.poll(() => beyond(page), { message: width }).toEqual([]);
  }
});

test.each(['en-GB', 'ko-KR'])('a run’s files can be downloaded in every window (%s)', async (locale) => {
  const { page, fixture } = await visitFixture(opened, '/projects', { locale });
  await page.goto(`${fixture.url}/runs/${fixture.story.runs.completed.run.id}?tab=artifacts`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const download = page.locator('a[download]').last();
    await download.waitFor();
    const box = await download.boundingBox();
    expect(box && box.x + box.width, `${width}`).toBeLessThan(width);
    // SHA-256 and the time, where they are not left out for want of room.
    const hash = page.getByText('SHA-256');
    expect(await hash.isVisible()).toBe(width > 768);
  }
});

test('the log’s filter stands under its search where there is no room beside', async () => {
  const { page, fixture } = await visitFixture(opened, '/projects', {
    viewport: { width: 390, height: 800 },
  });
  await page.goto(`${fixture.url}/runs/${fixture.story.runs.running.run.id}?tab=log`);
  const search = page.getByRole('textbox', { name: 'Search the log' });
  const level = page.getByRole('combobox', { name: 'Level' }).or(page.getByPlaceholder('Any level'));
  const [above, below] = [await search.boundingBox(), await level.first().boundingBox()];
  expect(below?.y).toBeGreaterThan(above?.y ?? 0);
  expect(below?.x).toBe(above?.x);
  expect(await beyond(page)).toEqual([]);
});

test('the card of a dataset whose first import failed says why, not that it has no images', async () => {
  const { page, fixture } = await visitFixture(opened, '/datasets', {}, ({ story: { state } }) => {
    const [dataset] = state.datasets.values();
    if (!dataset) throw new Error('the fixture has no dataset');
    state.datasets.set(dataset.id, {
      ...dataset,
      ...{ status: 'error', version: null, images: 0, sizeBytes: 0, classes: [] },
      import: {
        ...{ id: dataset.id, phase: 'failed', done: 0, total: 3, rate: null, secondsLeft: null },
        error: {
          code: 'PATH_NOT_FOUND',
          message: 'There is nothing at /gone',
          hint: '',
          parameters: { path: '/gone' },
          place: {},
        },
      },
    });
  });
  const [dataset] = fixture.story.state.datasets.values();
  const card = page.getByRole('article').filter({ hasText: dataset?.name ?? '' });
  await card.getByText('There is nothing at /gone').waitFor();
  expect(await card.textContent()).not.toContain('0 images');
});
