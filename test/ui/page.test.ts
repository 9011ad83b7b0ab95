import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { emptyRun } from './fixture-data.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

const visit = (address: string, options: BrowserContextOptions = {}) =>
  visitFixture(opened, address, options);

async function painted(page: Page, run: string): Promise<number> {
  return page.evaluate((id) => window.__trainyard?.paintedSeq[id] ?? 0, run);
}

test('a chart gains points while the page stays, and its legend shows the newest value', async () => {
  const { page, fixture, complaints } = await visit('/projects');
  const { running } = fixture.story.runs;
  await page.goto(`${fixture.url}/runs/${running.run.id}`);
  await page.getByRole('figure').first().waitFor();
  await expect.poll(() => painted(page, running.run.id)).toBe(running.points.at(-1)?.seq);
  await page.evaluate(() => {
    document.body.dataset.stayed = 'yes';
  });
  for (let round = 0; round < 3; round += 1) {
    fixture.story.state.addSteps(running, 20, 50);
    await expect.poll(() => painted(page, running.run.id)).toBe(running.points.at(-1)?.seq);
  }
  const newest = Number(running.points.at(-1)?.values.train_loss).toLocaleString('en', {
    maximumSignificantDigits: 4,
  });
  await expect
    .poll(() =>
      page
        .getByRole('button', { name: /train_loss/ })
        .first()
        .textContent(),
    )
    .toContain(newest);
  expect(await page.evaluate(() => document.body.dataset.stayed)).toBe('yes');
  expect(complaints).toEqual([]);
});

test('a connection that breaks is shown, comes back, and the chart misses and doubles nothing', async () => {
  const { page, fixture, complaints } = await visit('/projects');
  const { running } = fixture.story.runs;
  await page.goto(`${fixture.url}/runs/${running.run.id}`);
  await expect.poll(() => painted(page, running.run.id)).toBe(running.points.at(-1)?.seq);
  fixture.drop(true);
  await page.locator('nav + [data-phase=waiting]').waitFor();
  fixture.story.state.addSteps(running, 30, 50);
  fixture.accept();
  await page.locator('nav + [data-phase=open]').waitFor();
  await expect.poll(() => painted(page, running.run.id)).toBe(running.points.at(-1)?.seq);
  await page.reload();
  await expect.poll(() => painted(page, running.run.id)).toBe(running.points.at(-1)?.seq);
  expect(complaints).toEqual([]);
});

test('a run that ends says so without a reload', async () => {
  const { page, fixture } = await visit('/projects');
  const { running } = fixture.story.runs;
  await page.goto(`${fixture.url}/runs/${running.run.id}`);
  await page.locator('[data-status=running]').first().waitFor();
  fixture.story.state.setStatus(running, 'completed');
  await page.locator('[data-status=completed]').first().waitFor();
  await page.getByRole('button', { name: 'Start over' }).waitFor();
});

test('dragging over a chart shows that part, and the button shows all again', async () => {
  const { page, fixture } = await visit('/projects');
  const { completed } = fixture.story.runs;
  await page.goto(`${fixture.url}/runs/${completed.run.id}`);
  const plot = page.locator('.u-over').first();
  const box = await plot.boundingBox();
  if (!box) throw new Error('no plot');
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByText('Drag to zoom').waitFor();
});

