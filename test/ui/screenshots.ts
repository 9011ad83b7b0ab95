import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { openBrowser } from '../support/browser.ts';
import { engineOf } from '../support/engine.ts';
import { rest } from '../support/rest.ts';
import { addDetection, addSegmentation } from './fixture-artifacts.ts';
import { ago, fixtureId } from './fixture-data.ts';
import { destinationOf } from './fixture-destinations.ts';
import { addLabelled, labelledId } from './fixture-labelled.ts';
import { type Fixture, startFixture } from './fixture-server.ts';
import type { Shot } from './shot.ts';
import { stackShots } from './stack-shots.ts';

/**
 * Shoots every screen in both languages and themes.
 * node bin/node24.mjs test/ui/screenshots.ts FOLDER [HOME | fixture] [NAME…]
 * HOME is the state folder of an engine that runs; names choose among the shots.
 */
const [folder = 'screenshots', base = 'fixture', ...wanted] = process.argv.slice(2);

async function hrefs(page: Page, address: string, selector: string): Promise<string[]> {
  await page.goto(address);
  await page.locator(selector).first().waitFor();
  return page
    .locator(selector)
    .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute('href') ?? ''))]);
}

const width = 1440;

/** Opens the dialog of a button in the page's head. */
const dialogOf = (number: number) => async (at: Page) => {
  await at.locator('main header button').nth(number).click();
  await at.getByRole('dialog').waitFor();
};

/** Opens the newest snapshot that can be used. */
const openSnapshot = (at: Page) => at.locator('main li button[aria-expanded]').first().click();

/** What a dataset with labelled objects looks like, in a wide window and a narrow one. */
function labelledShots(): readonly Shot[] {
  const before = ({ story }: Fixture) => addLabelled(story.state);
  const page = `/datasets/${labelledId}`;
  const view =
    (number: number, keys: readonly string[] = []) =>
    async (at: Page) => {
      await at.locator('button:has(> img)').nth(number).click();
      await at.getByRole('dialog').locator('canvas').first().waitFor();
      await at.waitForTimeout(300);
      for (const key of keys) await at.keyboard.press(key);
      await at.waitForTimeout(100);
    };
  const check = async (at: Page) => {
    await at.getByRole('dialog').getByRole('textbox').first().fill('/data/labelled-bad');
    await at.getByRole('button', { name: /^(Check|검사)$/ }).click();
    await at.getByText('BOX_OUTSIDE').first().waitFor();
  };
  const unfold = (at: Page) => at.locator('button[aria-expanded]:not([aria-haspopup])').first().click();
  const shots: readonly Shot[] = [
    { name: 'labelled-list', path: '/datasets' },
    { name: 'labelled-page', path: page },
    { name: 'labelled-view', path: page, act: view(0) },
    { name: 'labelled-view-zoomed', path: page, act: view(0, ['+', '+', '+']) },
    { name: 'labelled-view-regions', path: page, act: view(2) },
    { name: 'labelled-view-portrait', path: page, act: view(4) },
    { name: 'labelled-view-background', path: page, act: view(1) },
    { name: 'labelled-check', path: '/datasets?import=true', act: check },
    { name: 'labelled-new-run', path: `/runs/new?dataset=${labelledId}`, act: unfold },
  ];
  return shots.flatMap((shot) => [
    { ...shot, before, width: 1280 },
    { ...shot, name: `${shot.name}-narrow`, before, width: 390 },
  ]);
}

/** A script of one's own, entered and refused, in a wide window and a narrow one. */
function scriptShots(): readonly Shot[] {
  const act = async (at: Page) => {
    await at.getByText(/^(A script of your own|직접 작성한 스크립트)$/).click();
    await at.getByRole('textbox', { name: /^(Command|명령)/ }).fill('~/venv/bin/python train.py --epochs 10');
    await at.getByRole('textbox', { name: /^(Folder|폴더)/ }).fill('/gone');
    await at.getByRole('textbox', { name: /variables|환경 변수/ }).fill('CUDA_VISIBLE_DEVICES=0');
    await at.locator('main button[type=submit]').click();
    await at.getByRole('alert').waitFor();
  };
  return [1024, 390].map((wide) => ({ name: `script-${wide}`, path: '/runs/new', act, width: wide }));
}

