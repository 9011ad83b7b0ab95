import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import type { Scene } from './fixture-stack.ts';
import { fixtureSecret, fixtureUrls } from './fixture-stack-data.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

async function visit(address: string, scene: Scene, options: BrowserContextOptions = {}) {
  const seen = await visitFixture(opened, address, options, ({ story }) => {
    story.state.stack.state.profile = 'docker';
    story.state.stack.become(scene);
  });
  return { ...seen, stack: seen.fixture.story.state.stack };
}

const service = (page: Awaited<ReturnType<typeof visit>>['page'], name: string) =>
  page.getByRole('listitem', { name, exact: true });

test('before there is a stack the page says what it would be, and Start shows each step until all is healthy', async () => {
  const { page, stack, complaints } = await visit('/stack', 'absent');
  await page.getByText('Five services, one click').waitFor();
  await page.getByText('The embedded profile needs nothing installed').waitFor();
  await page.getByRole('button', { name: 'Start the stack' }).click();
  const work = page.getByRole('region', { name: 'Starting the stack' });
  await work.waitFor();
  stack.pull(0.2);
  const bar = work.getByRole('progressbar', { name: /Image of MongoDB/ });
  await bar.waitFor();
  const before = Number(await bar.getAttribute('aria-valuenow'));
  await work.getByText(/of 284 MiB · .*\/s · about .* left · \d of 9 layers/).waitFor();
  stack.pull(0.3);
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  stack.pull(1);
  stack.step('mongo', 'mongo-indexes', '17, 2 fixed');
  stack.step('redis', 'a-step-of-tomorrow', '');
  await work.getByText('Collections, validators and indexes').waitFor();
  await work.getByText('17, 2 fixed').waitFor();
  await work.getByText('a-step-of-tomorrow').waitFor();
  for (const name of ['postgres', 'mongo', 'redis', 's3', 'temporal'] as const)
    stack.setService(name, 'healthy');
  stack.end(null);
  await page.getByText(/^Started in /).waitFor();
  await expect.poll(() => service(page, 'MongoDB').textContent()).toContain('Healthy');
  expect(complaints).toEqual([]);
});

test('a reload in mid-operation shows the same steps again, and goes on', async () => {
  const { page, stack } = await visit('/stack', 'starting');
  const work = page.getByRole('region', { name: 'Starting the stack' });
  await work.getByText('Persistence settings verified').waitFor();
  const texts = async () =>
    (await work.locator('li').allTextContents()).map((text) => text.replace(/\d+\sm?s$/, ''));
  const before = await texts();
  await page.reload();
  await work.getByText('Persistence settings verified').waitFor();
  await expect.poll(texts).toEqual(before);
  stack.step('temporal', 'temporal-namespace', 'trainyard, 7 days');
  await work.getByText('Namespace and retention').waitFor();
});

test('an engine that was started anew counts from the beginning, and the page follows it', async () => {
  const { page, fixture, stack } = await visit('/stack', 'starting');
  await page.getByRole('region', { name: 'Starting the stack' }).waitFor();
  fixture.drop(true);
  stack.become('stopped');
  stack.begin('up');
  stack.step('postgres', 'start', 'of the new process');
  fixture.accept();
  await page.getByText('of the new process').waitFor();
  await expect.poll(() => page.getByText('Persistence settings verified').count()).toBe(0);
});

test('while something is running every verb is blocked and says why, also to the keyboard', async () => {
  const { page } = await visit('/stack', 'starting');
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await expect.poll(() => stop.getAttribute('aria-disabled')).toBe('true');
  await stop.focus();
  await page.getByRole('tooltip').getByText('The stack is busy. Wait until it finishes').waitFor();
  await stop.click({ force: true });
  await page.getByRole('region', { name: 'Starting the stack' }).waitFor();
});

