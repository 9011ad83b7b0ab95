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

const english = {
  open: 'Import dataset',
  path: 'Folder, zip or tar',
  start: 'Import',
  cancel: 'Cancel import',
  cancelled: 'The import was cancelled',
};
const korean = {
  open: '데이터셋 가져오기',
  path: '폴더, zip 또는 tar',
  start: '가져오기',
  cancel: '가져오기 취소',
  cancelled: '가져오기를 취소했습니다',
};

test.each([
  ['en-GB', english],
  ['ko-KR', korean],
])(
  'in %s a button of the form cancels an import, which is said, and what was entered stays',
  async (locale, words) => {
    const { page, complaints } = await visitFixture(opened, '/datasets', { locale });
    await page.getByRole('button', { name: words.open }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(words.path).fill('/data/large');
    await dialog.getByRole('button', { name: words.start, exact: true }).click();
    await dialog.getByText('/ 100,000').waitFor();
    await dialog.getByRole('button', { name: words.cancel }).click();
    await dialog.getByText(words.cancelled).waitFor();
    expect(await dialog.getByLabel(words.path).inputValue()).toBe('/data/large');
    expect(complaints).toEqual([]);
  },
);

test('a card’s button cancels its import and does not open the dataset', async () => {
  const { page, fixture } = await visitFixture(opened, '/datasets');
  const { name } = fixture.story.state.datasets.get(fixtureId(2, 3)) ?? { name: '' };
  await page.getByRole('button', { name: `Cancel the import of ${name}` }).click();
  await expect.poll(() => fixture.story.state.datasets.has(fixtureId(2, 3))).toBe(false);
  await page.getByRole('link', { name }).waitFor({ state: 'detached' });
  expect(new URL(page.url()).pathname).toBe('/datasets');
});

test('the page of a dataset that is being imported cancels it', async () => {
  const { page, fixture } = await visitFixture(opened, `/datasets/${fixtureId(2, 3)}`);
  await page.getByRole('button', { name: 'Cancel import' }).click();
  await expect.poll(() => fixture.story.state.datasets.has(fixtureId(2, 3))).toBe(false);
});
