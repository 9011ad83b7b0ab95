import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { readConfigText } from '../../src/shared/format/config-text.ts';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addLabelled, labelledId } from './fixture-labelled.ts';
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
  const visited = await visitFixture(opened, '/projects', { locale });
  await addLabelled(visited.fixture.story.state);
  await visited.page.goto(`${visited.fixture.url}/runs/new?dataset=${labelledId}`);
  return visited;
}

test('settings are kept as a template, a run begins with it, and it is removed', async () => {
  const { page, fixture } = await visitForm();
  const { state } = fixture.story;
  const batch = page.getByRole('textbox', { name: 'Batch size' });
  const choice = page.getByRole('combobox', { name: 'Template' });
  await batch.fill('24');
  expect(await choice.count(), 'nothing to choose from').toBe(0);
  await page.getByRole('button', { name: 'Save as template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('My detector');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => choice.inputValue()).toBe('My detector');
  expect(state.templates[0]?.config).toMatchObject({
    ...{ model: { source: 'torchvision', name: 'fcos_resnet18_fpn' }, training: { batchSize: 24 } },
    ...{ task: { type: 'detection' }, dataset: {} },
  });

  await page.reload();
  await expect.poll(() => batch.inputValue()).not.toBe('24');
  await choice.click();
  await page.getByRole('option', { name: 'My detector' }).click();
  await expect.poll(() => batch.inputValue()).toBe('24');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => state.wishes.length).toBe(1);
  expect(state.wishes[0]).toMatchObject({ source: 'template', overrides: { training: { batchSize: 24 } } });

  await page.goto(`${fixture.url}/runs/new?dataset=${labelledId}`);
  await choice.click();
  await page.getByRole('option', { name: 'My detector' }).click();
  await page.getByRole('button', { name: 'Remove template' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove template' }).click();
  await expect.poll(() => choice.count()).toBe(0);
  expect(state.templates).toEqual([]);
});

test('a template is begun with the newest dataset that its task can be learned on, until another is chosen', async () => {
  const { page, fixture } = await visitForm();
  const { state } = fixture.story;
  await page.getByRole('button', { name: 'Save as template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('My detector');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });

  const fits = state.datasets.get(labelledId);
  if (fits) state.datasets.set(labelledId, { ...fits, createdAt: '2026-01-01T00:00:00.000Z' });
  await page.goto(`${fixture.url}/runs/new`);
  const dataset = page.getByRole('combobox', { name: 'Dataset' });
  const newest = [...state.datasets.values()].find(({ labels }) => labels === null)?.name ?? '';
  await expect.poll(() => dataset.inputValue()).toContain(newest);
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name: 'My detector' }).click();
  await expect.poll(() => dataset.inputValue()).toContain(fits?.name);
  expect(await page.getByText('does not fit this dataset').count()).toBe(0);

  await dataset.click();
  await page.getByRole('option', { name: newest }).first().click();
  await page.getByText('does not fit this dataset').waitFor();
});

test('who removes a template by the keyboard goes on at the others', async () => {
  const { page } = await visitForm();
  const choice = page.getByRole('combobox', { name: 'Template' });
  const dialog = page.getByRole('dialog');
  for (const name of ['one', 'other']) {
    await page.getByRole('button', { name: 'Save as template' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => choice.inputValue()).toBe(name);
  }
  await page.getByRole('button', { name: 'Remove template' }).press('Enter');
  await dialog.getByRole('button', { name: 'Remove template' }).press('Enter');
  await expect.poll(() => choice.inputValue()).toBe('');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => choice.evaluate((element) => element === document.activeElement)).toBe(true);
});

test('a name that is taken is refused in the dialog, and replaced where that is asked for', async () => {
  const { page, fixture } = await visitForm('ko-KR');
  const { templates } = fixture.story.state;
  const now = new Date().toISOString();
  templates.push({
    ...{ id: crypto.randomUUID(), name: '검출', config: {}, leftOut: [] },
    ...{ createdAt: now, updatedAt: now },
  });
  await page.getByRole('button', { name: '템플릿으로 저장' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '이름' }).fill('검출');
  await dialog.getByRole('button', { name: '저장' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByRole('checkbox', { name: '같은 이름의 템플릿이 있으면 바꾸기' }).check();
  await dialog.getByRole('button', { name: '저장' }).click();
  await expect.poll(() => dialog.count()).toBe(0);
  expect(templates[0]?.config.model?.name).toBe('fcos_resnet18_fpn');
});

test('a file that the form saves is read again with the same settings', async () => {
  const { page, fixture } = await visitForm();
  await page.getByRole('textbox', { name: 'Epochs' }).fill('9');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as file (YAML)' }).click();
  const text = await readFile(await (await saved).path(), 'utf8');
  expect(readConfigText(text, false).overrides).toMatchObject({
    ...{ model: { source: 'torchvision', name: 'fcos_resnet18_fpn' }, training: { epochs: 9 } },
    ...{ dataset: { name: fixture.story.state.datasets.get(labelledId)?.name }, task: { type: 'detection' } },
  });
});