test('a failed service says why, with the command that fixes it, its last lines and the way to the doctor', async () => {
  const { page } = await visit('/stack', 'failed');
  await page.getByText('Could not start the stack').waitFor();
  const row = service(page, 'PostgreSQL');
  const alert = row.getByRole('alert');
  await alert.getByText('Port 15432 of this machine is taken by postgres (pid 31337)').waitFor();
  await alert.getByText('port is already allocated').waitFor();
  expect(await alert.locator('code').first().textContent()).toContain(
    'sudo systemctl stop postgresql@16-main',
  );
  // Said once in full, where it belongs.
  expect(await page.getByRole('alert').count()).toBe(1);
  await alert.getByRole('link', { name: 'Ask the doctor' }).click();
  await expect.poll(() => page.title()).toBe('Doctor · Trainyard');
  await page.getByText('What you were looking for').waitFor();
});

test('a secret is asked for and in the page only once somebody wants to see it, and goes when hidden', async () => {
  const { page, stack, fixture } = await visit('/stack', 'running', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const html = () => page.evaluate(() => document.documentElement.outerHTML);
  await page.getByRole('heading', { name: 'Connect' }).waitFor();
  expect(stack.revealed).toBe(0);
  expect(await html()).not.toContain(fixtureSecret);
  await page.getByRole('button', { name: 'Copy the connection string of Redis' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(fixtureUrls.redis);
  expect(stack.revealed).toBe(1);
  expect(await html()).not.toContain(fixtureSecret);
  await page.getByRole('button', { name: 'Reveal the connection string of PostgreSQL' }).click();
  await page.getByText(fixtureUrls.postgres).waitFor();
  expect(await html()).not.toContain(fixtureUrls.mongo);
  await page.getByRole('button', { name: 'Hide the connection string of PostgreSQL' }).click();
  await expect.poll(html).not.toContain(fixtureSecret);
  await page.goto(`${fixture.url}/runs`);
  expect(await html()).not.toContain(fixtureSecret);
});

test('destroying asks for the stack’s name, says what goes, and names it where another one was typed', async () => {
  const { page, stack } = await visit('/stack', 'running');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Destroy…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('containers, network and volumes are removed').waitFor();
  const destroy = dialog.getByRole('button', { name: 'Destroy' });
  await dialog.getByRole('textbox').fill('trainyard');
  expect(await destroy.isDisabled()).toBe(true);
  expect(await dialog.getByText('Exactly').count()).toBe(0);
  await dialog.getByRole('textbox').blur();
  await dialog.getByText('Exactly trainyard-1f0c9a7e').waitFor();
  await dialog.getByRole('textbox').fill('trainyard-1f0c9a7e');
  await destroy.click();
  await page.getByRole('region', { name: 'Destroying the stack' }).waitFor();
  expect(stack.state.operation?.verb).toBe('destroy');
});

test('going over to another profile says that data stays, and a migration shows the counts', async () => {
  const { page, stack } = await visit('/stack', 'running');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Use embedded…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Data does not move').waitFor();
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('the engine uses: Embedded').waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Migrate data…' }).click();
  await dialog.getByText('The source stays as it is').waitFor();
  await dialog.getByRole('button', { name: 'Migrate', exact: true }).click();
  await page.getByRole('region', { name: 'Migrating data' }).waitFor();
  stack.step(null, 'migrate-database', '48213 = 48213, 48213 copied');
  stack.end(null);
  await page.getByText('48213 = 48213, 48213 copied').waitFor();
  await page.getByText(/^Migrated in /).waitFor();
});

test('where Docker does not answer the page says why and how to fix it, and continues automatically', async () => {
  const { page, stack } = await visit('/stack', 'running');
  await service(page, 'Redis').waitFor();
  stack.daemonDown = true;
  const alert = page.getByRole('alert');
  await alert.getByText('Docker does not answer at').waitFor();
  expect(await alert.locator('code').first().textContent()).toContain('sudo systemctl start docker');
  expect(await service(page, 'Redis').count()).toBe(0);
  stack.daemonDown = false;
  await service(page, 'Redis').waitFor();
  await alert.waitFor({ state: 'detached' });
});

test('load is measured while the page is seen, with its limit in words', async () => {
  const { page } = await visit('/stack', 'running');
  const row = service(page, 'PostgreSQL');
  await row.getByText(/of 2.0 GiB/).waitFor();
  const line = row.getByRole('img', { name: /CPU of PostgreSQL over the last two minutes/ });
  await expect.poll(() => line.locator('polyline').count()).toBe(1);
});

test('logs of all services come together, are filtered, searched, paused by scrolling up and saved', async () => {
  const { page, stack } = await visit('/stack?tab=logs', 'running');
  const rows = page.locator('.xterm-rows');
  for (let number = 0; number < 3000; number += 1) stack.addLog('postgres', `checkpoint ${number}`);
  await expect.poll(() => rows.textContent()).toContain('checkpoint 2999');
  await page.locator('.xterm').hover();
  await page.mouse.wheel(0, -4000);
  const follow = page.getByRole('button', { name: 'Follow' });
  await follow.waitFor();
  stack.addLog('redis', 'said while nobody followed');
  await page.getByRole('button', { name: 'Follow: 1 new line' }).click();
  await expect.poll(() => rows.textContent()).toContain('said while nobody followed');
  await page.getByLabel('Search the log').fill('checkpoint 777');
  await expect.poll(() => rows.textContent()).toContain('checkpoint 777');
  await page.getByRole('button', { name: 'MongoDB', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('services')).toBe('mongo');
  await expect.poll(() => rows.textContent()).not.toContain('checkpoint');
  await expect.poll(() => rows.textContent()).toContain('Waiting for connections');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  const saved = await readFile(await download.path(), 'utf8');
  expect(saved).toContain('Waiting for connections');
  expect(saved).not.toContain('checkpoint');
});

test('the stack is reached by keys and by the palette, and its state stands in the navigation', async () => {
  const { page, stack } = await visit('/runs', 'running');
  await page.getByRole('link', { name: 'Stack Running' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await expect.poll(() => page.title()).toBe('Stack · Trainyard');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('stop the');
  await page.getByRole('option', { name: 'Projects' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Stopping the stack' }).waitFor();
  expect(stack.state.operation?.verb).toBe('down');
});

test('everything on the page is reached by Tab, and what has no words has a name', async () => {
  const { page } = await visit('/stack', 'running');
  await service(page, 'Temporal').waitFor();
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('main button, main a, main input')]
      .filter((element) => !(element.getAttribute('aria-label') ?? element.textContent ?? '').trim())
      .map((element) => element.outerHTML),
  );
  expect(nameless).toEqual([]);
  const wanted = await page.locator('main button:visible, main a:visible').count();
  await page.locator('#main').focus();
  const reached = new Set<string>();
  for (let step = 0; step < wanted + 20; step += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''));
  }
  for (const label of [
    'Stop PostgreSQL',
    'Logs of Temporal',
    'Reveal the connection string of MinIO',
    'More actions',
  ]) {
    expect([...reached]).toContain(label);
  }
});

test('the page speaks Korean: states, steps, causes and dialogs', async () => {
  const { page, stack } = await visit('/stack', 'starting', { locale: 'ko-KR' });
  await page.getByText('스택 시작하는 중').waitFor();
  await page.getByText('영속 설정 확인').waitFor();
  await page.getByText('응답 기다리기').first().waitFor();
  await expect.poll(() => service(page, 'MongoDB').textContent()).toContain('정상');
  stack.become('running');
  await page.getByText('서비스').first().waitFor();
  await page.getByRole('button', { name: 'PostgreSQL 접속 문자열 보기' }).waitFor();
  const english = await page.evaluate(() =>
    [...document.querySelectorAll('main dt, main h2, main button')]
      .map((element) => element.textContent ?? '')
      .filter((text) => /^[A-Z][a-z]+ [a-z]+/.test(text)),
  );
  expect(english).toEqual([]);
});
