import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { type Fixture, startFixture } from './fixture-server.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/**
 * What lies between the page and the engine: it passes everything on, keeps the engine's answers until it does again, swallows
 * everything in both directions, or refuses.
 */
type Way = 'through' | 'late' | 'silent' | 'refused';

interface Tab {
  readonly page: Page;
  readonly fixture: Fixture;
  readonly link: (address: string) => string;
  readonly go: (way: Way) => void;
}

async function openTab(locale = 'en-GB'): Promise<Tab> {
  const fixture = await startFixture();
  const context = await opened.browser.newContext({ locale });
  onTestFinished(async () => {
    await context.close();
    await fixture[Symbol.asyncDispose]();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  let way: Way = 'through';
  const sockets = new Set<WebSocketRoute>();
  const kept: (() => void)[] = [];
  await page.routeWebSocket(/\/rpc$/, async (socket) => {
    if (way === 'refused') return socket.close();
    sockets.add(socket);
    if (way === 'silent') return;
    const engine = socket.connectToServer();
    for (const [from, to] of [
      [socket, engine],
      [engine, socket],
    ] as const)
      from.onMessage((message) => {
        if (way === 'late' && to === socket) kept.push(() => to.send(message));
        else if (way === 'through' || way === 'late') to.send(message);
      });
  });
  // Only what the tests jump over; seconds pass as ever.
  await page.clock.install();
  return {
    page,
    fixture,
    link: fixture.link,
    go: (next) => {
      way = next;
      if (next === 'through') for (const send of kept.splice(0)) send();
      if (next === 'refused') for (const socket of sockets) void socket.close();
    },
  };
}

test('a connection that stays open and answers nothing is told and made anew, and what was asked meanwhile is answered', async () => {
  const { page, link, go } = await openTab();
  await page.goto(link('/runs'));
  await page.getByText('Engine connected').waitFor();
  await page.locator('main tbody a').first().waitFor();
  go('silent');
  await page.getByRole('link', { name: 'Projects' }).click();
  // One period until the page asks, one that it waits.
  await page.clock.fastForward(16_000);
  await page.clock.fastForward(16_000);
  await page.getByText('Engine not reachable', { exact: true }).waitFor();
  go('through');
  await page.clock.fastForward(16_000);
  await page.getByText('Engine connected').waitFor();
  await page.locator('main a[href^="/projects/"]').first().waitFor();
});

test('what a person asks for while the engine is away is refused in seconds, and is not done once it is back', async () => {
  const { page, link, go } = await openTab();
  await page.goto(link('/datasets'));
  await page.locator('main a[href^="/datasets/"]').first().click();
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  go('refused');
  await page.getByText('Engine not reachable', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.clock.fastForward(6000);
  await dialog.getByText('nothing was sent').waitFor();
  go('through');
  await page.clock.fastForward(6000);
  await page.getByText('Engine connected').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
});

test('in Korean, what the page itself refuses is said once, and in Korean', async () => {
  const { page, link, go } = await openTab('ko-KR');
  await page.goto(link('/datasets'));
  await page.locator('main a[href^="/datasets/"]').first().click();
  await page.getByRole('button', { name: '삭제' }).waitFor();
  go('refused');
  await page.getByText('엔진에 연결할 수 없음', { exact: true }).waitFor();
  await page.getByRole('button', { name: '삭제' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '삭제' }).click();
  await page.clock.fastForward(6000);
  const refusal = dialog.getByRole('alert');
  await refusal.waitFor();
  const said = (await refusal.innerText()).split('\n').filter((line) => line !== '');
  expect(said).toEqual([
    '엔진에 연결할 수 없어 아무것도 보내지 않았습니다',
    '다시 연결되면 한 번 더 시도하세요.',
    'NOT_CONNECTED',
  ]);
});

async function askForProject(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New project' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
}

/** Before the page could show anything between the two. */
function createAndEscapeAtOnce(page: Page): Promise<void> {
  return page.evaluate(() => {
    document.querySelector<HTMLButtonElement>('[role="dialog"] button[type="submit"]')?.click();
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  });
}

async function createThenEscape(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create' }).click();
  await page.keyboard.press('Escape');
}

test.each([
  ['in the moment in which it was asked for', createAndEscapeAtOnce],
  ['while it waits for the engine', createThenEscape],
])('a change whose dialog is closed %s is not made once the engine is back', async (_, createAndEscape) => {
  const { page, link, go, fixture } = await openTab();
  await page.goto(link('/projects'));
  await page.getByText('Engine connected').waitFor();
  await askForProject(page, 'taken back');
  go('refused');
  await page.getByText('Engine not reachable', { exact: true }).waitFor();
  await createAndEscape(page);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  go('through');
  // Not so far that the wish is too old by itself.
  await page.clock.fastForward(2000);
  await page.getByText('Engine connected').waitFor();
  await page.getByRole('link', { name: 'Datasets' }).click();
  await page.locator('main a[href^="/datasets/"]').first().waitFor();
  expect([...fixture.story.state.projects.values()].map(({ name }) => name)).not.toContain('taken back');
  expect(new URL(page.url()).pathname).toBe('/datasets');
});

test('a change that is on its way when its dialog is closed is waited for, and what came of it is shown', async () => {
  const { page, link, go } = await openTab();
  await page.goto(link('/projects'));
  await page.getByText('Engine connected').waitFor();
  await askForProject(page, 'on its way');
  go('late');
  await createThenEscape(page);
  await page.getByRole('dialog').getByText('The request is sent').waitFor();
  go('through');
  await page.getByRole('heading', { level: 1, name: 'on its way' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});
