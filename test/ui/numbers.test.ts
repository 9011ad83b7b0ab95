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

async function visitForm(locale = 'en-GB') {
  const seen = await visitFixture(opened, '/runs/new', { locale });
  const field = (name: string) => seen.page.getByRole('textbox', { name, exact: true });
  return { ...seen, field };
}

test('a learning rate and a batch size are typed key by key as people write them, and stay as they were typed', async () => {
  const { page, field } = await visitForm();
  for (const [name, text, shown] of [
    ['Learning rate', '1e-4', '0.0001'],
    ['Learning rate', '.0003', '0.0003'],
    ['Batch size', '1_024', '1024'],
    ['Batch size', '１２８', '128'],
    ['Epochs', '10,000', '10000'],
  ] as const) {
    await field(name).fill('');
    await field(name).pressSequentially(text);
    expect(await field(name).inputValue()).toBe(text);
    await page.locator('aside').getByText(shown, { exact: false }).first().waitFor();
  }
  await page.locator('aside').getByText('(default: 0.002)').waitFor();
});

test('a number outside its field’s range is named in words and never altered, and the run starts with what was meant', async () => {
  const { page, field } = await visitForm();
  const start = page.getByRole('button', { name: 'Start training' });
  await field('Batch size').fill('1e9');
  await page.getByText('A whole number from 1 to 65,536').first().waitFor();
  await field('Learning rate').fill('0,001');
  await page.getByText('A number, such as 0.001 or 1e-3, above 0, up to 100').first().waitFor();
  expect(await field('Batch size').inputValue()).toBe('1e9');
  expect(await start.isDisabled()).toBe(true);
  const side = (await page.locator('aside').textContent()) ?? '';
  expect(side).toContain('Batch size');
  expect(side).not.toMatch(/training\.|undefined|issues|[{}"]/);
  await field('Batch size').fill('1e2');
  await field('Learning rate').fill('1e-4');
  await page.getByRole('textbox', { name: 'Name' }).fill('as written');
  await start.click();
  await expect.poll(() => page.title()).toBe('as written · Trainyard');
});

test('arrow keys and the wheel step a rate by 1 and 3 and a batch by two', async () => {
  const { page, field } = await visitForm();
  await field('Learning rate').focus();
  await page.keyboard.press('ArrowDown');
  expect(await field('Learning rate').inputValue()).toBe('0.001');
  await page.keyboard.press('ArrowDown');
  expect(await field('Learning rate').inputValue()).toBe('0.0003');
  await field('Batch size').hover();
  await field('Batch size').focus();
  await page.mouse.wheel(0, -100);
  await expect.poll(() => field('Batch size').inputValue()).toBe('128');
});

test('in Korean a wrong number is named in Korean', async () => {
  const { page, field } = await visitForm('ko-KR');
  await field('에폭').fill('0');
  await page.getByText('1 이상 100,000 이하의 정수를 입력하세요').first().waitFor();
});
