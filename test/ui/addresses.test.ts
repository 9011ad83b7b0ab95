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

const visit = (address: string) => visitFixture(opened, address);

/** A dataset that no project has. */
const lone = fixtureId(2, 99);

async function visitLone(address: string) {
  return visitFixture(opened, address, {}, ({ story }) => {
    const [first] = story.state.datasets.values();
    if (!first) throw new Error('the story has no dataset');
    story.state.datasets.set(lone, { ...first, id: lone, name: 'lone', projects: [] });
  });
}

test('a new run from a dataset without a project trains on that dataset', async () => {
  const { page, fixture } = await visitLone(`/datasets/${lone}`);
  await page.getByRole('link', { name: 'New run' }).click();
  const dataset = page.getByRole('combobox', { name: 'Dataset' });
  await expect.poll(() => dataset.inputValue()).toBe('lone v1');
  await page.getByRole('textbox', { name: 'Name' }).fill('on the lone one');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => page.title()).toBe('on the lone one · Trainyard');
  const made = [...fixture.story.state.runs.values()].find(({ run }) => run.name === 'on the lone one');
  expect(made?.run.dataset?.id).toBe(lone);
});

test('a dataset that an address names stays chosen when another project is', async () => {
  const { page } = await visitLone(`/runs/new?dataset=${lone}`);
  const dataset = page.getByRole('combobox', { name: 'Dataset' });
  await expect.poll(() => dataset.inputValue()).toBe('lone v1');
  await page.getByRole('combobox', { name: 'Project' }).click();
  await page.getByRole('option').nth(1).click();
  expect(await dataset.inputValue()).toBe('lone v1');
});

test('the version of a dataset that is shown is the one a new run trains on', async () => {
  const { page, fixture } = await visitLone(`/datasets/${lone}?version=1`);
  await page.getByRole('link', { name: 'New run' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('version')).toBe('1');
  await page.goto(`${fixture.url}/datasets/${lone}?version=7`);
  await page.getByText('There is no version 7').waitFor();
  await page.getByRole('link', { name: 'Show the newest version' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});

const missing = [
  ['/runs/not-an-id', 'There is no such run', 'Back to runs'],
  [`/runs/${fixtureId(9, 9)}`, 'There is no such run', 'Back to runs'],
  ['/projects/nothing', 'There is no such project', 'Back to projects'],
  ['/datasets/nothing', 'There is no such dataset', 'Back to datasets'],
  ['/runs/new?dataset=nothing', 'There is no such dataset', 'Back to datasets'],
  ['/runs/new?project=nothing', 'There is no such project', 'Back to projects'],
  [`/runs/new?dataset=${lone}&version=7`, 'There is no version 7', 'Open the dataset'],
  ['/runs?project=nothing', 'There is no such project', 'Clear filters'],
  [`/compare?runs=${fixtureId(3, 1)},${fixtureId(9, 9)}`, 'There is no such run', 'Compare the others'],
  ['/runs?status=sleeping', 'status=sleeping', 'Open the page without it'],
  ['/runs?order=up', 'order=up', 'Open the page without it'],
  ['/runs/new?datset=mine', 'datset=mine', 'Open the page without it'],
  ['/runs/new?version=2', 'version=2', 'Open the page without it'],
  ['/datasets?import=maybe', 'import=maybe', 'Open the page without it'],
  ['/compare?runs=one,two', 'runs=one,two', 'Open the page without it'],
  ['/stack?services=mysql', 'services=mysql', 'Open the page without it'],
  [`/runs/${fixtureId(3, 1)}?tab=secrets`, 'tab=secrets', 'Open the page without it'],
  ['/system?anything=1', 'anything=1', 'Open the page without it'],
] as const;

test.each(missing)('%s names nothing: the page says "%s" and leads on', async (address, words, wayOn) => {
  const { page, fixture } = await visitLone(address);
  await page.getByText(words).first().waitFor();
  const way = page.locator('main').getByRole(wayOn === 'Clear filters' ? 'button' : 'link', { name: wayOn });
  await way.click();
  await expect.poll(() => page.url()).not.toBe(`${fixture.url}${address}`);
  await page.getByText(words).first().waitFor({ state: 'detached' });
});

test('a search that looks like a number stays the text that it is', async () => {
  const { page } = await visit('/runs?search=007');
  expect(await page.getByLabel('Find runs').inputValue()).toBe('007');
  await page.getByText('Nothing matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.locator('main tbody a').first().waitFor();
  await page.getByLabel('Find runs').fill('1e3');
  await expect.poll(() => new URL(page.url()).searchParams.get('search')).toBe('1e3');
});

test.each(['77', '0', 'true'])('the runs are searched for %s, typed and from the address', async (text) => {
  const { page } = await visit('/runs');
  const find = page.getByLabel('Find runs');
  await find.fill(text);
  await expect.poll(() => new URL(page.url()).searchParams.get('search')).toBe(text);
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await find.waitFor();
    expect(await find.inputValue()).toBe(text);
    await page.locator('main tbody a').or(page.getByText('Nothing matches')).first().waitFor();
  }
});

test('a search in a choice of projects or datasets does not offer what is chosen but not found', async () => {
  const { page } = await visit('/runs/new');
  for (const name of ['Project', 'Dataset']) {
    const field = page.getByRole('combobox', { name });
    await expect.poll(() => field.inputValue()).not.toBe('');
    await field.click();
    await field.fill('zzzz');
    await page.getByText('Nothing matches').filter({ visible: true }).waitFor();
    expect(await page.getByRole('option').filter({ visible: true }).count()).toBe(0);
    await page.keyboard.press('Escape');
  }
});

test('an import into a project that is not there asks for one that is', async () => {
  const { page } = await visit('/datasets?import=true&project=nothing');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('There is no such project').waitFor();
  expect(await dialog.getByRole('combobox', { name: 'Project' }).inputValue()).toBe('');
});
