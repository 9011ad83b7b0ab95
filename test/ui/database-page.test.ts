import type { BrowserContextOptions } from 'playwright-core';
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

const visit = (address: string, options: BrowserContextOptions = {}) =>
  visitFixture(opened, address, options);

test('the revisions stand newest first, and a comparison shows each difference with what repairs it', async () => {
  const { page, complaints } = await visit('/system');
  const section = page.getByRole('region', { name: 'Database revisions' });
  await section.getByText('At 0003; the newest is 0004.').waitFor();
  await section.getByText('Not applied').waitFor();
  await section.getByText('File changed after it was applied').waitFor();
  await section.getByRole('button', { name: 'Compare with revisions' }).click();
  const found = page.getByRole('region', { name: '3 differences' });
  await found.getByText('The index workflows.idx_workflows_status is missing.').waitFor();
  await found.getByText('Repairing it loses the data in it.').waitFor();
  expect(await found.locator('code').allTextContents()).toEqual([
    'CREATE INDEX idx_workflows_status ON public.workflows USING btree (status);',
    'ALTER TABLE workflows DROP COLUMN colour;',
  ]);
  expect(await found.getByRole('button', { name: 'Copy' }).count()).toBe(2);
  expect(complaints).toEqual([]);
});

test('a month is detached and deleted only after a question, and the retention is chosen', async () => {
  const { page, complaints } = await visit('/system');
  const section = page.getByRole('region', { name: 'Months of metrics' });
  await section.getByText('All months are kept.').waitFor();
  await section.getByRole('button', { name: 'Detach 2026-11' }).click();
  await page.getByRole('dialog', { name: 'Detach 2026-11?' }).getByRole('button', { name: 'Detach' }).click();
  await section.getByRole('button', { name: 'Attach 2026-11' }).waitFor();
  await section.getByRole('button', { name: 'Delete 2026-03' }).click();
  const question = page.getByRole('dialog', { name: 'Delete 2026-03 with its points?' });
  await question.getByText(/This frees/).waitFor();
  await question.getByRole('button', { name: 'Delete' }).click();
  await section.getByText('2026-03').waitFor({ state: 'detached' });
  await section.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: 'How many months stay?' });
  await dialog.getByRole('combobox').click();
  await page.getByRole('option', { name: '12 months' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await section
    .getByText('The present month and the 12 before it are kept; older ones are detached.')
    .waitFor();
  expect(complaints).toEqual([]);
});
