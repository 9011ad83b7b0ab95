import type { Page } from 'playwright-core';
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

const visit = (address: string, locale = 'en-GB') => visitFixture(opened, address, { locale });

/** The words below a field, as a screen reader has them. */
const saidAt = (page: Page, name: string) =>
  page.getByRole('textbox', { name, exact: true }).evaluate((input) =>
    (input.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' '),
  );

async function choose(page: Page, name: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('where the classes lie and how an archive’s names are written go with the check and with the import', async () => {
  const { page, fixture, complaints } = await visit('/datasets?import=true');
  const { readings } = fixture.story.state;
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/bad.zip');
  await choose(page, 'Class folders', 'Level 2');
  await choose(page, 'Names in the archive', 'cp949');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('rose/broken.png can’t be decoded').first().waitFor();
  expect(readings.at(-1)).toEqual({ classesAt: 2, namesEncoding: 'cp949' });
  await choose(page, 'Class folders', 'Automatic');
  await expect.poll(() => page.getByText('rose/broken.png can’t be decoded').count()).toBe(0);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('nothing was imported').first().waitFor();
  expect(readings.at(-1)).toEqual({ classesAt: null, namesEncoding: 'cp949' });
  expect(await page.getByRole('combobox', { name: 'Names in the archive' }).inputValue()).toBe('cp949');
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/good.zip');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('The dataset is imported').waitFor();
  expect(readings.at(-1)).toEqual({ classesAt: null, namesEncoding: 'cp949' });
  expect(complaints).toEqual([]);
});

test('the server of a bucket is asked for where the path is one, goes with the import, and is forgotten for a folder', async () => {
  const { page, fixture, complaints } = await visit('/datasets?import=true');
  const { readings } = fixture.story.state;
  const source = page.getByRole('textbox', { name: 'Folder, zip or tar' });
  expect(await page.getByRole('textbox', { name: 'AWS profile' }).count()).toBe(0);
  await source.fill('s3://lab/bad');
  expect(await page.getByRole('radio', { name: 'Linked' }).count()).toBe(0);
  await page.getByRole('textbox', { name: 'AWS profile' }).fill('work');
  await page.getByRole('textbox', { name: 'S3 server' }).fill('https://s3.example.com');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('rose/broken.png can’t be decoded').first().waitFor();
  const s3 = { endpoint: 'https://s3.example.com', profile: 'work' };
  expect(readings.at(-1)).toEqual({ classesAt: null, namesEncoding: 'auto', s3 });
  await page.getByRole('textbox', { name: 'AWS profile' }).fill('');
  await expect.poll(() => page.getByText('rose/broken.png can’t be decoded').count()).toBe(0);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('nothing was imported').first().waitFor();
  expect(readings.at(-1)).toMatchObject({ s3: { ...s3, profile: null } });
  await source.fill('/data/good');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('The dataset is imported').waitFor();
  expect(readings.at(-1)).toEqual({ classesAt: null, namesEncoding: 'auto' });
  expect(complaints).toEqual([]);
});

test('what the engine refuses of an import is said at the field, until that is changed', async () => {
  const { page } = await visit('/datasets?import=true');
  const label = 'Folder, zip or tar';
  await page.getByRole('textbox', { name: label }).fill('/missing/flowers');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect.poll(() => saidAt(page, label)).toContain('There is nothing at /missing/flowers');
  const [field, check] = await Promise.all([
    page.getByRole('textbox', { name: label }).boundingBox(),
    page.getByRole('button', { name: 'Check' }).boundingBox(),
  ]);
  expect(check?.y, 'the button stays beside the field').toBe(field?.y);
  await page.getByRole('textbox', { name: label }).fill('/data/flowers');
  expect(await saidAt(page, label)).not.toContain('There is nothing');
});

test.each(['Check', 'Import'])(
  'what a %s under way ends with is said at its field, until that is changed',
  async (button) => {
    const { page } = await visit('/datasets?import=true');
    const label = 'Folder, zip or tar';
    await page.getByRole('textbox', { name: label }).fill('/vanished/flowers');
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect.poll(() => saidAt(page, label)).toContain('There is nothing at /vanished/flowers');
    expect(await page.getByRole('alert').count()).toBe(1);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('flowers');
    expect(await saidAt(page, label), 'another field is no answer').toContain('There is nothing');
    await page.getByRole('textbox', { name: label }).fill('/data/flowers');
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    expect(await saidAt(page, label)).not.toContain('There is nothing');
  },
);

/** Opens the import dialog on a path, and waits until its check has found something. */
async function visitChecked(path: string, found: string) {
  const visited = await visit('/datasets?import=true');
  await visited.page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill(path);
  await visited.page.getByRole('button', { name: 'Check' }).click();
  await visited.page.getByText(found).first().waitFor();
  return visited;
}

const fromFile = (page: Page) => page.getByText('A file of this computer', { exact: true }).click();

test.each([
  ['findings', '/data/bad.zip', 'rose/broken.png can’t be decoded'],
  ['error', '/vanished/cut.tgz', 'There is nothing at /vanished/cut.tgz'],
])('the %s of a check are never shown beside another source', async (_what, path, found) => {
  const { page, complaints } = await visitChecked(path, found);
  await fromFile(page);
  await expect.poll(() => page.getByText(found).count()).toBe(0);
  const dialog = page.getByRole('dialog');
  const shapes = { name: 'shapes.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') };
  await dialog.locator('input[type=file]').setInputFiles(shapes);
  await dialog.getByText('shapes.zip').waitFor();
  expect(await page.getByText(found).count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a path chosen in the window takes what was found at the one before', async () => {
  const found = 'rose/broken.png can’t be decoded';
  const { page } = await visit('/datasets');
  await page.evaluate(() => {
    Object.assign(window, { trainyardDesktop: { choosePath: async (kind: string) => `/data/${kind}` } });
  });
  await page.getByRole('button', { name: 'Import dataset' }).first().click();
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/bad.zip');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText(found).first().waitFor();
  await page.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('menuitem', { name: 'Zip or tar' }).click();
  await expect.poll(() => page.getByText(found).count()).toBe(0);
  const field = page.getByRole('textbox', { name: 'Folder, zip or tar' });
  expect(await field.inputValue()).toBe('/data/archive');
});

test.each([1280, 380])(
  'a path’s input stays wide enough to read, and its buttons stand in one line, at %d pixels',
  async (width) => {
    const { page } = await visit('/datasets');
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(() => {
      Object.assign(window, { trainyardDesktop: { choosePath: async () => null } });
    });
    await page.getByRole('button', { name: 'Import dataset' }).first().click();
    const input = page.getByRole('textbox', { name: 'Folder, zip or tar' });
    const [choose, check] = ['Choose…', 'Check'].map((name) =>
      page.getByRole('button', { name, exact: true }),
    );
    await check?.waitFor();
    const boxes = await Promise.all([input, choose, check].map((each) => each?.boundingBox()));
    const [field, first, second] = boxes;
    expect(field?.width).toBeGreaterThan(190);
    expect(first?.y).toBe(second?.y);
    if (width > 1000) expect(first?.y).toBe(field?.y);
    else expect(first?.y).toBeGreaterThan(field?.y ?? 0);
  },
);

test('what the engine refuses of one file is not said of the next', async () => {
  const { page } = await visit('/datasets?import=true');
  await fromFile(page);
  const pick = (name: string) =>
    page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/zip', buffer: Buffer.from('PK') });
  await pick('missing.zip');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('There is nothing at').first().waitFor();
  await pick('shapes.zip');
  await expect.poll(() => page.getByText('There is nothing at').count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('an invalid name says how long it may be, and the form does not go', async () => {
  const { page } = await visit('/datasets?import=true');
  await page.getByRole('textbox', { name: 'Folder, zip or tar' }).fill('/data/flowers');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('n'.repeat(256));
  await expect.poll(() => saidAt(page, 'Name')).toContain('1 to 255 characters');
  expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
});

test('a project’s name that is taken is said at the name, and its limits in Korean', async () => {
  const { page, fixture } = await visit('/projects', 'ko-KR');
  const [taken] = [...fixture.story.state.projects.values()];
  await page.getByRole('button', { name: '새 프로젝트' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '이름' }).fill('가'.repeat(256));
  await dialog.getByText('1자 이상 255자 이하로 입력하세요').waitFor();
  await dialog.getByRole('textbox', { name: '이름' }).fill(taken?.name ?? '');
  await dialog.getByRole('button', { name: '만들기' }).click();
  await expect
    .poll(() => dialog.getByRole('textbox', { name: '이름' }).getAttribute('aria-invalid'))
    .toBe('true');
  await dialog.getByRole('textbox', { name: '설명' }).fill('꽃');
  expect(await dialog.getByRole('alert').count(), 'the name is still taken').toBe(1);
  await dialog.getByRole('textbox', { name: '이름' }).fill('아직 없는 이름');
  await expect.poll(() => dialog.getByRole('alert').count()).toBe(0);
});

test('a hyperparameter that the engine refuses is said at its field, which is unfolded for it', async () => {
  const { page } = await visit('/runs/new');
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByRole('textbox', { name: 'Training share', exact: true }).fill('1');
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('textbox', { name: 'Training share', exact: true }).waitFor();
  await expect.poll(() => saidAt(page, 'Training share')).toContain('The shares are more than the whole');
});