test('language and theme are the browser’s, change at once and are remembered', async () => {
  const { page, fixture } = await visit('/runs', { locale: 'ko-KR', colorScheme: 'dark' });
  await expect.poll(() => page.title()).toBe('학습 · Trainyard');
  const scheme = () => page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
  expect(await scheme()).toBe('dark');
  await page.getByRole('button', { name: '언어' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await expect.poll(() => page.title()).toBe('Runs · Trainyard');
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitem', { name: 'Light' }).click();
  await expect.poll(scheme).toBe('light');
  await page.goto(`${fixture.url}/system`);
  await expect.poll(() => page.title()).toBe('System · Trainyard');
  expect(await scheme()).toBe('light');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
});

test('the whole way to a run goes by keyboard alone', async () => {
  const { page } = await visit('/system');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect.poll(() => page.title()).toBe('Datasets · Trainyard');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Go to projects').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('lr-too');
  await page.getByRole('option', { name: /lr-too-high/ }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.title()).toBe('lr-too-high · Trainyard');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});

test('an import that fails names each file with its hint, and keeps what was entered', async () => {
  const { page } = await visit('/datasets');
  await page.getByRole('button', { name: 'Import dataset' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Folder, zip or tar').fill('/data/bad');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByRole('alert').getByText('Fix what is listed').waitFor();
  await dialog.getByText('rose/broken.png', { exact: true }).waitFor();
  await dialog.getByText('Copy the image again from where it came from').waitFor();
  expect(await dialog.getByLabel('Folder, zip or tar').inputValue()).toBe('/data/bad');
  await dialog.getByLabel('Name', { exact: true }).fill('flowers');
  expect(await dialog.getByText('rose/broken.png', { exact: true }).count(), 'a name changes no source').toBe(
    1,
  );
  await dialog.getByLabel('Folder, zip or tar').fill('/data/good');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByRole('button', { name: 'Open dataset' }).click();
  await expect.poll(() => page.title()).toBe('fashion-mnist · Trainyard');
});

test('an engine’s error shows its code and hint, and trying again fixes the page', async () => {
  const { page, fixture } = await visit('/projects');
  fixture.faults.set('system.doctor', 'DATABASE_AWAY');
  await page.getByRole('link', { name: 'Doctor' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('DATABASE_AWAY', { exact: true }).waitFor();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No NVIDIA driver answers').waitFor();
});

test('a browser without a session is told how to get one', async () => {
  const { page, fixture } = await visit('/runs');
  fixture.forget();
  await page.getByRole('heading', { name: 'This browser has no session' }).waitFor();
  await page.getByText('npm start').waitFor();
});

test('a browser whose storage answers only after the engine has closed is told the same', async () => {
  const { page, fixture } = await visit('/runs');
  await page.locator('nav + [data-phase=open]').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    const found = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'onsuccess');
    Object.defineProperty(IDBRequest.prototype, 'onsuccess', {
      ...found,
      set(this: IDBRequest, listener: (event: Event) => void) {
        const late = (event: Event) => setTimeout(() => listener.call(this, event), 500);
        found?.set?.call(this, late);
      },
    });
  });
  fixture.forget();
  await page.getByRole('heading', { name: 'This browser has no session' }).waitFor();
});

test('a form names the field that is wrong, and starts a run once all is right', async () => {
  const { page } = await visit('/runs/new');
  const epochs = page.getByRole('textbox', { name: 'Epochs', exact: true });
  await epochs.fill('0');
  await page.getByText('A whole number from 1 to 100,000').first().waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true);
  await epochs.fill('3');
  await page.getByRole('textbox', { name: 'Name' }).fill('from the form');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => page.title()).toBe('from the form · Trainyard');
});

test('thousands of runs are listed, but only those in view exist, and the far end can be reached', async () => {
  const { page, fixture } = await visit('/projects');
  const { state } = fixture.story;
  const [project] = state.projects.values();
  const [dataset] = state.datasets.values();
  if (!project || !dataset) throw new Error('the story has neither project nor dataset');
  for (let number = 100; number < 5100; number += 1) {
    const made = emptyRun(number, `run ${number}`, 'completed', { project, dataset });
    state.runs.set(made.run.id, made);
  }
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.locator('main tbody a').first().waitFor();
  const table = page.getByRole('table');
  expect(await table.getAttribute('aria-rowcount')).toBe('5007');
  expect(await page.getByRole('row').count()).toBeLessThan(60);
  await table.evaluate((element) => element.parentElement?.scrollTo(0, 1e9));
  await page.getByText('run 5099').waitFor();
  await page.getByRole('button', { name: 'Name' }).click();
  await expect.poll(() => page.locator('[aria-sort=descending]').textContent()).toBe('Name');
});

test('a log of a hundred thousand lines opens at its end, finds a line far back and goes there', async () => {
  const { page, fixture } = await visit('/projects');
  const { running } = fixture.story.runs;
  for (let number = 0; number < 100_000; number += 1) {
    fixture.story.state.addLog(running, number === 31_337 ? 'the needle' : `hay ${number}`);
  }
  await page.goto(`${fixture.url}/runs/${running.run.id}?tab=log`);
  const rows = page.locator('.xterm-rows');
  await expect.poll(() => rows.textContent()).toContain('hay 99999');
  fixture.story.state.addLog(running, 'a line that comes later');
  fixture.story.state.changed({ kind: 'run', id: running.run.id });
  await expect.poll(() => rows.textContent()).toContain('a line that comes later');
  await page.getByLabel('Search the log').fill('needle');
  await expect.poll(() => page.getByRole('status').allTextContents()).toContain('1');
  await page.getByRole('button', { name: 'Next match' }).click();
  await expect.poll(() => rows.textContent()).toContain('the needle');
  await page.getByRole('button', { name: 'Follow', exact: true }).click();
  await expect.poll(() => rows.textContent()).toContain('a line that comes later');
});

test('a dataset whose import failed claims no place, no images and no classes', async () => {
  const { page, fixture } = await visit('/datasets');
  const [dataset] = [...fixture.story.state.datasets.values()];
  if (!dataset) throw new Error('no dataset');
  fixture.story.state.datasets.set(dataset.id, {
    ...dataset,
    status: 'error',
    version: null,
    storagePath: 's3://datasets/none/1',
  });
  await page.goto(`${fixture.url}/datasets/${dataset.id}`);
  await page.getByRole('heading', { name: dataset.name, exact: true }).waitFor();
  expect(await page.getByText('s3://datasets/none/1').count()).toBe(0);
  expect(await page.getByText('Images per class').count()).toBe(0);
});

test.each(['en-GB', 'ko-KR'])('in %s all columns of the runs are in sight at 1440', async (locale) => {
  const { page } = await visit('/runs', { locale, viewport: { width: 1440, height: 900 } });
  await page.locator('main td a[href^="/runs/"]').first().waitFor();
  const room = await page
    .locator('main table')
    .evaluate((table) => table.scrollWidth - (table.parentElement?.clientWidth ?? 0));
  expect(room).toBeLessThanOrEqual(0);
});
