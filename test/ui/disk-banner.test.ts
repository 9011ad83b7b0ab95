import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import type { DiskState } from '../../src/shared/contract/system.ts';
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

const mebibyte = 1024 ** 2;
const room = (level: DiskState['level'], freeBytes: number): DiskState => ({
  level,
  disks: [{ path: '/data', freeBytes, totalBytes: 512 * 1024 * mebibyte, level }],
});

test('every page says how much room is left and what to do, and stops saying it once there is room', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/projects');
  const { state } = fixture.story;
  const banner = page.getByRole('alert').filter({ hasText: 'The disk is full' });
  expect(await banner.count()).toBe(0);
  state.setDisk(room('full', 12 * mebibyte));
  await banner.waitFor();
  expect(await banner.innerText()).toContain('12.0 MiB of 512 GiB free at /data');
  expect(await banner.innerText()).toContain('Free some space');
  for (const name of ['Datasets', 'Runs', 'Doctor']) {
    await page.getByRole('link', { name }).first().click();
    await page.locator('main h1').filter({ hasText: name }).waitFor();
    expect(await banner.isVisible()).toBe(true);
  }
  state.setDisk(room('ok', 400 * 1024 * mebibyte));
  await banner.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a warning of little room can be hidden, in Korean too; a full disk comes back over it', async () => {
  const { page, fixture } = await visitFixture(opened, '/runs', { locale: 'ko-KR' }, ({ story }) => {
    story.state.disk = room('low', 900 * mebibyte);
  });
  const warning = page.getByRole('status').filter({ hasText: '디스크 공간이 얼마 남지 않았습니다' });
  await warning.waitFor();
  expect(await warning.innerText()).toContain('/data의 512 GiB 가운데 900 MiB가 남았습니다');
  await page.getByRole('button', { name: '이 경고 숨기기' }).click();
  await warning.waitFor({ state: 'detached' });
  fixture.story.state.setDisk(room('full', 0));
  await page.getByRole('alert').filter({ hasText: '디스크가 가득 찼습니다' }).waitFor();
  expect(await page.getByRole('button', { name: '이 경고 숨기기' }).count()).toBe(0);
  const shots = process.env.TRAINYARD_SHOTS;
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, 'disk-ko-light.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: path.join(shots, 'disk-ko-dark.png') });
});
