import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureId } from './fixture-data.ts';
import type { Fixture } from './fixture-server.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

const address = `/datasets/${fixtureId(2, 1)}`;
const labelled = ({ story: { state } }: Fixture) => {
  const dataset = state.datasets.get(fixtureId(2, 1));
  if (!dataset) throw new Error('the fixture has no such dataset');
  const labels = { boxes: 230, masks: 0, background: 4, crowds: 3, difficult: 0 };
  state.datasets.set(dataset.id, {
    ...dataset,
    labels: { ...labels, sizes: { small: 0, medium: 0, large: 230 } },
  });
};

test('an export shows its size and what the format can’t hold before the download of that version starts', async () => {
  const { page, complaints } = await visitFixture(opened, address, {}, labelled);
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'YOLO' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export to YOLO: version 1' });
  await dialog.getByText('3 crowds are left out: YOLO has none').waitFor();
  await dialog.getByText('69.3 KiB').waitFor();
  const link = dialog.getByRole('link', { name: 'Download' });
  const href = new URL((await link.getAttribute('href')) ?? '', page.url());
  expect(href.pathname).toBe(`/files/datasets/${fixtureId(2, 1)}/1/export`);
  expect(href.searchParams.get('format')).toBe('yolo');
  expect(href.searchParams.get('key')).toBeTruthy();
  expect(complaints).toEqual([]);
});

test('in Korean an export is offered in Korean; where nothing is lost, it says so', async () => {
  const { page } = await visitFixture(opened, address, { locale: 'ko-KR' }, labelled);
  await page.getByRole('button', { name: '내보내기' }).click();
  await page.getByRole('menuitem', { name: 'COCO' }).click();
  const dialog = page.getByRole('dialog', { name: 'COCO 형식으로 내보내기(버전 1)' });
  await dialog.getByText('잃는 라벨이 없습니다.').waitFor();
});

test('images with classes and no objects offer no export', async () => {
  const { page } = await visitFixture(opened, address);
  await page.getByRole('link', { name: 'New run' }).waitFor();
  expect(await page.getByRole('button', { name: 'Export' }).count()).toBe(0);
});