/** What a detector and a segmenter leave behind. */
function taskShots(): readonly Shot[] {
  const before = async ({ story: { state } }: Fixture) => {
    if (state.runs.has(fixtureId(3, 61))) return;
    await addDetection(state);
    await addSegmentation(state);
  };
  const view = async (at: Page) => {
    await at.locator('button:has(canvas)').nth(3).click();
    await at.getByRole('dialog').locator('canvas').first().waitFor();
    await at.waitForTimeout(300);
  };
  const predicted = async (at: Page) => {
    await at
      .locator('input[type=file]')
      .setInputFiles({ name: 'shapes.png', mimeType: 'image/png', buffer: Buffer.alloc(8) });
    await at.locator('main img').waitFor();
    await at.waitForTimeout(400);
  };
  const drawn = async (at: Page) => {
    await at.locator('button:has(canvas)').first().waitFor();
  };
  const tasks = [
    ['detection', 60],
    ['segmentation', 61],
  ] as const;
  return tasks.flatMap(([task, number]) => {
    const page = `/runs/${fixtureId(3, number)}`;
    return [1280, 390].flatMap((wide) => {
      const [name, look] = [`task-${task}-${wide}`, { before, width: wide }];
      return [
        { ...look, name: `${name}-charts`, path: page },
        { ...look, name: `${name}-artifacts`, path: `${page}?tab=artifacts`, act: drawn },
        { ...look, name: `${name}-view`, path: `${page}?tab=artifacts`, act: view },
        { ...look, name: `${name}-predict`, path: `${page}?tab=predict`, act: predicted },
      ];
    });
  });
}

/** The schedule of snapshots: edited, failed and off, in a wide window and a narrow one. */
function scheduleShots(): readonly Shot[] {
  const edit = (choice: RegExp) => async (at: Page) => {
    await at.getByRole('button', { name: /^(Edit|편집)$/ }).click();
    const dialog = at.getByRole('dialog');
    await dialog.getByText(choice).click();
    await dialog.getByRole('textbox', { name: /^(Last|최근)$/ }).fill('1');
    await at.waitForTimeout(700);
  };
  const fail = ({ story: { state } }: Fixture) => void state.snapshots.failSchedule();
  const noticed = (at: Page) => at.waitForTimeout(2500);
  return [1440, 390].flatMap((width) => [
    { name: `backup-schedule-weekly-${width}`, path: '/backups', act: edit(/^(Weekly|매주)$/), width },
    { name: `backup-schedule-other-${width}`, path: '/backups', act: edit(/^(Other|기타)$/), width },
    { name: `backup-schedule-failed-${width}`, path: '/backups', before: fail, act: noticed, width },
    { name: `backup-schedule-notice-${width}`, path: '/runs', before: fail, act: noticed, width },
  ]);
}

/** Where copies go: none, two of which one is away, and one that is added; in a wide window and a narrow one. */
function destinationShots(): readonly Shot[] {
  const error = fault('DESTINATION_AWAY', { place: '/mnt/usb/trainyard' }).record;
  const two = ({ story: { state } }: Fixture) =>
    state.destinations.set([
      destinationOf({
        ...{ waiting: 2, isSameDisk: true, resolved: '/media/kim/backup/trainyard', retryAt: ago(-1) },
        ...{ failure: { at: ago(1), since: ago(60 * 24 * 8), error }, warning: 'away' },
      }),
      destinationOf({
        ...{ id: fixtureId(8, 2), name: 'offsite', kind: 's3', place: 's3://offsite/trainyard/' },
        ...{ freeBytes: null, waiting: 1, isBusy: true },
        current: { snapshot: '20261130T090000000Z-ab12cd', done: 1234, files: 5021 },
      }),
    ]);
  const add = async (at: Page) => {
    await at.getByRole('button', { name: /^(Add a destination|사본 위치 추가)$/ }).click();
    await at.getByRole('dialog').getByRole('textbox').first().fill('s3://offsite/trainyard');
    await at.waitForTimeout(400);
  };
  const seen = async (at: Page) => {
    await at.getByRole('region', { name: /^(Copies elsewhere|다른 곳에 둔 사본)$/ }).scrollIntoViewIfNeeded();
    await at.waitForTimeout(2500);
  };
  return [1440, 390].flatMap((width) => [
    { name: `backup-destinations-${width}`, path: '/backups', before: two, act: seen, width },
    { name: `backup-destinations-add-${width}`, path: '/backups', act: add, width },
    {
      name: `backup-destinations-notice-${width}`,
      path: '/runs',
      before: two,
      act: (at: Page) => at.waitForTimeout(3500),
      width,
    },
  ]);
}

