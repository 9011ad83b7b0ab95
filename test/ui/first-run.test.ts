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
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

test.each([
  ['en-GB', 'The sample is being prepared', 'The training starts in a moment', 'No runs yet'],
  ['ko-KR', '예제를 준비하고 있습니다', '곧 학습이 시작됩니다', '아직 학습이 없습니다'],
])(
  'in %s, where runs will stand one sees how the sample is imported',
  async (locale, title, starts, none) => {
    const { page, fixture, complaints } = await visitFixture(opened, '/runs', { locale }, ({ story }) => {
      const { datasets, runs } = story.state;
      runs.clear();
      for (const [id, { import: progress }] of datasets) if (!progress) datasets.delete(id);
      story.state.makesSample = true;
    });
    const { state } = fixture.story;
    const bar = page.locator('main').getByRole('progressbar');
    await page.getByText(title).waitFor();
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe(String((1840 / 5200) * 100));
    expect(await page.getByText(none).count()).toBe(0);
    const [dataset] = state.datasets.values();
    if (!dataset?.import) throw new Error('no dataset of the story is being imported');
    state.datasets.set(dataset.id, {
      ...dataset,
      import: { ...dataset.import, phase: 'storing', done: 2600 },
    });
    state.changed({ kind: 'dataset', id: dataset.id });
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('50');
    await page.goto(`${fixture.url}/projects/${dataset.projects[0]?.id}`);
    await page.getByText(title).waitFor();
    await page.goto(`${fixture.url}/runs`);
    await page.getByText(title).waitFor();
    state.datasets.set(dataset.id, { ...dataset, status: 'ready', import: null });
    state.changed({ kind: 'dataset', id: dataset.id });
    await page.getByText(starts).waitFor();
    // Its run cannot be made: there is nothing that would notify the page.
    state.makesSample = false;
    await page.getByText(none).waitFor();
    expect(complaints).toEqual([]);
  },
);

test('the log of a run that has ended has an end to go to, and says how long it is', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/projects');
  const { completed, running } = fixture.story.runs;
  const total = completed.logs.length.toLocaleString('en');
  await page.goto(`${fixture.url}/runs/${completed.run.id}?tab=log`);
  await page.getByText(`${total} lines`, { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Go to the end' }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Following' }).count()).toBe(0);
  await page.goto(`${fixture.url}/runs/${running.run.id}?tab=log`);
  await page.getByRole('button', { name: 'Following' }).waitFor();
  expect(complaints).toEqual([]);
});

test.each(['en-GB', 'ko-KR'])(
  'in %s, the breadcrumb of what is not there says what was asked for',
  async (locale) => {
    const id = fixtureId(9, 9);
    const { page } = await visitFixture(opened, `/runs/${id}`, { locale });
    const crumbs = page.getByRole('navigation', { name: locale === 'ko-KR' ? '현재 위치' : 'Breadcrumb' });
    await expect.poll(() => crumbs.locator('[aria-current=page]').last().textContent()).toBe(id);
  },
);
