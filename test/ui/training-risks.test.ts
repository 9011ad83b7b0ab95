import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureId } from './fixture-data.ts';
import type { Fixture } from './fixture-server.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

const risky = ({ story: { state } }: Fixture) => {
  state.trainingRisks = [
    {
      code: 'FEW_IMAGES',
      path: '',
      message: '2 of 3 classes have fewer than 10 images to train on: rose (3), tulip (4)',
      hint: 'Add images of these classes: some hundred each are a good start.',
      parameters: {},
    },
    {
      code: 'NEAR_DUPLICATES',
      path: '',
      message:
        'Images look nearly the same as ones of another split: of 40 images of validation and test 3; val/rose/1.png looks like train/rose/9.png',
      hint: 'Look at the examples: copies and frames of one film belong into one split.',
      parameters: {},
    },
  ];
};
const dataset = fixtureId(2, 1);

test.each([
  ['the form of a new run', `/runs/new?dataset=${dataset}`],
  ['the dataset’s page', `/datasets/${dataset}`],
])('%s says with numbers what would train badly, before anything is trained', async (_, address) => {
  const { page, complaints } = await visitFixture(opened, address, {}, risky);
  const alert = page.getByRole('alert').filter({ hasText: 'make a training worse' });
  await alert
    .getByText('2 of 3 classes have fewer than 10 images to train on: rose (3), tulip (4)')
    .waitFor();
  expect(await alert.innerText()).toContain('val/rose/1.png looks like train/rose/9.png');
  expect(complaints).toEqual([]);
});

test('in Korean the warning is Korean, and keeps the numbers', async () => {
  const { page } = await visitFixture(opened, `/runs/new?dataset=${dataset}`, { locale: 'ko-KR' }, risky);
  const alert = page.getByRole('alert').filter({ hasText: '문제가 2가지 있습니다' });
  await alert.getByText('학습할 이미지가 10장도 안 되는 클래스가 있습니다').waitFor();
  expect(await alert.innerText()).toContain('rose (3), tulip (4)');
});
