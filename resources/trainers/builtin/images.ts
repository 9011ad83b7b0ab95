import type { TrainerConfig } from './config.ts';
import { decode, SingleValues, whiteOf } from './decoding.ts';
import { TrainerError } from './failure.ts';
import type { ImageFormat } from './image-format.ts';
import type { ImageEntry, SplitName, Splits } from './manifest.ts';
import { splitNames } from './manifest.ts';

/** Of each channel over the training images, on the scale 0 to 1. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Where nobody names a size, longer sides are scaled down to this: more is slow on a processor. */
const longestSide = 64;
const decodersAtOnce = 4;

/** The config's size, or the training images' most frequent one, scaled down to at most 64 pixels; one channel where all are grey. */
export function chooseFormat(config: TrainerConfig, splits: Splits): ImageFormat {
  const grey = splitNames.every((name) => splits[name].every((image) => image.channels <= 2));
  const channels = grey ? 1 : 3;
  const wanted = config.dataset.imageSize;
  if (wanted !== null) {
    const [height, width] = typeof wanted === 'number' ? [wanted, wanted] : wanted;
    return { height, width, channels };
  }
  const counts = new Map<string, number>();
  let common: ImageEntry | undefined;
  let most = 0;
  for (const image of splits.train) {
    const key = `${image.height}x${image.width}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > most) {
      most = count;
      common = image;
    }
  }
  const { height, width } = common ?? { height: longestSide, width: longestSide };
  const scale = Math.min(1, longestSide / Math.max(height, width));
  return {
    height: Math.max(1, Math.round(height * scale)),
    width: Math.max(1, Math.round(width * scale)),
    channels,
  };
}

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The images of a training in the network's format: kept in memory as bytes up to a budget, decoded again when needed beyond it. */
export class ImageStore {
  readonly format: ImageFormat;
  readonly splits: Splits;
  readonly normalisation: Normalisation;
  readonly #cache: ReadonlyMap<ImageEntry, Uint8Array>;
  readonly #white: number;
  /** The value of white of the 16-bit images; null where there are none. */
  get white(): number | null {
    const all = Object.values(this.splits).flat();
    return all.some(({ maxValue }) => maxValue !== null) ? this.#white : null;
  }

  private constructor(
    format: ImageFormat,
    splits: Splits,
    normalisation: Normalisation,
    cache: ReadonlyMap<ImageEntry, Uint8Array>,
    white: number,
  ) {
    this.format = format;
    this.splits = splits;
    this.normalisation = normalisation;
    this.#cache = cache;
    this.#white = white;
  }

  /**
   * Reads every image once. A few unreadable ones (at most 1 %, or one) are left out, each with a warning.
   * @throws TrainerError that names unreadable files where there are more
   */
  static async open(
    format: ImageFormat,
    splits: Splits,
    options: {
      readonly budgetBytes: number;
      readonly classNames: readonly string[];
      readonly warn: (message: string) => void;
      /** Called after every few images; may throw to stop. */
      readonly tick: (done: number, total: number) => Promise<void>;
    },
  ): Promise<ImageStore> {
    const total = splitNames.reduce((sum, name) => sum + splits[name].length, 0);
    const imageBytes = format.height * format.width * format.channels;
    const cache = new Map<ImageEntry, Uint8Array>();
    const bad: { entry: ImageEntry; why: string }[] = [];
    const sums = new Statistics(format.channels);
    const singles = new SingleValues();
    const white = whiteOf(splitNames.flatMap((name) => splits[name]));
    let done = 0;
    for (const name of splitNames) {
      const entries = splits[name];
      for (let first = 0; first < entries.length; first += decodersAtOnce * 8) {
        const some = entries.slice(first, first + decodersAtOnce * 8);
        const results = await Promise.allSettled(some.map((entry) => decode(entry, format, white)));
        for (const [index, result] of results.entries()) {
          const entry = some[index] as ImageEntry;
          if (result.status === 'rejected') {
            bad.push({ entry, why: describe(result.reason) });
            continue;
          }
          if (name === 'train') {
            sums.add(result.value);
            singles.add(entry.label, result.value);
          }
          if ((cache.size + 1) * imageBytes <= options.budgetBytes) cache.set(entry, result.value);
        }
        done += some.length;
        await options.tick(done, total);
      }
    }
    refuseTooMany(bad, total);
    for (const { entry, why } of bad)
      options.warn(`"${entry.path}" is left out: it cannot be read (${why}).`);
    for (const warning of singles.warnings(options.classNames)) options.warn(warning);
    const unreadable = new Set(bad.map(({ entry }) => entry));
    const readable = (split: SplitName) => splits[split].filter((entry) => !unreadable.has(entry));
    const left = { train: readable('train'), val: readable('val'), test: readable('test') };
    if (left.train.length === 0)
      throw new TrainerError('No training image can be read', 'Fix or import the images again.');
    return new ImageStore(format, left, sums.normalisation(), cache, white);
  }

  /**
   * The normalised pixels of images, one after the other, [count, height, width, channels].
   * @throws TrainerError where a file that is decoded again has gone
   */
  async load(entries: readonly ImageEntry[]): Promise<Float32Array> {
    const { height, width, channels } = this.format;
    const size = height * width * channels;
    const result = new Float32Array(entries.length * size);
    for (let first = 0; first < entries.length; first += decodersAtOnce * 8) {
      const some = entries.slice(first, first + decodersAtOnce * 8);
      const images = await Promise.all(
        some.map((entry) => this.#cache.get(entry) ?? this.#decodeAgain(entry)),
      );
      for (const [index, bytes] of images.entries()) {
        normalise(bytes, this.normalisation, result.subarray((first + index) * size));
      }
    }
    return result;
  }

  async #decodeAgain(entry: ImageEntry): Promise<Uint8Array> {
    try {
      return await decode(entry, this.format, this.#white);
    } catch (error) {
      throw new TrainerError(
        `"${entry.path}" (${entry.file}) could be read when the training started and cannot any more: ${describe(error)}`,
        'Put the file back and resume the run.',
      );
    }
  }
}

/** An image's bytes as the network gets them. @param into as many numbers, or more */
export function normalise(
  bytes: Uint8Array,
  { mean, deviation }: Normalisation,
  into: Float32Array,
): Float32Array {
  const channels = mean.length;
  for (let at = 0; at < bytes.length; at += channels) {
    for (let channel = 0; channel < channels; channel += 1) {
      const value = (bytes[at + channel] ?? 0) / 255;
      into[at + channel] = (value - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
    }
  }
  return into;
}

function refuseTooMany(bad: readonly { entry: ImageEntry; why: string }[], total: number): void {
  if (bad.length <= Math.max(1, Math.floor(total / 100))) return;
  const some = bad
    .slice(0, 5)
    .map(({ entry, why }) => `"${entry.path}" (${why})`)
    .join(', ');
  throw new TrainerError(
    `${bad.length} of ${total} images cannot be read: ${some}${bad.length > 5 ? ', …' : ''}`,
    'Fix or remove these files, import the data set again and start a new run.',
  );
}

/** Mean and deviation of each channel. Sums of bytes are whole numbers, exact in a double for any amount of data. */
class Statistics {
  readonly #sums: number[];
  readonly #squares: number[];
  #count = 0;

  constructor(channels: number) {
    this.#sums = Array<number>(channels).fill(0);
    this.#squares = Array<number>(channels).fill(0);
  }

  add(bytes: Uint8Array): void {
    const channels = this.#sums.length;
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      let squares = 0;
      for (let at = channel; at < bytes.length; at += channels) {
        const value = bytes[at] ?? 0;
        sum += value;
        squares += value * value;
      }
      this.#sums[channel] = (this.#sums[channel] ?? 0) + sum;
      this.#squares[channel] = (this.#squares[channel] ?? 0) + squares;
    }
    this.#count += bytes.length / channels;
  }

  normalisation(): Normalisation {
    const count = Math.max(1, this.#count);
    const mean = this.#sums.map((sum) => sum / count / 255);
    const deviation = this.#squares.map((sum, channel) => {
      const variance = sum / count / 255 ** 2 - (mean[channel] ?? 0) ** 2;
      // Images that are all of one colour have no deviation to divide by.
      return variance > 1e-6 ? Math.sqrt(variance) : 1;
    });
    return { mean, deviation };
  }
}
