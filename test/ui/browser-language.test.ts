import type { Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { openBrowser } from '../support/browser.ts';
import { startFixture } from './fixture-server.ts';

interface Said {
  readonly language: unknown;
  readonly languages: unknown;
}

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
});

/** Opens a run's page in a browser of a system's language, which may say another of itself, and waits until its chart is painted. */
async function openRun(environment: NodeJS.ProcessEnv, said: Said | null) {
  const opened = await openBrowser(environment);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const fixture = await startFixture();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  // No locale of its own: the browser takes the system's.
  const page = await opened.browser.newPage();
  page.setDefaultTimeout(30_000);
  if (said) {
    await page.addInitScript(({ language, languages }) => {
      Object.defineProperty(Navigator.prototype, 'language', { get: () => language, configurable: true });
      Object.defineProperty(Navigator.prototype, 'languages', { get: () => languages, configurable: true });
    }, said);
  }
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const { running } = fixture.story.runs;
  await page.goto(fixture.link(`/runs/${running.run.id}`));
  const painted = () => page.evaluate((id) => window.__trainyard?.paintedSeq[id] ?? 0, running.run.id);
  await expect.poll(async () => [faults, await painted()]).toEqual([[], running.points.at(-1)?.seq]);
  return { page, faults };
}

const languageOf = (page: Page) => page.evaluate(() => document.documentElement.lang);

test('a browser of a system whose language is C.UTF-8, which is no language tag, draws a run and its charts', async () => {
  const system = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', LANGUAGE: '' };
  const { page, faults } = await openRun(system, null);
  expect(await languageOf(page)).toBe('en');
  await page.getByRole('link', { name: 'Datasets' }).first().click();
  await page.getByRole('heading', { name: 'Datasets', level: 1 }).waitFor();
  expect(faults).toEqual([]);
});

test.each([
  ['en-US@posix', ['en-US@posix'], 'en'],
  ['ko_KR.UTF-8', ['ko_KR.UTF-8', 'C'], 'ko'],
  ['ko-KR@posix', [], 'ko'],
  ['en-US', ['en-US', 'de_DE@euro'], 'en'],
  ['kok-IN', ['kok-IN'], 'en'],
  ['C', [], 'en'],
  ['', [''], 'en'],
  [null, null, 'en'],
])(
  'a browser that calls its language %j of %j draws a run and its charts, in %s',
  async (language, languages, shown) => {
    const { page, faults } = await openRun({}, { language, languages });
    expect(await languageOf(page)).toBe(shown);
    const usable = await page.evaluate(() =>
      [navigator.language, ...navigator.languages].map((tag) => new Intl.NumberFormat(tag).format(1)),
    );
    expect(usable.length).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  },
);
