import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { makeProblem } from '../../src/main/features/datasets/problems.ts';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureId } from './fixture-data.ts';
import type { Fixture } from './fixture-server.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

const risky = ({ story: { state } }: Fixture) => {
  state.trainingRisks = [
    makeProblem('FEW_IMAGES', '', { few: 2, classes: 3, least: 10, list: 'rose (3), tulip (4)' }),
    makeProblem('NEAR_DUPLICATES', '', {
      heldOut: 40,
      count: 3,
      examples: { en: 'val/rose/1.png looks like train/rose/9.png', ko: 'val/rose/1.png ≈ train/rose/9.png' },
    }),
  ];
};
const dataset = fixtureId(2, 1);

test.each([
  ['the form of a new run', `/runs/new?dataset=${dataset}`],
  ['the dataset’s page', `/datasets/${dataset}`],
])('%s says with numbers what would train badly, before anything is trained', async (_, address) => {
  const { page, complaints } = await visitFixture(opened, address, {}, risky);
  const alert = page.getByRole('alert').filter({ hasText: 'make training worse' });
  await alert
    .getByText('2 of 3 classes have fewer than 10 images to train on: rose (3), tulip (4)')
    .waitFor();
  expect(await alert.innerText()).toContain('val/rose/1.png looks like train/rose/9.png');
  expect(complaints).toEqual([]);
});

test('in Korean the warning is Korean, and keeps the numbers', async () => {
  const { page } = await visitFixture(opened, `/runs/new?dataset=${dataset}`, { locale: 'ko-KR' }, risky);
  const alert = page.getByRole('alert').filter({ hasText: '문제가 2가지 있습니다' });
  await alert
    .getByText('클래스 3개 중 2개는 학습할 이미지가 10장도 안 됩니다: rose (3), tulip (4)')
    .waitFor();
});
