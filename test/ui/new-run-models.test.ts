import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureId } from './fixture-data.ts';
import { addLabelled, labelledId } from './fixture-labelled.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

/** The form of a new run on the labelled dataset. */
async function visitForm(search = `?dataset=${labelledId}`, locale = 'en-GB') {
  const visited = await visitFixture(opened, '/projects', { locale });
  const { page, fixture } = visited;
  await addLabelled(fixture.story.state);
  await page.goto(`${fixture.url}/runs/new${search}`);
  const choose = async (field: string, option: string) => {
    await page.getByRole('combobox', { name: field }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  return { ...visited, choose };
}

test('only what the chosen trainer knows is asked for, and each field says what it does', async () => {
  const { page, choose } = await visitForm(`?dataset=${fixtureId(2, 1)}`);
  const fields = page.locator('form');
  await page.getByRole('button', { name: 'Advanced' }).click();
  await fields.getByText('How often every image is seen.').waitFor();
  for (const name of ['GPUs', 'Reading processes'])
    expect(await fields.getByRole('textbox', { name, exact: true }).count(), name).toBe(0);
  await choose('Model', 'timm/resnet18');
  await fields.getByRole('textbox', { name: 'GPUs', exact: true }).waitFor();
  await fields.getByRole('switch', { name: 'Balance the classes' }).waitFor();
  await page.goto(`${new URL(page.url()).origin}/runs/new?dataset=${labelledId}`);
  await page.getByRole('button', { name: 'Advanced' }).click();
  await fields.getByRole('textbox', { name: 'Reading processes' }).waitFor();
  expect(await fields.getByRole('switch', { name: 'Balance the classes' }).count(), 'of a detector').toBe(0);
  await page.getByRole('combobox', { name: 'Watched metric' }).click();
  await page.getByRole('option', { name: 'val_map50_95' }).waitFor();
  expect(await page.getByRole('option', { name: 'val_accuracy' }).count()).toBe(0);
});

test('where a model is trained is chosen by itself, and why is said', async () => {
  const { page, choose, fixture } = await visitForm();
  const field = page.getByRole('combobox', { name: 'Where it trains' });
  await expect.poll(() => field.inputValue()).toBe('Automatic');
  await page
    .getByText(
      'Python environment: the first that works here. Docker container: Docker Engine is not running: nothing answers at unix:///var/run/docker.sock.',
    )
    .waitFor();
  await choose('Where it trains', 'Docker container');
  await expect.poll(() => page.getByText('the first that works here').count()).toBe(0);
  await choose('Where it trains', 'Python environment');
  await page.getByRole('textbox', { name: 'Batch size' }).fill('16');
  await page.getByRole('textbox', { name: 'GPUs' }).fill('2');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => fixture.story.state.wishes.length).toBe(1);
  expect(fixture.story.state.wishes[0]).toMatchObject({
    executor: 'venv',
    model: 'torchvision/fcos_resnet18_fpn',
    overrides: { task: { type: 'detection' }, training: { batchSize: 16 }, resources: { gpuCount: 2 } },
  });
});

test('where nothing can train a model, each reason is said', async () => {
  const { page, fixture } = await visitForm(`?dataset=${fixtureId(2, 1)}`, 'ko-KR');
  fixture.story.state.executors.splice(1, 1);
  await page.reload();
  await page.getByRole('combobox', { name: '모델' }).click();
  await page.getByRole('option', { name: 'timm/resnet18' }).click();
  await page.getByText('아직 여기에는 이 모델을 학습할 수 있는 곳이 없습니다.').waitFor();
  await page.getByText('Python 환경: 이 엔진에 없습니다.').waitFor();
});

test('the licence of a model of Ultralytics is said where it is chosen, and of no other', async () => {
  const { page, choose } = await visitForm();
  await choose('Model', 'ultralytics/yolo11n');
  await page.getByRole('alert').filter({ hasText: 'Licence: AGPL-3.0' }).waitFor();
  await choose('Model', 'torchvision/fcos_resnet18_fpn');
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
});

test('what was entered for another trainer is not sent to this one', async () => {
  const { page, choose, fixture } = await visitForm(`?dataset=${fixtureId(2, 1)}`);
  await choose('Model', 'timm/resnet18');
  await page.getByRole('textbox', { name: 'GPUs' }).fill('2');
  await choose('Model', 'builtin/cnn');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => fixture.story.state.wishes.length).toBe(1);
  expect(fixture.story.state.wishes[0]?.overrides).toEqual({});
});

