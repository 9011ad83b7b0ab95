import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureId } from './fixture-data.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

async function checkLarge(locale: string, words: { dialog: string; path: string; check: string }) {
  const visit = await visitFixture(opened, '/datasets', { locale });
  await visit.page.getByRole('button', { name: words.dialog }).first().click();
  const dialog = visit.page.getByRole('dialog');
  await dialog.getByLabel(words.path).fill('/data/large');
  await dialog.getByRole('button', { name: words.check, exact: true }).click();
  return { ...visit, dialog };
}
const english = { dialog: 'Import dataset', path: 'Folder, zip or tar', check: 'Check' };

test('a check in the form tells files of all, the rate and the time left, and its button ends it in the engine', async () => {
  const { dialog, fixture, complaints } = await checkLarge('en', english);
  const status = dialog.getByRole('status');
  await status.getByText(/[1-9][\d,]*,000 \/ 100,000 · 712 files\/s · about 2\smin/).waitFor();
  expect(fixture.story.state.checks.size).toBe(1);
  await dialog.getByRole('button', { name: 'Stop checking' }).click();
  await expect.poll(() => fixture.story.state.checks.size).toBe(0);
  await status.waitFor({ state: 'detached' });
  expect(await dialog.getByLabel('Folder, zip or tar').inputValue()).toBe('/data/large');
  expect(complaints).toEqual([]);
});

test.each(['closing the dialog', 'another path'])('%s ends a check in the engine', async (how) => {
  const { page, dialog, fixture } = await checkLarge('en', english);
  await dialog.getByText('/ 100,000').waitFor();
  if (how === 'another path') await dialog.getByLabel('Folder, zip or tar').fill('/data/other');
  else await page.keyboard.press('Escape');
  await expect.poll(() => fixture.story.state.checks.size).toBe(0);
});

test('in Korean the progress of a check is Korean', async () => {
  const words = { dialog: '데이터셋 가져오기', path: '폴더, zip 또는 tar', check: '검사' };
  const { dialog } = await checkLarge('ko-KR', words);
  await dialog.getByText(/\/ 100,000 · 초당 712개 · 약 2분/).waitFor();
});

test('the page of a dataset that is being imported tells total, rate and time left', async () => {
  const { page } = await visitFixture(opened, `/datasets/${fixtureId(2, 3)}`);
  await page.getByRole('status').getByText('1,840 / 5,200 · 412 files/s · about 8 s left').waitFor();
});
