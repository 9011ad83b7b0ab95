import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { Random } from '../../../resources/trainers/builtin/random.ts';

export interface Picture {
  readonly class: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly maxValue?: number;
  readonly split?: 'train' | 'val' | 'test';
}

/** Config fields by section; what is not named has a value that suits a run of a second. */
export interface Wishes {
  readonly task?: object;
  readonly model?: object;
  readonly dataset?: object;
  readonly training?: object;
  readonly resources?: object;
  readonly resume?: object | null;
  readonly [unknown: string]: unknown;
}

/** A noisy picture whose bright stripe says its class. */
async function picture(
  label: number,
  index: number,
  size: readonly [number, number],
  channels: 1 | 3,
): Promise<Buffer> {
  const [height, width] = size;
  const random = new Random('picture', label, index);
  const pixels = Buffer.from(
    Array.from({ length: height * width * channels }, (_, at) => {
      const row = Math.floor(at / (width * channels));
      return random.below(90) + (row % 4 === label ? 130 : 0);
    }),
  );
  return await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
}

/** `count` pictures of each class; sizes are [height, width] and are taken in turn. */
export async function pictures(
  count: number,
  options: {
    classes?: readonly string[];
    sizes?: readonly (readonly [number, number])[];
    channels?: 1 | 3;
  } = {},
): Promise<Picture[]> {
  const { classes = ['first', 'second', 'third'], sizes = [[8, 8]], channels = 1 } = options;
  const made = classes.flatMap((name, label) =>
    Array.from({ length: count }, async (_, index) => {
      const [height, width] = sizes[index % sizes.length] ?? [8, 8];
      const bytes = await picture(label, index, [height, width], channels);
      return { class: name, name: `${index}.png`, bytes, width, height, channels };
    }),
  );
  return await Promise.all(made);
}

/** Writes a run directory with these pictures; it is removed when the test is over. */
export async function tinyRun(
  images: readonly Picture[],
  wishes: Wishes = {},
): Promise<{ directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'trainyard-trainer-'));
  const root = path.join(directory, 'images');
  const lines: string[] = [];
  for (const { class: className, name, bytes, width, height, channels, maxValue, split = null } of images) {
    const file = `${className}/${name}`;
    await mkdir(path.join(root, className), { recursive: true });
    await writeFile(path.join(root, file), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    lines.push(
      JSON.stringify({
        file,
        path: file,
        class: className,
        sha256,
        size: bytes.length,
        width,
        height,
        channels,
        maxValue,
        split,
      }),
    );
  }
  await writeFile(path.join(directory, 'dataset.jsonl'), `${lines.join('\n')}\n`);
  await writeConfig(directory, root, [...new Set(images.map((image) => image.class))].sort(), wishes);
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

export async function writeConfig(
  directory: string,
  root: string,
  classNames: readonly string[],
  wishes: Wishes,
): Promise<void> {
  const { task, model, dataset, training, resources, ...others } = wishes;
  const config = {
    protocol: 1,
    runId: randomUUID(),
    attempt: 1,
    task: { type: 'classification', numClasses: classNames.length, classNames, ...task },
    model: { name: 'cnn', source: 'builtin', pretrained: false, pretrainedWeights: null, ...model },
    dataset: {
      datasetId: randomUUID(),
      version: 1,
      root,
      manifest: 'dataset.jsonl',
      trainSplit: 0.75,
      valSplit: 0.25,
      ...dataset,
    },
    training: { epochs: 3, batchSize: 8, learningRate: 0.005, optimizer: 'adamw', seed: 7, ...training },
    resources: { gpuCount: 0, ...resources },
    ...others,
  };
  await writeFile(path.join(directory, 'config.json'), JSON.stringify(config));
}

export interface TrainerEvent {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The events of a directory so far, whole lines only. */
export async function eventsOf(directory: string): Promise<TrainerEvent[]> {
  const text = await readFile(path.join(directory, 'events.jsonl'), 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as TrainerEvent);
}
