import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Prediction } from '../../src/shared/contract/predictions.ts';
import { openPredictor } from '../features/predictions/support/predictor.ts';
import { openBrowser } from '../support/browser.ts';
import { cliJson, runCli, startEngine } from '../support/engine.ts';
import { describedModel, fixedDetector } from '../support/onnx-model.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

/** Trains on a small dataset to the end. @returns the run's id */
async function train(home: string, folder: string): Promise<string> {
  await writeTinyDataset(path.join(folder, 'images'), { side: 16 });
  await cliJson(home, ['project', 'create', 'p']);
  await cliJson(home, ['dataset', 'import', path.join(folder, 'images'), '--project', 'p', '--name', 'd']);
  const args = ['--project', 'p', '--dataset', 'd', '--executor', 'builtin', '--epochs', '12'];
  const { runId } = await cliJson<{ runId: string }>(home, ['train', ...args]);
  const { code, stderr } = await runCli(home, ['runs', 'follow', runId]);
  if (code !== 0) throw new Error(stderr);
  return runId;
}

interface Predicted {
  readonly predictions: readonly (Prediction & {
    readonly file: string;
    readonly error?: { code: string };
  })[];
}

test('the builtin trainer’s model predicts on the command line, and an image that is none costs the others nothing', async () => {
  await using place = await temporaryFolder();
  await using state = await preparedHome();
  await using _engine = await startEngine(state.home);
  await train(state.home, place.folder);
  const image = (label: number) => path.join(place.folder, 'images', `class-${label}`, '0.png');
  const text = path.join(place.folder, 'text.png');
  await writeFile(text, 'This is no image.');

  const { code, stdout, stderr } = await runCli(state.home, [
    ...['predict', 'last', image(0), text, image(2), '--json'],
  ]);
  expect(code, stderr).toBe(1);
  const { predictions } = JSON.parse(stdout) as Predicted;
  expect(predictions.map(({ file }) => file)).toEqual([image(0), text, image(2)]);
  expect(predictions[0]?.classes[0]?.name).toBe('class-0');
  expect(predictions[1]?.error?.code).toBe('PREDICTION_IMAGE_REFUSED');
  expect(predictions[2]?.classes[0]?.name).toBe('class-2');
  expect(predictions[2]?.model).toMatchObject({ task: 'classification', attempt: 1 });
  expect(stderr).toContain('1 of 3 images failed');

  const shown = await runCli(state.home, ['predict', 'last', image(1)]);
  expect(shown.stdout).toMatch(/class-1 +\d+(\.\d)?%/);
  expect(shown.code).toBe(0);
});

const missing = openPredictor('/').whyNot('trainyard/torch-model');
if (missing) console.warn(`skipped: a detector in the browser, ${missing.message}`);

/** A trainer that learns nothing and leaves a detector. */
const trainer = (model: Buffer, description: object) => `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const directory = process.argv[2];
let seq = 0;
const emit = (type, fields) =>
  appendFileSync(path.join(directory, 'events.jsonl'), JSON.stringify({ seq: (seq += 1), time: new Date().toISOString(), type, ...fields }) + '\\n');
mkdirSync(path.join(directory, 'artifacts'), { recursive: true });
const save = (name, content) => {
  writeFileSync(path.join(directory, 'artifacts', name), content);
  emit('artifact', { path: 'artifacts/' + name, kind: 'model', name, mediaType: 'application/octet-stream' });
};
save('model.json', ${JSON.stringify(JSON.stringify(description))});
save('model.onnx', Buffer.from('${model.toString('base64')}', 'base64'));
emit('result', { status: 'completed', metrics: {} });
`;

test.skipIf(missing !== null)(
  'an image chosen in a browser goes through a real engine and ONNX Runtime, and its objects are shown',
  async () => {
    await using place = await temporaryFolder();
    await using state = await preparedHome();
    const size = { height: 32, width: 48 };
    const program = path.join(place.folder, 'trainer.mjs');
    const description = describedModel('detection', ['corner', 'half'], size);
    await writeFile(program, trainer(fixedDetector(size), description));
    await using engine = await startEngine(state.home, ['--no-sample'], {
      TRAINYARD_BUILTIN_TRAINER: program,
    });
    const runId = await train(state.home, place.folder);

    await using opened = await openBrowser();
    const page = await opened.browser.newPage({ locale: 'en-US' });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(engine.ticketUrl);
    await expect.poll(() => page.url()).not.toContain('ticket');
    await page.goto(`${engine.url}/runs/${runId}?tab=predict`);
    const photo = path.join(place.folder, 'photo.tiff');
    // No browser shows a TIFF: the picture is the engine's.
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#4080c0' } })
      .tiff()
      .toFile(photo);
    await page.locator('input[type=file]').setInputFiles(photo);
    const list = page.getByRole('listbox', { name: 'Objects in this image' });
    await list.waitFor();
    await expect
      .poll(() => list.getByRole('option').allTextContents())
      .toEqual([expect.stringContaining('half'), expect.stringContaining('corner')]);
    const picture = page.getByRole('img', { name: 'photo.tiff, found: 2' });
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(300);
    expect(faults).toEqual([]);
  },
);
