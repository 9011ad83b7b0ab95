import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

test('a bar under way stands below the log as it looks now, and what a line would do to a terminal is not done', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/projects');
  const { running } = fixture.story.runs;
  fixture.story.state.addLog(running, 'before');
  fixture.story.state.addLog(running, 'a\u001b]0;another title\u0007\u001b[2J\u001b[Hb \u202etxt.exe');
  fixture.story.state.addLog(running, ' 10%\r 50%\r100% of the bar');
  await page.goto(`${fixture.url}/runs/${running.run.id}?tab=log`);
  const rows = page.locator('.xterm-rows');
  await expect.poll(() => rows.textContent()).toContain('100% of the bar');
  const text = (await rows.textContent()) ?? '';
  expect(text).toContain('before');
  expect(text).toContain('ab <U+202E>txt.exe');
  expect(text).not.toContain('50%');
  expect(await page.title()).not.toContain('another title');
  await page.getByText('84/200').waitFor();
  expect(complaints).toEqual([]);
});
