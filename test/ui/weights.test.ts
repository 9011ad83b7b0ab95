import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

test.each([
  ['en-GB', 'Downloading', 'Access to https://huggingface.co'],
  ['ko-KR', '내려받는 중', '읽을 권한이 없습니다'],
])(
  'the weights show what they are for, how far a download is, and why one failed (%s)',
  async (locale, downloading, refused) => {
    const { page, complaints } = await visitFixture(opened, '/weights', { locale });
    const card = (name: string) => page.getByRole('article').filter({ hasText: name }).first();
    await card('resnet18.a1_in1k').getByText('timm/resnet18', { exact: true }).waitFor();
    await card('resnet18.a1_in1k').getByText('44.6 MiB').waitFor();
    await card('convnext_tiny').getByText(downloading).waitFor();
    await card('convnext_tiny').getByText('39.1 MiB / 109 MiB').waitFor();
    await card('private').getByText(refused).waitFor();
    await page.getByText('deeplabv3_resnet50_coco-cd0a2569.pth').waitFor();
    expect(complaints).toEqual([]);
  },
);

test('weights are pulled by their model, added by a path or a file of this computer, and removed', async () => {
  const { page, complaints } = await visitFixture(opened, '/weights');
  await page.getByRole('button', { name: 'Pull from a hub' }).click();
  const dialog = page.getByRole('dialog');
  const pull = dialog.getByRole('button', { name: 'Pull', exact: true });
  expect(await pull.isDisabled()).toBe(true);
  await dialog.getByLabel('Model').fill('resnet18');
  expect(await pull.isDisabled()).toBe(true);
  await dialog.getByLabel('Mirror').fill('nowhere');
  await dialog.getByLabel('Name').focus();
  await dialog.getByText('A model is source/name, as timm/resnet18').waitFor();
  await dialog.getByText('An address is whole, as https://example.org').waitFor();
  await dialog.getByLabel('Mirror').fill('');
  await dialog.getByLabel('Model').fill('timm/resnet50');
  await dialog.getByLabel('Name').fill('fifty');
  await pull.click();
  await page.getByRole('article').filter({ hasText: 'fifty' }).waitFor();

  await page.getByRole('button', { name: 'Add a file' }).click();
  await dialog.getByLabel('File or folder').fill('/data/mine.safetensors');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('article').filter({ hasText: '/data/mine.safetensors' }).waitFor();

  await page.getByRole('button', { name: 'Add a file' }).click();
  await dialog.getByText('A file of this computer').click();
  await dialog
    .getByLabel('Drop a file of weights here')
    .setInputFiles({ name: 'here.pt', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') });
  await dialog.getByLabel('Name').fill('from here');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('article').filter({ hasText: 'from here' }).getByText('From here.pt').waitFor();

  await page.getByRole('button', { name: 'Remove fifty' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('article').filter({ hasText: 'fifty' }).waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a download that failed is asked for again, with what was wished', async () => {
  const { page } = await visitFixture(opened, '/weights', { locale: 'ko-KR' });
  const retries = page.getByRole('button', { name: '다시 시도' });
  await retries.first().waitFor();
  expect(await retries.count()).toBe(1);
  await page
    .getByRole('article')
    .filter({ hasText: 'private' })
    .getByRole('button', { name: '다시 시도' })
    .click();
  const dialog = page.getByRole('dialog');
  await expect.poll(() => dialog.getByLabel('모델').inputValue()).toBe('huggingface/acme/private');
  expect(await dialog.getByLabel('이름').inputValue()).toBe('private');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '허브에서 받기' }).click();
  await expect.poll(() => dialog.getByLabel('모델').inputValue()).toBe('');
});

test('a new run offers the weights that are stored for its model', async () => {
  const { page } = await visitFixture(opened, '/runs/new');
  await page.getByRole('combobox', { name: 'Model' }).click();
  await page.getByRole('option', { name: /resnet18/ }).click();
  const field = page.getByRole('combobox', { name: 'Which weights' });
  await field.click();
  await page.getByRole('option', { name: 'resnet18.a1_in1k' }).click();
  expect(await field.inputValue()).toBe('resnet18.a1_in1k');
  expect(await page.getByRole('option', { name: 'my-detector' }).count()).toBe(0);
});