test('a model that does not fit the dataset is replaced in no silence', async () => {
  const { page, choose, fixture } = await visitForm(`?dataset=${fixtureId(2, 1)}`);
  await choose('Model', 'timm/resnet18');
  const said = page.getByText('“timm/resnet18” does not fit this dataset');
  expect(await said.count()).toBe(0);
  const labelled = fixture.story.state.datasets.get(labelledId);
  await page.getByRole('combobox', { name: 'Dataset' }).click();
  await page.getByRole('option', { name: labelled?.name ?? '' }).click();
  await said.waitFor();
});

test('a run is duplicated: the form begins with its settings, and what is changed is sent', async () => {
  const { page, fixture } = await visitForm();
  const { run } = fixture.story.runs.completed;
  if (run.config) run.config.training.learningRate = 0.0007;
  await page.goto(`${fixture.url}/runs/${run.id}`);
  await page.locator('main header button[aria-haspopup=menu]').click();
  await page.getByRole('menuitem', { name: 'Duplicate and edit' }).click();
  const rate = page.getByRole('textbox', { name: 'Learning rate' });
  await expect.poll(() => rate.inputValue()).toBe('0.0007');
  await page.getByRole('textbox', { name: 'Epochs' }).fill('3');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => fixture.story.state.wishes.length).toBe(1);
  expect(fixture.story.state.wishes[0]).toMatchObject({
    ...{ model: 'builtin/cnn', executor: 'builtin', dataset: run.dataset?.id },
    overrides: { training: { epochs: 3, learningRate: 0.0007 } },
  });
});

const yaml = `model: { source: timm, name: resnet26 }
training:
  epochs: 5
  learningRate: 1e-4
  scheduler: { type: step }
`;

test('a config file fills the form, and a wrong one changes nothing and is named by line and field', async () => {
  const { page, fixture } = await visitForm(`?dataset=${fixtureId(2, 1)}`);
  const take = (name: string, text: string) =>
    page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  await field('Epochs').waitFor();
  await take('bad.yaml', yaml.replace('epochs', 'epoch'));
  const alert = page.getByRole('alert').filter({ hasText: 'bad.yaml can’t be used' });
  await alert.getByText('line 3 · training.epoch · there is no such field').waitFor();
  expect(await field('Epochs').inputValue()).toBe('8');
  await take('cut.json', '{"training": {\n"epochs": ');
  await page.getByText(/line 2 · not JSON/).waitFor();
  await take('words.yaml', 'training:\n  epochs: many\n');
  await page.getByText('line 2 · training.epochs · it must be a number').waitFor();
  await take('low.yaml', 'training:\n  epochs: 0\n');
  await page.getByText('line 2 · training.epochs · it must be 1 or more').waitFor();
  await take('good.yaml', yaml);
  await expect.poll(() => field('Epochs').inputValue()).toBe('5');
  expect(await field('Learning rate').inputValue()).toBe('0.0001');
  expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe('timm/resnet26');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => fixture.story.state.wishes.length).toBe(1);
  expect(fixture.story.state.wishes[0]).toMatchObject({
    model: 'timm/resnet26',
    overrides: { training: { epochs: 5, learningRate: 0.0001, scheduler: { type: 'step' } } },
  });
});

test('a config file may be dropped anywhere on the page, and in Korean its faults are said in Korean', async () => {
  const { page } = await visitForm(`?dataset=${fixtureId(2, 1)}`, 'ko-KR');
  const epochs = page.getByRole('textbox', { name: '에폭', exact: true });
  await epochs.waitFor();
  const drop = async (text: string) => {
    const held = await page.evaluateHandle((content) => {
      const carried = new DataTransfer();
      carried.items.add(new File([content], 'mine.yaml'));
      return carried;
    }, text);
    await page.dispatchEvent('main h1', 'drop', { dataTransfer: held });
  };
  await drop('training: { epochs: many }');
  await page.getByText('1번째 줄 · training.epochs · 숫자여야 합니다').waitFor();
  await drop('training: { optimizer: best }');
  await page.getByText(/training.optimizer · 다음 중 하나여야 합니다: sgd, /).waitFor();
  await drop('training: { epochs: 5 }');
  await expect.poll(() => epochs.inputValue()).toBe('5');
});
