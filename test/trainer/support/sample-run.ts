import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSample } from '../../support/sample.ts';
import { tinyRun, writeConfig } from './tiny-run.ts';

const defaultsFile = path.resolve(import.meta.dirname, '../../../resources/trainers/builtin/defaults.json');

/** A run directory that trains on the sample with the trainer's defaults, as the first start does; it is removed when the test is over. */
export async function sampleRun({
  seed = 7,
  /** The defaults' where left out. */
  epochs = null as number | null,
} = {}): Promise<{ directory: string; classes: readonly string[]; epochs: number } & AsyncDisposable> {
  const images = await readSample();
  const classes = [...new Set([...images.keys()].map((file) => path.dirname(file)))].sort();
  const run = await tinyRun([]);
  const root = path.join(run.directory, 'images');
  for (const name of classes) await mkdir(path.join(root, name), { recursive: true });
  for (const [file, bytes] of images) await writeFile(path.join(root, file), bytes);
  const manifest = [...images.keys()].map((file) =>
    JSON.stringify({ file, path: file, class: path.dirname(file), width: 28, height: 28, channels: 1 }),
  );
  await writeFile(path.join(run.directory, 'dataset.jsonl'), manifest.join('\n'));
  const { dataset, training } = JSON.parse(await readFile(defaultsFile, 'utf8'));
  await writeConfig(run.directory, root, classes, {
    dataset: { ...dataset, trainSplit: 0.8, valSplit: 0.2 },
    training: { ...training, seed, epochs: epochs ?? training.epochs },
  });
  return { ...run, classes, epochs: epochs ?? training.epochs };
}
