import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addSegmentation } from './fixture-artifacts.ts';
import { dataset, emptyRun, project } from './fixture-data.ts';
import type { Fixture } from './fixture-server.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
const count = 3000;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** The greater its number, the older is a project. */
function fill({ story: { state } }: Fixture, from = 1, to = count): void {
  for (let number = from; number <= to; number += 1) {
    const made = project(number > 0 ? number : 2 * count - number, `project ${number}`, null);
    state.projects.set(made.id, { ...made, createdAt: new Date(1e12 - number * 1000).toISOString() });
  }
}

function fillRuns({ story: { state } }: Fixture): void {
  const [one] = state.projects.values();
  const [of] = state.datasets.values();
  if (!one || !of) throw new Error('the fixture has no project or dataset');
  for (let number = 100; number < 100 + count; number += 1) {
    const made = emptyRun(number, `run ${number}`, 'completed', { project: one, dataset: of });
    made.run.createdAt = new Date(1e12 - number * 1000).toISOString();
    state.runs.set(made.run.id, made);
  }
}

/** Counts how often the page asks for a list from now on. */
function countReads(page: Page, procedure: string): () => number {
  let reads = 0;
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes(procedure)) reads += 1;
    }),
  );
  return () => reads;
}

/** Numbers in the names that are in view, from top to bottom; a place whose item has not come is null. */
const inView = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[role=feed] article, [role=feed] .mantine-Skeleton-root')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > 60 && box.top < window.innerHeight)
      .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
      .map(({ element }) => {
        const name = /project (\d+)/.exec(element.querySelector('a')?.textContent ?? '')?.[1];
        return name === undefined ? null : Number(name);
      }),
  );

const toEnd = (page: Page) => page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));

test('the end of a long list is read at once, without what lies between', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/system', {}, (made) => {
    made.story.state.projects.clear();
    fill(made);
  });
  const reads = countReads(page, 'projects/list');
  await page.goto(`${fixture.url}/projects`);
  await page.getByRole('link', { name: 'project 1', exact: true }).waitFor();
  const before = reads();
  expect(before, 'reads are seen').toBeGreaterThan(0);
  await page.keyboard.press('End');
  await page.getByRole('link', { name: `project ${count}`, exact: true }).waitFor();
  await expect.poll(() => inView(page)).not.toContain(null);
  // Of thirty pages: those near both ends, and some on which the browser stops on its way.
  expect(reads() - before).toBeLessThan(15);
  expect(complaints).toEqual([]);
});

test('what comes and goes meanwhile leaves no hole at the end, and nothing twice on the way back', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/projects', {}, (made) => {
    made.story.state.projects.clear();
    fill(made);
  });
  const { state } = fixture.story;
  await page.getByRole('link', { name: 'project 1', exact: true }).waitFor();
  const last = page.getByRole('link', { name: `project ${count}`, exact: true });
  // The page may grow after it was told how many there are.
  const seesLast = () =>
    expect
      .poll(async () => {
        await toEnd(page);
        return last.isVisible();
      })
      .toBe(true);
  await seesLast();
  fill(fixture, -149, 0);
  for (const { id, name } of [...state.projects.values()])
    if (/^project 29[0-9]5$/.test(name)) state.projects.delete(id);
  state.changed({ kind: 'project', id: project(1, '', null).id });
  await page.getByText(`${(count + 150 - 10).toLocaleString('en')} projects`).waitFor();
  await seesLast();
  const left = (number: number) => !/^29[0-9]5$/.test(String(number));
  const after = (number: number) => (left(number + 1) ? number + 1 : number + 2);
  for (let step = 0; step < 25; step += 1) {
    let shown: (number | null)[] = [null];
    while (shown.includes(null)) shown = await inView(page);
    const [first = 0] = shown;
    const wanted = [first];
    while (wanted.length < shown.length) wanted.push(after(Number(wanted.at(-1))));
    expect(shown, `step ${step}`).toEqual(wanted);
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, -700);
  }
  expect(complaints).toEqual([]);
});

test('a drag through a long list reads what it ends on', async () => {
  const { page } = await visitFixture(opened, '/projects', {}, (made) => {
    made.story.state.projects.clear();
    fill(made);
  });
  await page.getByRole('link', { name: 'project 1', exact: true }).waitFor();
  for (let share = 0; share <= 0.5; share += 0.02)
    await page.evaluate((part) => window.scrollTo(0, document.documentElement.scrollHeight * part), share);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await expect.poll(() => inView(page)).not.toContain(null);
  const [middle = 0] = await inView(page);
  expect(Math.abs(Number(middle) - count / 2)).toBeLessThan(20);
});

