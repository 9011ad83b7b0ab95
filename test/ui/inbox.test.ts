import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { filledInbox } from './fixture-inbox.ts';
import type { Fixture } from './fixture-server.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

const filled = ({ story: { state } }: Fixture) => state.setInbox(filledInbox);

test('a profile without a bucket shows no inbox', async () => {
  const { page } = await visitFixture(opened, '/datasets');
  await page.getByRole('heading', { name: 'Datasets', level: 1 }).waitFor();
  await page.getByRole('article').first().waitFor();
  expect(await page.getByRole('heading', { name: 'Inbox' }).count()).toBe(0);
});

test('what waits in the inbox is imported by the form, which begins with it, or dismissed and shown again', async () => {
  const { page, complaints } = await visitFixture(opened, '/datasets', {}, filled);
  const inbox = page.getByRole('region', { name: 'Inbox' });
  await inbox.getByText('120 images · 45.8 MiB · looks like YOLO').waitFor();
  expect(await inbox.getByRole('listitem').count()).toBe(3);
  expect(await inbox.getByText('gears').count()).toBe(0);

  await inbox.getByRole('button', { name: 'Dismiss bolts' }).click();
  await inbox.getByRole('button', { name: 'Show 3 that were imported or dismissed' }).click();
  await inbox.getByRole('link', { name: 'gears' }).waitFor();
  await inbox.getByRole('button', { name: 'Show bolts again' }).click();
  await inbox.getByRole('button', { name: 'Import bolts' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import dataset' });
  expect(await dialog.getByRole('textbox', { name: 'Folder, zip or tar' }).inputValue()).toBe(
    's3://inbox/bolts',
  );
  expect(complaints).toEqual([]);
});

test('what comes while the page is open appears by itself, and an empty inbox says how something gets there', async () => {
  const { page, fixture } = await visitFixture(opened, '/datasets', {}, ({ story: { state } }) =>
    state.setInbox({ ...filledInbox, drops: [], leftOut: { count: 0, keys: [] } }),
  );
  await page.getByText('Put a folder or an archive into the bucket “inbox” on 127.0.0.1:19000').waitFor();
  filled(fixture);
  await page.getByRole('button', { name: 'Import welds-2026-11.zip' }).waitFor();
  await page.getByText('The last import did not succeed').waitFor();
  await page
    .getByText('2 objects belong to no folder and are no archives (IMG_0001.jpg, notes.txt)')
    .waitFor();
});

test('in Korean a bucket that is missing is named with what to do, and nothing else of the page suffers', async () => {
  const { page } = await visitFixture(opened, '/datasets', { locale: 'ko-KR' }, ({ story: { state } }) =>
    state.setInbox({
      ...{ ...filledInbox, drops: [], handled: 0 },
      problem: fault('INBOX_BUCKET_MISSING', { bucket: 'inbox', place: '127.0.0.1:19000' }).record,
    }),
  );
  await page.getByText(/수신함으로 쓰는 버킷 "inbox"/).waitFor();
  await page.getByRole('article').first().waitFor();
});
