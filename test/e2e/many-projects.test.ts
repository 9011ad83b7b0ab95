import { expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { cliJson, runCli, startEngine } from '../support/engine.ts';
import { fillHome, manyProjectId, manyRunId } from '../support/many-rows.ts';
import { preparedHome } from '../support/prepared-home.ts';

const count = 10_000;

test('ten thousand projects and runs are opened, scrolled, searched and listed by pages', async () => {
  await using state = await preparedHome();
  await fillHome(state.home, count);
  await using engine = await startEngine(state.home);
  await using opened = await openBrowser();
  const page = await opened.browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(60_000);
  await page.goto(engine.ticketUrl);
  await page.goto(`${engine.url}/projects`);
  const feed = page.getByRole('feed', { name: 'Projects' });
  const link = (name: string) => feed.getByRole('link', { name, exact: true });
  await link(`project ${count}`).waitFor();
  await page.getByText('10,000 projects').waitFor();
  const cards = feed.getByRole('article');
  expect(await cards.first().getAttribute('aria-setsize')).toBe(String(count));
  // Only those in view exist.
  expect(await cards.count()).toBeLessThan(60);

  // The keyboard goes through them, and what comes next is there in time.
  await link(`project ${count}`).focus();
  for (let step = 1; step <= 40; step += 1) await page.keyboard.press('Tab');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent))
    .toBe(`project ${count - 40}`);

  await page.keyboard.press('End');
  await expect
    .poll(
      async () => {
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
        return link('project 1').isVisible();
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  expect(await cards.count()).toBeLessThan(60);
  await link('project 1').click();
  await page.getByRole('heading', { level: 1, name: 'project 1', exact: true }).waitFor();

  await page.goto(`${engine.url}/projects`);
  await page.getByRole('textbox', { name: 'Find projects' }).fill('project 77');
  await page.getByText('111 projects').waitFor();
  await link('project 7799').waitFor();
  await page.getByRole('textbox', { name: 'Find projects' }).fill('project 7777');
  await page.getByText('1 project', { exact: true }).waitFor();
  await link('project 7777').click();
  await page.getByRole('heading', { level: 1, name: 'project 7777', exact: true }).waitFor();

  // Where a project is chosen the engine finds it by what is typed.
  await page.goto(`${engine.url}/runs`);
  await page.getByPlaceholder('Any project').fill('project 2345');
  await page.getByRole('option', { name: 'project 2345', exact: true }).click();
  await page.waitForURL(`**/runs?*${manyProjectId(2345)}*`);
  await page
    .locator(`a[href="/runs/${manyRunId(2345)}"]`)
    .first()
    .waitFor();
}, 300_000);

test('the command line lists a hundred, so many as are wanted, or all', async () => {
  await using state = await preparedHome();
  await fillHome(state.home, 1200);
  await using _engine = await startEngine(state.home);
  for (const [noun, key] of [
    ['project', 'projects'],
    ['dataset', 'datasets'],
    ['runs', 'runs'],
  ] as const) {
    const list = (...more: string[]) => cliJson<Record<string, unknown>>(state.home, [noun, 'list', ...more]);
    const named = async (...more: string[]) => {
      const answer = await list(...more);
      const items = answer[key] as readonly { readonly id: string }[];
      return { total: answer.total, ids: new Set(items.map(({ id }) => id)).size };
    };
    expect(Object.keys(await list('--limit', '1'))).toEqual([key, 'total']);
    expect(await named()).toEqual({ total: 1200, ids: 100 });
    expect(await named('--limit', '700')).toEqual({ total: 1200, ids: 700 });
    expect(await named('--all')).toEqual({ total: 1200, ids: 1200 });
    const { stdout } = await runCli(state.home, [noun, 'list', '--limit', '2'], { LANG: 'en_US.UTF-8' });
    expect(stdout).toContain('2 of 1200; --limit shows more, --all shows all.');
  }
  // A run is found by the beginning of its id, wherever it is in the list.
  const { name } = await cliJson<{ name: string }>(state.home, [
    'runs',
    'show',
    manyRunId(1200).slice(0, -1),
  ]);
  expect(name).toBe('run 1200');
}, 120_000);
