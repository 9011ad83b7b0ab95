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

test('findings stand under what they are about, errors first, with the command that fixes them', async () => {
  const { page, complaints } = await visit('/doctor');
  await page.getByText('2 errors · 1 warning · 7 checks passed').waitFor();
  await page.getByText(/^took /).waitFor();
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'Docker and the stack',
    'NVIDIA GPU',
    'Machine',
    'State folder and stores',
    'Network',
  ]);
  const machine = page.getByRole('region', { name: 'Machine' });
  expect(await machine.locator('code').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringContaining('sudo mount -o remount,size=8G /dev/shm')]),
  );
  expect(complaints).toEqual([]);
});

test('what is well and what was seen are folded away, and unfold by keyboard', async () => {
  const { page } = await visit('/doctor');
  const docker = page.getByRole('region', { name: 'Docker and the stack' });
  await docker.getByText('A port of the stack is taken').waitFor();
  expect(await page.getByText('Docker answers and is new enough.').count()).toBe(0);
  await docker.getByRole('button', { name: '2 checks passed' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Docker answers and is new enough.').waitFor();
  const evidence = docker.getByText('pid 31337');
  expect(await evidence.isVisible()).toBe(false);
  await docker.getByRole('button', { name: 'Evidence' }).first().click();
  await evidence.waitFor();
});

test('a link with a code leads to that finding, also among those that are well', async () => {
  const { page, fixture } = await visit('/doctor?code=GPU_DRIVER_MISSING');
  const asked = page.locator('[data-asked]');
  await expect.poll(() => asked.textContent()).toContain('No NVIDIA driver answers.');
  await page.getByText('nvidia-smi: command not found').waitFor();
  await page.goto(`${fixture.url}/doctor?code=DNS_OK`);
  await expect.poll(() => asked.textContent()).toContain('Names are resolved.');
  await page.goto(`${fixture.url}/doctor?code=SOMETHING_ELSE`);
  await page.getByText('There is no finding SOMETHING_ELSE').waitFor();
});

test('the checks run again when asked, and an engine that cannot is said to', async () => {
  const { page, fixture } = await visit('/doctor');
  await page.getByText('2 errors').waitFor();
  fixture.faults.set('system.doctor', 'DOCTOR_BROKE');
  await page.getByRole('button', { name: 'Run the checks' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('DOCTOR_BROKE', { exact: true }).waitFor();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await alert.waitFor({ state: 'detached' });
});

test('the findings come in the page’s language, and change with it', async () => {
  const { page } = await visit('/doctor', { locale: 'ko-KR' });
  await page.getByText('스택의 포트를 다른 프로그램이 쓰고 있습니다.').waitFor();
  await page.getByText('오류 2건 · 경고 1건 · 통과 7건').waitFor();
  await page.getByRole('button', { name: '언어' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByText('A port of the stack is taken by another program.').waitFor();
});

test('the doctor answers also where the stores are away', async () => {
  const { page, fixture } = await visit('/doctor');
  fixture.story.state.setStores(false);
  await page.getByRole('button', { name: 'Run the checks' }).click();
  await page.getByText('2 errors').waitFor();
});