/** The screens, with whatever the engine at hand has to show on them. */
async function shots(page: Page, origin: string): Promise<readonly Shot[]> {
  const runs = await hrefs(page, `${origin}/runs`, 'main td a[href^="/runs/"]');
  const [project] = await hrefs(page, `${origin}/projects`, 'main a[href^="/projects/"]');
  const [dataset] = await hrefs(page, `${origin}/datasets`, 'main a[href^="/datasets/"]');
  const tabs = ['charts', 'log', 'config', 'artifacts', 'predict', 'history'];
  const press = (keys: string) => (at: Page) => at.keyboard.press(keys);
  return [
    { name: 'projects', path: '/projects' },
    { name: 'project', path: project ?? '/projects' },
    { name: 'datasets', path: '/datasets' },
    { name: 'weights', path: '/weights' },
    { name: 'weights-pull', path: '/weights', act: dialogOf(1) },
    { name: 'weights-add', path: '/weights', act: dialogOf(0) },
    { name: 'weights-narrow', path: '/weights', width: 480 },
    { name: 'backups', path: '/backups', act: openSnapshot },
    { name: 'backups-narrow', path: '/backups', act: openSnapshot, width: 390 },
    ...scheduleShots(),
    ...destinationShots(),
    { name: 'import', path: '/datasets?import=true' },
    {
      name: 'import-failed',
      path: '/datasets?import=true',
      act: async (at) => {
        await at.getByRole('dialog').getByRole('textbox').first().fill('/nowhere/bad');
        await at.getByRole('dialog').locator('button[type=submit]').click();
        await at.getByRole('alert').first().waitFor();
      },
    },
    { name: 'dataset', path: dataset ?? '/datasets' },
    { name: 'runs', path: '/runs' },
    {
      name: 'new-run',
      path: '/runs/new',
      act: (at) => at.locator('button[aria-expanded]:not([aria-haspopup])').first().click(),
    },
    ...runs
      .slice(0, 6)
      .flatMap((run, index) =>
        tabs
          .filter((tab) => index < 2 || tab === 'charts' || tab === 'history')
          .map((tab) => ({ name: `run-${index + 1}-${tab}`, path: `${run}?tab=${tab}` })),
      ),
    {
      name: 'compare',
      path: `/compare?runs=${runs
        .slice(0, 3)
        .map((href) => href.split('/').at(-1))
        .join(',')}`,
    },
    { name: 'compare-empty', path: '/compare' },
    { name: 'doctor', path: '/doctor' },
    { name: 'doctor-asked', path: '/doctor?code=DOCKER_PORT_TAKEN' },
    { name: 'system', path: '/system' },
    { name: 'system-1024', path: '/system', width: 1024 },
    { name: 'system-narrow', path: '/system', width: 390 },
    {
      name: 'system-set',
      path: '/system',
      act: async (at) => {
        await at.locator('main section button').first().click();
        await at.getByRole('dialog').waitFor();
      },
    },
    { name: 'not-found', path: '/nowhere' },
    { name: 'palette', path: '/runs', act: press('Control+k') },
    { name: 'help', path: '/runs', act: press('?') },
  ];
}

/** Where the pages are, and a link that signs a browser in. */
interface Place {
  readonly origin: string;
  readonly link: () => Promise<string>;
}

async function shoot(
  context: BrowserContext,
  { origin, link }: Place,
  label: string,
  fixture: Fixture | undefined,
): Promise<void> {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${label}: ${message.text()}`);
  });
  page.on('pageerror', (error) => console.error(`${label}: ${error.message}`));
  await page.goto(await link());
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  const all = [
    ...(await shots(page, origin)),
    ...(fixture ? [...stackShots(), ...labelledShots(), ...scriptShots(), ...taskShots()] : []),
  ];
  for (const { name, path: address, act, before, width: wide = width } of all) {
    if (wanted.length > 0 && !wanted.some((one) => name.startsWith(one))) continue;
    if (fixture) await before?.(fixture);
    await page.setViewportSize({ width: wide, height: 900 });
    await page.goto(`${origin}${address}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
    await act?.(page);
    // As high as the page: what is painted only while in view is then painted.
    const isDialog = (await page.getByRole('dialog').count()) > 0;
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({
      width: wide,
      height: Math.max(900, Math.min(isDialog ? 900 : height, 4000)),
    });
    // Transitions and the first paint of canvases have no event of their own.
    await page.waitForTimeout(400);
    await page.screenshot({ path: path.join(folder, `${name}.${label}.png`) });
  }
  await page.close();
}

await mkdir(folder, { recursive: true });
await using opened = await openBrowser();
await using fixture = base === 'fixture' ? await startFixture() : undefined;
const engine = fixture ? null : await engineOf(base);
const place: Place = {
  origin: fixture?.url ?? engine?.url ?? '',
  link: async () =>
    fixture?.link('/') ??
    (engine ? (await rest<{ url: string }>(engine, 'POST', '/system/tickets')).url : ''),
};
for (const language of ['en', 'ko'] as const) {
  for (const scheme of ['light', 'dark'] as const) {
    const context = await opened.browser.newContext({
      viewport: { width, height: 900 },
      locale: language === 'ko' ? 'ko-KR' : 'en-GB',
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    await shoot(context, place, `${language}.${scheme}`, fixture);
    await context.close();
  }
}
