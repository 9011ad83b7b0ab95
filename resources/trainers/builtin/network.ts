import * as tf from '@tensorflow/tfjs-core';
import type { ImageFormat } from './image-format.ts';
import type { Layer } from './layers.ts';
import { flatten, linear, normalisation, residual, sequence } from './layers.ts';
import { dropout, shift, windowMaximum } from './pixel-layers.ts';
import type { Random } from './random.ts';
import { pooledGrid, type Stem, StemInput } from './stem.ts';

/** Everything that the network's shape follows from; it stands in `model.json`. */
export interface Architecture {
  readonly name: 'builtin/cnn';
  readonly version: 1;
  readonly input: ImageFormat;
  readonly stem: Stem;
  readonly channels: number;
  readonly blocks: number;
  readonly expansion: number;
  readonly hidden: number;
  readonly dropout: number;
  readonly classes: number;
}

/** The stem's stride is chosen so that its grid has about this many pixels a side, whatever the image's size. */
const gridSide = 14;

/** The network for images of a format: a convolution that shrinks them to about 14 × 14, then always the same body. */
export function architectureFor(input: ImageFormat, classes: number): Architecture {
  const side = Math.sqrt(input.height * input.width);
  const stride = Math.max(1, Math.round(side / gridSide));
  return {
    name: 'builtin/cnn',
    version: 1,
    input,
    stem: {
      kernel: Math.min(3 * stride, stride + 4),
      stride,
      rows: Math.ceil(input.height / stride),
      columns: Math.ceil(input.width / stride),
    },
    channels: 32,
    blocks: 2,
    expansion: 2,
    hidden: Math.max(64, Math.min(256, classes)),
    dropout: 0.1,
    classes,
  };
}

function layersOf({
  stem,
  input,
  channels,
  blocks,
  expansion,
  hidden,
  dropout: rate,
  classes,
}: Architecture): Layer {
  const block = (index: number) =>
    residual([
      normalisation(`block${index}.normalisation`, channels),
      shift(),
      linear(`block${index}.expand`, channels, channels * expansion, { activation: 'relu' }),
      // Small at the start: a block begins as nearly nothing beside the path around it.
      linear(`block${index}.project`, channels * expansion, channels, { gain: 0.4 }),
    ]);
  const { rows, columns } = pooledGrid(stem);
  return sequence([
    linear('stem', stem.kernel ** 2 * input.channels, channels, { activation: 'relu', first: true }),
    windowMaximum(),
    ...Array.from({ length: blocks }, (_, index) => block(index + 1)),
    dropout(rate),
    flatten(),
    linear('hidden', rows * columns * channels, hidden, { activation: 'relu' }),
    dropout(rate),
    linear('classes', hidden, classes, { gain: 0.3 }),
  ]);
}

/** The network with its weights' places in one flat array, which the optimizer and the checkpoints know. */
export class Network {
  readonly architecture: Architecture;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly start: number;
    readonly size: number;
  }[];
  /** How many numbers all weights are together. */
  readonly size: number;
  readonly #layers: Layer;
  readonly #stemInput: StemInput;

  constructor(architecture: Architecture) {
    this.architecture = architecture;
    this.#layers = layersOf(architecture);
    this.#stemInput = new StemInput(architecture.stem, architecture.input);
    let start = 0;
    this.weights = this.#layers.weights.map(({ name, shape }) => {
      const weight = { name, shape, start, size: shape.reduce((product, side) => product * side, 1) };
      start += weight.size;
      return weight;
    });
    this.size = start;
  }

  /** In memory that both threads see, so that no step sends them. */
  initialWeights(random: Random): Float32Array {
    const values = new Float32Array(new SharedArrayBuffer(this.size * Float32Array.BYTES_PER_ELEMENT));
    for (const [index, { deviation, fill }] of this.#layers.weights.entries()) {
      const { start = 0, size = 0 } = this.weights[index] ?? {};
      for (let at = start; at < start + size; at += 1)
        values[at] = deviation ? random.normal() * deviation : fill;
    }
    return values;
  }

  /** How many images may go through at once: the activations of one part stay below some 100 MB, however large the batch or the images. */
  get imagesAtOnce(): number {
    const { stem, input, channels, expansion } = this.architecture;
    const values = stem.rows * stem.columns * (stem.kernel ** 2 * input.channels + 4 * channels * expansion);
    return Math.max(1, Math.min(256, Math.floor(8_000_000 / values)));
  }

  /** The scores (logits) of normalised images, [count, classes] behind one another. */
  predict(images: Float32Array, weights: Float32Array): Float32Array {
    return tf.tidy(() =>
      this.#layers
        .forward(this.#stemInput.of(images), this.#tensors(weights), null)
        .output.dataSync<'float32'>(),
    );
  }

  /**
   * Adds the gradient of the images' loss to `sum` (as long as `weights`).
   * @param byScores gets the scores, [count, classes], and gives the gradient of the loss by each of them
   */
  addGradient(
    images: Float32Array,
    weights: Float32Array,
    sum: Float32Array,
    random: Random,
    byScores: (scores: Float32Array) => Float32Array,
  ): void {
    tf.tidy(() => {
      const pass = this.#layers.forward(this.#stemInput.of(images), this.#tensors(weights), random);
      const gradient = tf.tensor(byScores(pass.output.dataSync<'float32'>()), pass.output.shape);
      for (const [index, tensor] of pass.backward(gradient).weights.entries()) {
        const start = this.weights[index]?.start ?? 0;
        const values = tensor.dataSync<'float32'>();
        const sums = sum.subarray(start, start + values.length);
        for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (values[at] ?? 0);
      }
    });
  }

  #tensors(weights: Float32Array): tf.Tensor[] {
    return this.weights.map(({ start, size, shape }) =>
      tf.tensor(weights.subarray(start, start + size), [...shape]),
    );
  }
}
