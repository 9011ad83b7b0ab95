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

test('a setting is changed and taken back on the page of the system, and what is wrong is said at its field', async () => {
  const { page, complaints } = await visitFixture(opened, '/system');
  const settings = page.getByRole('region', { name: 'Settings' });
  const dialog = page.getByRole('dialog');
  const value = dialog.getByRole('textbox', { name: 'Value' });
  await settings.getByRole('button', { name: 'Change: Folder of wheels' }).click();
  await value.fill('/gone');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => value.getAttribute('aria-invalid')).toBe('true');
  await value.fill('/srv/wheels');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await settings.getByText('/srv/wheels').waitFor();
  await settings.getByRole('button', { name: 'Remove: Folder of wheels' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => settings.getByText('/srv/wheels').count()).toBe(0);
  await settings.getByText('TRAINYARD_TRAINER_PYTHON of the engine goes before it').waitFor();
  expect(complaints).toEqual([]);
});

test('an address with an account is refused before it is sent, and a token that is set is never shown', async () => {
  const { page } = await visitFixture(opened, '/system', { locale: 'ko-KR' });
  const settings = page.getByRole('region', { name: '설정' });
  const dialog = page.getByRole('dialog');
  expect(await page.content()).not.toContain('hf_secret');
  await settings.getByRole('button', { name: '변경: Hugging Face 토큰' }).click();
  const token = dialog.getByLabel('값');
  expect(await token.getAttribute('type')).toBe('password');
  expect(await token.inputValue()).toBe('');
  await token.fill('hf_another');
  await dialog.getByRole('button', { name: '저장' }).click();
  await settings.getByRole('status').getByText('저장했습니다.').waitFor();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('hf_another');
  await settings.getByRole('button', { name: '변경: Hugging Face 미러' }).click();
  await dialog.getByRole('textbox', { name: '값' }).fill('https://kim:pw@mirror.example');
  await page.keyboard.press('Tab');
  await dialog.getByText('주소에는 계정을 넣을 수 없습니다').waitFor();
});

test.each(['en-GB', 'ko-KR'])('the settings fit into every window (%s)', async (locale) => {
  const { page } = await visitFixture(opened, '/system', { locale });
  for (const width of [390, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(wide, { message: `${width}` }).toBeLessThanOrEqual(width);
  }
});
