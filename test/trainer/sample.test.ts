import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pictures, tinyRun, writeConfig } from './support/tiny-run.ts';
import { losses, train } from './support/trainer.ts';

const resources = path.resolve(import.meta.dirname, '../../resources');
const sample = path.join(resources, 'samples/fashion-mnist');

async function sampleManifest(classes: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const name of classes) {
    for (const file of await readdir(path.join(sample, name))) {
      lines.push(
        JSON.stringify({
          file: `${name}/${file}`,
          path: `${name}/${file}`,
          class: name,
          width: 28,
          height: 28,
          channels: 1,
        }),
      );
    }
  }
  return lines.join('\n');
}

test('on the sample, the defaults pass 85 % validation accuracy', { timeout: 600_000 }, async () => {
  const classes = (await readdir(sample)).sort();
  expect(classes).toHaveLength(10);
  const defaults = JSON.parse(await readFile(path.join(resources, 'trainers/builtin/defaults.json'), 'utf8'));
  await using run = await tinyRun(await pictures(1));
  await writeFile(path.join(run.directory, 'dataset.jsonl'), await sampleManifest(classes));
  await writeConfig(run.directory, sample, classes, {
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