test.each(['projects', 'datasets'] as const)(
  'a long list of %s is as long as it was said to be, and Home leads to its beginning from anywhere',
  async (noun) => {
    const two =
      'a description that is long enough to need a second line of its card, at whatever width that is';
    const { page } = await visitFixture(opened, `/${noun}`, {}, ({ story: { state } }) => {
      const of = project(1, 'of all', null);
      state.projects.clear();
      state.datasets.clear();
      state.projects.set(of.id, of);
      for (let number = 2; number < 600; number += 1) {
        const made = project(number, `project ${number}`, number % 2 === 0 ? two : null);
        state.projects.set(made.id, made);
        const set = dataset(number, `dataset ${number}`, [], of);
        state.datasets.set(set.id, set);
      }
    });
    const length = () => page.evaluate(() => document.documentElement.scrollHeight);
    const place = () => page.evaluate(() => Math.round(window.scrollY));
    for (const width of [1280, 900, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.reload();
      await page.locator('[role=feed] article').first().waitFor();
      const before = await length();
      await page.keyboard.press('End');
      await expect.poll(place).toBeGreaterThan(before - 1000);
      await expect.poll(() => page.locator('[role=feed] article').count()).toBeGreaterThan(3);
      await page.evaluate(() => {
        const own = window.scrollTo.bind(window);
        document.body.dataset.written = '0';
        window.scrollTo = (...given: unknown[]) => {
          document.body.dataset.written = String(Number(document.body.dataset.written) + 1);
          Reflect.apply(own, window, given);
        };
      });
      for (const key of ['PageUp', 'PageUp', 'PageUp']) await page.keyboard.press(key);
      // Where the page is busy, Chromium loses a key that comes while it scrolls for another one: a person presses it again.
      const home = async () => {
        await page.keyboard.press('Home');
        return place();
      };
      await expect.poll(home, { interval: 1500 }).toBe(0);
      // The page itself took nobody anywhere.
      expect(await page.evaluate(() => document.body.dataset.written)).toBe('0');
      expect(await length(), `${width} wide`).toBe(before);
    }
  },
);

test.each([
  ['Projects', 'Find projects', 'project 77', 'of all'],
  ['Datasets', 'Find datasets', 'dataset 77', 'fashion-mnist'],
  ['Runs', 'Find runs', 'run 177', 'fashion-cnn-live'],
])(
  'what was found among %s stands there again after Back, and its link leads to all',
  async (noun, label, name, other) => {
    const { page } = await visitFixture(opened, `/${noun.toLowerCase()}`, {}, (made) => {
      const { state } = made.story;
      fillRuns(made);
      const of = project(1, 'of all', null);
      state.projects.set(of.id, of);
      for (let number = 50; number < 80; number += 1) {
        const one = project(number, `project ${number}`, null);
        state.projects.set(one.id, one);
        const set = dataset(number, `dataset ${number}`, [], of);
        state.datasets.set(set.id, set);
      }
    });
    const field = page.getByRole('textbox', { name: label });
    const link = (text: string) =>
      page.locator('main').getByRole('link', { name: text, exact: true }).first();
    await field.fill(name);
    await expect.poll(() => link(other).count()).toBe(0);
    await link(name).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.goBack();
    await link(name).waitFor();
    expect(await field.inputValue()).toBe(name);
    expect(await link(other).count()).toBe(0);
    await page.locator('nav').getByRole('link', { name: noun, exact: true }).click();
    await link(other).waitFor();
    expect(await field.inputValue()).toBe('');
  },
);

test('the keys that scroll move the runs without a click, and the page says how many there are', async () => {
  const { page, fixture } = await visitFixture(opened, '/system', {}, fillRuns);
  const reads = countReads(page, 'runs/list');
  await page.getByRole('link', { name: 'Runs' }).first().click();
  await page.getByText(`${(count + 6).toLocaleString('en')} runs`).waitFor();
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  await link('fashion-cnn-live').waitFor();
  const before = reads();
  await page.keyboard.press('End');
  await link(`run ${99 + count}`).waitFor();
  expect(reads() - before).toBeLessThan(6);
  await page.keyboard.press('Home');
  await link('fashion-cnn-live').waitFor();
  await page.keyboard.press('PageDown');
  await expect.poll(() => link('fashion-cnn-live').isVisible()).toBe(false);
  // Opened by its address, too: nothing has the focus then.
  await page.goto(`${fixture.url}/runs`);
  await link('fashion-cnn-live').waitFor();
  await page.keyboard.press('End');
  await link(`run ${99 + count}`).waitFor();
});

test('a run in a list is scored by the metric of its task', async () => {
  const { page, fixture } = await visitFixture(opened, '/system');
  const segmenter = await addSegmentation(fixture.story.state);
  await page.getByRole('link', { name: 'Runs' }).first().click();
  const row = page.getByRole('row').filter({ hasText: segmenter.run.name });
  await row.getByText('mIoU 0.6412').waitFor();
  const classifier = page.getByRole('row').filter({ hasText: '87.25' });
  expect(await classifier.getByTitle('Val. accuracy').count()).toBe(1);
});
