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

/** The form of a new run, for a script of one's own. */
async function visitForm() {
  const visited = await visitFixture(opened, '/runs/new');
  const { page } = visited;
  await page.getByText('A script of your own', { exact: true }).click();
  return { ...visited, field: (name: string) => page.getByRole('textbox', { name }) };
}

test('a script is started from the page with its command, folder, image and variables, and nothing of a model', async () => {
  const { page, field, fixture, complaints } = await visitForm();
  await field('Command').fill('python train.py --epochs 10');
  await field('Folder').fill(' /home/me/detector ');
  await field('Docker image').fill('lab/torch:cpu');
  await field('Environment variables').fill('CUDA_VISIBLE_DEVICES=0\n\nNAME=a=b');
  expect(await page.getByRole('button', { name: 'Save as template' }).count(), 'of a script').toBe(0);
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.waitForURL(/\/runs\/[0-9a-f]/);
  expect(fixture.story.state.wishes).toMatchObject([
    {
      script: {
        ...{ command: 'python train.py --epochs 10', folder: '/home/me/detector', image: 'lab/torch:cpu' },
        environment: { CUDA_VISIBLE_DEVICES: '0', NAME: 'a=b' },
      },
      ...{ executor: 'auto', overrides: {}, source: 'manual' },
    },
  ]);
  expect(fixture.story.state.wishes[0]).not.toHaveProperty('dataset');
  expect(fixture.story.state.wishes[0]).not.toHaveProperty('model');
  expect(complaints).toEqual([]);
});

test('what is wrong with a script is said at its field', async () => {
  const { page, field } = await visitForm();
  const start = page.getByRole('button', { name: 'Start training' });
  await field('Command').fill('python train.py');
  await field('Folder').fill('/gone');
  await field('Environment variables').fill('A=1\nno variable');
  await page.getByText('Line 2 is not NAME=value').waitFor();
  expect(await start.isDisabled()).toBe(true);
  await field('Environment variables').fill('A=1');
  await start.click();
  await expect.poll(() => field('Folder').getAttribute('aria-invalid')).toBe('true');
  await field('Folder').fill('/home/me');
  await expect.poll(() => field('Folder').getAttribute('aria-invalid')).not.toBe('true');
});

test('the folder of a script is chosen in the window’s dialog', async () => {
  const { page, field } = await visitForm();
  expect(await page.getByRole('button', { name: 'Choose' }).count(), 'in a browser').toBe(0);
  await page.evaluate(() => {
    Object.assign(window, { trainyardDesktop: { choosePath: async () => '/data/detector' } });
  });
  await field('Command').fill('python train.py');
  await page.getByRole('button', { name: 'Choose' }).click();
  await expect.poll(() => field('Folder').inputValue()).toBe('/data/detector');
});

test('a run of a script is duplicated: the form begins with its command, folder and variables', async () => {
  const { page, fixture, field } = await visitForm();
  const { run } = fixture.story.runs.completed;
  const script = {
    ...{ command: 'python train.py', folder: '/home/me', image: null },
    environment: { PATH: '/opt/venv/bin:/usr/bin', NOTE: 'two\nlines' },
  };
  Object.assign(run, { script, config: null, dataset: null, model: 'script/train.py', executor: 'process' });
  await page.goto(`${fixture.url}/runs/${run.id}`);
  await page.locator('main header button[aria-haspopup=menu]').click();
  await page.getByRole('menuitem', { name: 'Duplicate and edit' }).click();
  await expect.poll(() => field('Command').inputValue()).toBe('python train.py');
  await field('Command').fill('python train.py --epochs 3');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect.poll(() => fixture.story.state.wishes.length).toBe(1);
  expect(fixture.story.state.wishes[0]).toMatchObject({
    project: run.project.id,
    script: { ...script, command: 'python train.py --epochs 3' },
  });
});

test('before a script is cancelled nothing is promised that only our trainers do', async () => {
  const { page, fixture } = await visitForm();
  const { run } = fixture.story.runs.running;
  const script = { command: 'python train.py', folder: '/home/me', image: null, environment: {} };
  Object.assign(run, { script, config: null, dataset: null, model: 'script/train.py', executor: 'process' });
  await page.goto(`${fixture.url}/runs/${run.id}`);
  await page.getByRole('button', { name: 'Cancel run' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByText('started over').waitFor();
  expect(await asked.innerText()).not.toMatch(/resume|checkpoint/);
});

test.each(['en-GB', 'ko-KR'])('the fields of a script fit into every window (%s)', async (locale) => {
  const { page } = await visitFixture(opened, '/runs/new', { locale });
  await page.getByText(/^(A script of your own|직접 작성한 스크립트)$/).click();
  for (const width of [390, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(wide, { message: `${width}` }).toBeLessThanOrEqual(width);
  }
});

test('a config file that is taken leads back to the fields of a model', async () => {
  const { page, field } = await visitForm();
  const buffer = Buffer.from('training: { epochs: 5 }');
  await page.locator('input[type=file]').setInputFiles({ name: 'a.yaml', mimeType: 'text/plain', buffer });
  await expect.poll(() => field('Epochs').first().inputValue()).toBe('5');
});
