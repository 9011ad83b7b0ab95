import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { addDetection, addSegmentation, artifact } from './fixture-artifacts.ts';
import type { FixtureRun } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]();
});

async function visitTab(
  make: (state: FixtureState) => Promise<FixtureRun> | FixtureRun,
  locale: 'en-GB' | 'ko-KR' = 'en-GB',
) {
  const visited = await visitFixture(opened, '/projects', { locale });
  const entry = await make(visited.fixture.story.state);
  await visited.page.goto(`${visited.fixture.url}/runs/${entry.run.id}?tab=predict`);
  await visited.page.locator('main h1').getByText(entry.run.name).waitFor();
  return { ...visited, entry };
}

const image = async () => ({
  name: 'shapes.png',
  mimeType: 'image/png',
  buffer: await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .png()
    .toBuffer(),
});

/** A finished run of the story, which is of a classification. */
function finishedClassifier(state: FixtureState): FixtureRun {
  const entry = [...state.runs.values()].find(({ run }) => run.status === 'completed' && run.config);
  if (!entry) throw new Error('no run of the fixture is completed');
  artifact(state, entry, 'model', 'model.json', {});
  return entry;
}

test('an image that is dropped on a detector’s page comes back with boxes, and the slider leaves unsure ones out', async () => {
  const { page, complaints } = await visitTab(addDetection);
  const { name, mimeType, buffer } = await image();
  const data = await page.evaluateHandle(
    ([text, fileName, type]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(text ?? ''), (sign) => sign.charCodeAt(0));
      transfer.items.add(new File([bytes], fileName ?? '', { type: type ?? '' }));
      return transfer;
    },
    [buffer.toString('base64'), name, mimeType],
  );
  const drop = page.getByRole('button', { name: /Drop an image here/ });
  await drop.dispatchEvent('dragover', { dataTransfer: data });
  await drop.dispatchEvent('drop', { dataTransfer: data });
  const list = page.getByRole('listbox', { name: 'Objects in this image' });
  await list.waitFor();
  await expect.poll(() => list.getByRole('option').count()).toBe(2);
  expect(await page.getByRole('img', { name: 'shapes.png, found: 2' }).count()).toBe(1);
  expect(await page.getByText('263 ms (21 ms in the network)').count()).toBe(1);
  // A detector's objects have no masks that could be hidden.
  expect(await page.getByRole('switch').count()).toBe(1);
  expect(await page.getByRole('switch', { name: 'Boxes' }).count()).toBe(1);
  const slider = page.getByRole('slider', { name: 'Score from' });
  await slider.focus();
  await slider.press('Home');
  await expect.poll(() => list.getByRole('option').count()).toBe(3);
  await slider.press('End');
  await page.getByText('Nothing has this score. Lower it to see more.').waitFor();
  expect(complaints).toEqual([]);
});

test('a classifier’s answer is a bar for each class, chosen by the keyboard alone, in Korean', async () => {
  const { page, complaints } = await visitTab(finishedClassifier, 'ko-KR');
  const drop = page.getByRole('button', { name: /이미지를 여기에 놓거나/ });
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), drop.press('Enter')]);
  await chooser.setFiles(await image());
  await page.getByText('87.1%').waitFor();
  expect(await page.getByRole('slider').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a segmenter’s answer is how much of the image each class covers, with masks that can be hidden', async () => {
  const { page, complaints } = await visitTab(addSegmentation);
  await page.locator('input[type=file]').setInputFiles(await image());
  await page.getByText('Share of the image').waitFor();
  await page.getByText(/^14(\.0)?%$/).waitFor();
  await page.getByRole('switch', { name: 'Masks' }).press('Space');
  expect(await page.getByRole('switch', { name: 'Boxes' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('what is wrong with an image is said in its place, and the next one is taken', async () => {
  const { page, fixture } = await visitTab(addDetection);
  fixture.faults.set('runs.predict', 'PREDICTION_IMAGE_REFUSED');
  await page.locator('input[type=file]').setInputFiles(await image());
  await page.getByRole('alert').getByText('PREDICTION_IMAGE_REFUSED', { exact: true }).waitFor();
  // The same image would be refused again.
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await page.locator('input[type=file]').setInputFiles(await image());
  await page.getByRole('listbox', { name: 'Objects in this image' }).waitFor();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
});

test('where ONNX Runtime is not installed, the page names the command that installs it', async () => {
  const { page } = await visitTab(async (state) => {
    const entry = await addDetection(state);
    entry.run.name = 'shapes-without-runtime';
    return entry;
  });
  await page.getByText('ONNX_RUNTIME_MISSING').waitFor();
  const command = 'npm install --prefix /opt/trainyard --no-save --ignore-scripts onnxruntime-node@1.30.0';
  expect(await page.locator('code').getByText(command).count()).toBe(1);
  expect(await page.locator('input[type=file]').count()).toBe(0);
});

test('a run without a model says why it cannot predict', async () => {
  const { page } = await visitTab((state) => {
    const entry = [...state.runs.values()].find(({ run }) => run.artifacts.length === 0);
    if (!entry) throw new Error('every run of the fixture has artifacts');
    return entry;
  });
  await page.getByText(/has no model that can predict/).waitFor();
});
