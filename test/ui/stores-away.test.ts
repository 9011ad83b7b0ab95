import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import type { Scene } from './fixture-stack.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;

beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

async function visit(address: string, scene: Scene) {
  const seen = await visitFixture(opened, address, {}, ({ story }) => {
    story.state.stack.state.profile = 'docker';
    story.state.stack.become(scene);
  });
  return { ...seen, stack: seen.fixture.story.state.stack };
}

test('pages whose stores are away say so, start the stack, keep what was typed, and go on by themselves', async () => {
  const { page, fixture, stack, complaints } = await visit('/runs/new', 'stopped');
  const { state } = fixture.story;
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('typed before the stack stopped');
  state.setStores(false);
  await page.getByText('The stack is stopped').waitFor();
  await name.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Start the stack' }).click();
  await page.getByText('The stack is starting').waitFor();
  for (const one of ['postgres', 'mongo', 'redis', 's3', 'temporal'] as const)
    stack.setService(one, 'healthy');
  stack.end(null);
  state.setStores(true);
  await name.waitFor();
  expect(await name.inputValue()).toBe('typed before the stack stopped');
  await page.getByRole('link', { name: 'Runs' }).first().click();
  await page.locator('main tbody a').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a run’s page that was open when the stores went away gets its new points once they are back', async () => {
  const { page, fixture } = await visit('/projects', 'running');
  const { state, runs } = fixture.story;
  const { running } = runs;
  const painted = () => page.evaluate((id) => window.__trainyard?.paintedSeq[id] ?? 0, running.run.id);
  await page.goto(`${fixture.url}/runs/${running.run.id}`);
  await expect.poll(painted).toBe(running.points.at(-1)?.seq);
  state.setStores(false);
  state.addSteps(running, 10, 50);
  await page.getByText('The stores can’t be used').waitFor();
  state.setStores(true);
  await expect.poll(painted).toBe(running.points.at(-1)?.seq);
  await page.getByRole('figure').first().waitFor();
});

test('pages of a database that stopped answering say so in Korean too, and go on by themselves', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/projects', { locale: 'ko-KR' });
  const { state } = fixture.story;
  await page.locator('main h1').waitFor();
  state.databaseSilent = true;
  await page.getByRole('link', { name: '학습' }).first().click();
  await page.getByText('저장소를 쓸 수 없습니다').waitFor();
  await page.getByText('데이터베이스가 응답하지 않습니다').waitFor();
  const shots = process.env.TRAINYARD_SHOTS;
  if (shots) await page.screenshot({ path: path.join(shots, 'database-silent-ko.png') });
  state.databaseSilent = false;
  await page.locator('main tbody a').first().waitFor();
  expect(complaints).toEqual([]);
});
