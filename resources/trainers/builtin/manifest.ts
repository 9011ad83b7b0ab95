import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { TrainerConfig } from './config.ts';
import { TrainerError } from './failure.ts';
import { Random } from './random.ts';

const lineSchema = z.object({
  file: z.string().min(1),
  path: z.string().min(1),
  class: z.string(),
  sha256: z.string().nullable().default(null),
  size: z.int().min(0).nullable().default(null),
  width: z.int().min(1),
  height: z.int().min(1),
  channels: z.int().min(1).default(3),
  maxValue: z.int().min(0).max(65_535).nullable().default(null),
  split: z.enum(['train', 'val', 'test']).nullable().default(null),
});

/** An image of the manifest. `label` is the class's place in `task.classNames`; `path` is its name within the data set. */
export interface ImageEntry {
  readonly file: string;
  readonly path: string;
  readonly label: number;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The largest value of the colour channels of a 16-bit image; null for one of 8 bits. */
  readonly maxValue: number | null;
}

export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
export type Splits = Readonly<Record<SplitName, readonly ImageEntry[]>>;

type Line = ImageEntry & { readonly split: SplitName | null };

function parseLine(text: string, number: number, labels: ReadonlyMap<string, number>, root: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TrainerError(
      `Line ${number} of the data set's manifest is not JSON`,
      'Write the manifest again.',
    );
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new TrainerError(
      `Line ${number} of the data set's manifest is not valid (${wrong})`,
      'Write the manifest again.',
    );
  }
  const { class: className, ...entry } = parsed.data;
  const label = labels.get(className);
  if (label === undefined) {
    throw new TrainerError(
      `Line ${number} of the data set's manifest has the class "${className}", which task.classNames does not have`,
      'Name all classes of the data set in the config.',
    );
  }
  return { ...entry, file: path.resolve(root, entry.file), label };
}

async function readLines(directory: string, config: TrainerConfig): Promise<Line[]> {
  const file = path.resolve(directory, config.dataset.manifest);
  const labels = new Map(config.task.classNames.map((name, label) => [name, label]));
  const lines: Line[] = [];
  let number = 0;
  try {
    for await (const text of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      number += 1;
      if (text.trim()) lines.push(parseLine(text, number, labels, config.dataset.root));
    }
  } catch (error) {
    if (error instanceof TrainerError) throw error;
    throw new TrainerError(
      `${file} cannot be read: ${String(error)}`,
      'The run directory must hold the data set’s manifest.',
    );
  }
  // The split must not depend on the order in which a manifest was written.
  return lines.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** How many of a class's images are kept for validation or test: a class of three or more images is always represented. */
function held(count: number, part: number): number {
  if (part === 0) return 0;
  return Math.max(count >= 3 ? 1 : 0, Math.round(count * part));
}

/**
 * The images by split. Lines that name a split keep it; the others are divided class by class, by the seed. Each class keeps at
 * least one training image; where the three shares are less than 1 together, the rest is not used.
 * @throws TrainerError where the manifest is unreadable, names an unknown class, or leaves nothing to train on
 */
export async function readSplits(directory: string, config: TrainerConfig): Promise<Splits> {
  const { trainSplit, valSplit, testSplit } = config.dataset;
  const splits: Record<SplitName, ImageEntry[]> = { train: [], val: [], test: [] };
  const open: Line[][] = config.task.classNames.map(() => []);
  for (const line of await readLines(directory, config)) {
    if (line.split === null) open[line.label]?.push(line);
    else splits[line.split].push(line);
  }
  for (const [label, lines] of open.entries()) {
    const shuffled = new Random(config.training.seed, 'split', label).shuffled(lines);
    const whole = trainSplit + valSplit + testSplit > 1 - 1e-6;
    const val = Math.min(held(lines.length, valSplit), Math.max(0, lines.length - 1));
    const test = Math.min(held(lines.length, testSplit), Math.max(0, lines.length - 1 - val));
    const rest = lines.length - val - test;
    const train = whole ? rest : Math.min(rest, Math.max(1, Math.round(lines.length * trainSplit)));
    splits.val.push(...shuffled.slice(0, val));
    splits.test.push(...shuffled.slice(val, val + test));
    splits.train.push(...shuffled.slice(val + test, val + test + train));
  }
  if (splits.train.length === 0) {
    throw new TrainerError(
      'The data set has no image to train on',
      'Import images, or give training a share of them.',
    );
  }
  return splits;
}

/** What a person should know about the data before it is trained on. */
export function dataWarnings(splits: Splits, classNames: readonly string[]): string[] {
  const counts = classNames.map(() => 0);
  for (const { label } of splits.train) counts[label] = (counts[label] ?? 0) + 1;
  const named = (wanted: (count: number) => boolean) =>
    classNames
      .filter((_, label) => wanted(counts[label] ?? 0))
      .slice(0, 20)
      .map((name) => `"${name}"`)
      .join(', ');
  const warnings: string[] = [];
  const none = named((count) => count === 0);
  if (none) warnings.push(`No image to train on in ${none}: the model cannot learn these classes.`);
  const one = named((count) => count === 1);
  if (one && classNames.length > 1)
    warnings.push(`Only one image to train on in ${one}: add images of these classes.`);
  const most = Math.max(...counts);
  const least = Math.min(...counts.filter((count) => count > 0));
  if (most >= 10 * least) {
    warnings.push(
      `The classes are uneven: ${most} training images in the largest, ${least} in the smallest. Look at the accuracy of each class, not only at the whole.`,
    );
  }
  if (classNames.length === 1)
    warnings.push('There is only one class: every model is always right, and nothing can be learned.');
  if (splits.val.length === 0)
    warnings.push(
      'No image is kept for validation: the last epoch’s model is saved, and its quality is not known.',
    );
  return warnings;
}
