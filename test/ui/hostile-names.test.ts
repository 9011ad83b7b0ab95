import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addLabelled, labelledId } from './fixture-labelled.ts';
import type { FixtureState } from './fixture-state.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

const names = [
  '<img src=x onerror="window.hostile=1">',
  '"><script>window.hostile=1</script>',
  '\u202egpj.exe\u202c \u200f\u05d0\u05d1\u05d2 {{name}} $t(common.yes) %s',
  // As macOS has it: 255 bytes of a name without a place to break.
  Buffer.from('부품사진모음'.normalize('NFD').repeat(10))
    .subarray(0, 255)
    .toString()
    .replaceAll('\ufffd', ''),
  'two\nlines,"and\r\nmore"\ttab',
  'javascript:window.hostile=1',
];
const named = (index: number) => `${names[index % names.length]} ${index}`;

/** Gives everything that has a name one of somebody who means harm. */
async function nameAll(state: FixtureState): Promise<void> {
  const images = (of: readonly { readonly path: string }[]) => {
    for (const [index, image] of of.entries())
      Object.assign(image, { path: `${named(index).replaceAll('/', '_')}.png` });
  };
  await addLabelled(
    state,
    (all) => all.map((image) => ({ ...image })),
    Array.from({ length: 12 }, (_, index) => named(index)),
  );
  for (const all of state.labelled.values()) images(all);
  for (const [index, project] of [...state.projects.values()].entries())
    Object.assign(project, { name: named(index), description: named(index + 1), tags: [named(index)] });
  for (const [index, dataset] of [...state.datasets.values()].entries()) {
    const classes = dataset.classes.map((one, at) => ({ ...one, name: named(at) }));
    const projects = dataset.projects.map((project, at) => ({ ...project, name: named(at) }));
    Object.assign(dataset, { name: named(index + 2), description: named(index), classes, projects });
  }
  for (const [index, { run, logs }] of [...state.runs.values()].entries()) {
    Object.assign(run, { name: named(index), description: named(index), error: run.error && named(index) });
    Object.assign(run.project, { name: named(index) });
    if (run.dataset) Object.assign(run.dataset, { name: named(index + 3) });
    if (run.config)
      Object.assign(run.config.task, { classNames: run.config.task.classNames.map((_, at) => named(at)) });
    for (const [at, artifact] of run.artifacts.entries()) Object.assign(artifact, { name: named(at) });
    for (const [at, line] of logs.entries()) Object.assign(line, { text: named(at) });
  }
  const now = new Date().toISOString();
  for (const index of names.keys())
    state.templates.push({
      ...{ id: crypto.randomUUID(), name: named(index), config: {}, leftOut: [named(index)] },
      ...{ createdAt: now, updatedAt: now },
    });
}

/** What reaches beyond the window. */
const beyond = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth + 1) return '';
    // The innermost one that reaches that far.
    const widest = [...document.querySelectorAll('body *')].filter(
      (element) => Math.abs(element.getBoundingClientRect().right - scrollWidth) < 2,
    );
    return `${scrollWidth} of ${clientWidth}: ${widest
      .map((one) => `${one.tagName}.${one.className}`)
      .join(' > ')
      .slice(-600)} ${widest.at(-1)?.textContent?.slice(0, 60)}`;
  });

test('names of any kind are text on every page: none runs, and none breaks a page apart', async () => {
  const visited = await visitFixture(opened, '/projects', { viewport: { width: 1280, height: 800 } });
  const { page, fixture, complaints } = visited;
  const { state, runs } = fixture.story;
  await nameAll(state);
  const [project] = state.projects.keys();
  const [dataset] = state.datasets.keys();
  const [run, other] = [runs.completed.run.id, runs.running.run.id];
  const addresses = [
    ...[`/datasets/${labelledId}`, '/projects', `/projects/${project}`, '/datasets', `/datasets/${dataset}`],
    ...['/runs', `/compare?runs=${run},${other}`, `/runs/new?dataset=${labelledId}`],
    ...['charts', 'log', 'config', 'artifacts', 'history', 'predict'].map((tab) => `/runs/${run}?tab=${tab}`),
    `/runs/${runs.failed.run.id}`,
  ];
  const seen = new Set<string>();
  for (const address of addresses) {
    await page.goto(`${fixture.url}${address}`);
    await page.locator('main h1').first().waitFor();
    await page.locator('.mantine-Skeleton-root[data-visible]').first().waitFor({ state: 'detached' });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => beyond(page), { message: `${address} at ${width}` }).toBe('');
    }
    const text = (await page.locator('main').innerText()) + (await page.title());
    for (const name of names) if (text.includes(name.slice(0, 12))) seen.add(name);
    expect(await page.evaluate(() => 'hostile' in window), address).toBe(false);
    expect(await page.locator('main img[src="x"], main script').count(), address).toBe(0);
  }
  // The viewer of images, the templates and the classes to choose from.
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${fixture.url}/datasets/${labelledId}`);
  await page
    .getByRole('button', { name: /^View / })
    .first()
    .click();
  await page.getByRole('dialog').getByText('window.hostile').first().waitFor();
  await expect.poll(() => beyond(page)).toBe('');
  await page.goto(`${fixture.url}/runs/new?dataset=${labelledId}`);
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name: names[0] ?? '' }).click();
  await page.getByText(/another release/).waitFor();
  expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
  expect(seen.size, 'they were shown').toBeGreaterThanOrEqual(names.length - 1);
  expect(complaints).toEqual([]);
});
