import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSample } from '../support/sample.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { pictures, tinyRun, writeConfig } from './support/tiny-run.ts';
import { losses, train } from './support/trainer.ts';

const resources = path.resolve(import.meta.dirname, '../../resources');

test('on the sample, the defaults pass 85 % validation accuracy', { timeout: 600_000 }, async () => {
  await using place = await temporaryFolder();
  const images = await readSample();
  const classes = [...new Set([...images.keys()].map((file) => path.dirname(file)))].sort();
  expect(classes).toHaveLength(10);
  for (const name of classes) await mkdir(path.join(place.folder, name));
  for (const [file, bytes] of images) await writeFile(path.join(place.folder, file), bytes);
  const manifest = [...images.keys()].map((file) =>
    JSON.stringify({ file, path: file, class: path.dirname(file), width: 28, height: 28, channels: 1 }),
  );
  const defaults = JSON.parse(await readFile(path.join(resources, 'trainers/builtin/defaults.json'), 'utf8'));
  await using run = await tinyRun(await pictures(1));
  await writeFile(path.join(run.directory, 'dataset.jsonl'), manifest.join('\n'));
  await writeConfig(run.directory, place.folder, classes, {
    dataset: { ...defaults.dataset, trainSplit: 0.8, valSplit: 0.2 },
    training: defaults.training,
  });
  const { result, events } = await train(run.directory);
  expect(result).toMatchObject({ status: 'completed' });
  expect((result.metrics as { val_accuracy: number }).val_accuracy).toBeGreaterThan(0.85);
  expect(losses(events)).toHaveLength(defaults.training.epochs * 63);
  const progress = events.filter(({ type }) => type === 'progress');
  expect(progress[0]).toMatchObject({ step: 0, etaMs: null });
  expect(progress.at(-1)).toMatchObject({
    step: defaults.training.epochs * 63,
    steps: defaults.training.epochs * 63,
  });
});
