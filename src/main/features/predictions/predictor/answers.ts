import type { Found } from '../../../../shared/contract/predictions.ts';
import type { TorchModel } from '../model-description.ts';
import { enlarge, runsIn, type Size } from './masks.ts';

/** An output of a network; its first dimension is the one image. */
export interface Output {
  readonly data: ArrayLike<number | bigint>;
  readonly dims: readonly number[];
}

/** A model whose outputs are not those that its description promises. */
export class UnexpectedOutput extends Error {}

export type Answers = Pick<Found, 'classes' | 'objects'>;

/** Of a picture's classes, the surest. */
const mostClasses = 20;
/** Less sure ones are noise. */
const leastScore = 0.05;
/** Detectors give some hundreds; a model that gives a million holds nobody up. */
const mostObjects = 1000;

/** Classes by their probabilities, the surest first. */
export function classAnswers(probabilities: ArrayLike<number | bigint>, names: readonly string[]): Answers {
  const classes = names
    .map((name, index) => ({ class: index, name, probability: unit(probabilities[index]), share: null }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, mostClasses);
  return { classes, objects: [] };
}

/** What a network of the torch trainer found, in pixels of the upright image. @throws UnexpectedOutput */
export function torchAnswers(
  outputs: ReadonlyMap<string, Output>,
  { task, classes, input }: TorchModel,
  image: { readonly width: number; readonly height: number },
): Answers {
  const probabilities = outputs.get('probabilities');
  if (task === 'classification')
    return classAnswers(shaped(probabilities, 'probabilities', [1, classes.length]).data, classes);
  if (probabilities) {
    shaped(probabilities, 'probabilities', [1, classes.length + 1, input.height, input.width]);
    return regions(probabilities.data, classes, input, image);
  }
  return { classes: [], objects: objectsIn(outputs, classes, input, image) };
}

const unit = (value: number | bigint | undefined) => {
  const number = Number(value);
  return number >= 0 ? Math.min(1, number) : 0;
};

function shaped(output: Output | undefined, name: string, dims: readonly (number | null)[]): Output {
  const fits =
    output?.dims.length === dims.length &&
    dims.every((side, at) => side === null || side === output.dims[at]);
  if (!output || !fits)
    throw new UnexpectedOutput(
      `its output "${name}" is [${output?.dims.join(', ') ?? ''}], not [${dims.map((side) => side ?? 'n').join(', ')}]`,
    );
  return output;
}

/** The most probable class of each pixel; what is left of the background is nothing. */
function regions(
  probabilities: ArrayLike<number | bigint>,
  names: readonly string[],
  input: Size,
  image: Size,
): Answers {
  const pixels = input.width * input.height;
  const map = new Uint16Array(pixels);
  const counts = new Array<number>(names.length + 1).fill(0);
  const sums = new Array<number>(names.length + 1).fill(0);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    let [best, label] = [Number(probabilities[pixel]), 0];
    for (let other = 1; other <= names.length; other += 1) {
      const value = Number(probabilities[other * pixels + pixel]);
      if (value > best) [best, label] = [value, other];
    }
    map[pixel] = label;
    counts[label] = (counts[label] ?? 0) + 1;
    sums[label] = (sums[label] ?? 0) + best;
  }
  const found = names.flatMap((name, index) => {
    const count = counts[index + 1] ?? 0;
    if (count === 0) return [];
    return [{ class: index, name, probability: unit((sums[index + 1] ?? 0) / count), share: count / pixels }];
  });
  found.sort((one, other) => other.share - one.share);
  return {
    classes: found,
    objects: found.map(({ class: index, name, probability }) => ({
      ...{ class: index, name, probability, box: null },
      mask: runsIn((pixel) => map[pixel] === index + 1, input, image),
    })),
  };
}

function objectsIn(
  outputs: ReadonlyMap<string, Output>,
  names: readonly string[],
  input: Size,
  image: Size,
): Answers['objects'] {
  const scores = shaped(outputs.get('scores'), 'scores', [1, null]);
  const count = scores.dims[1] ?? 0;
  const boxes = shaped(outputs.get('boxes'), 'boxes', [1, count, 4]);
  const labels = shaped(outputs.get('labels'), 'labels', [1, count]);
  const drawn = outputs.get('masks');
  const masks = drawn && shaped(drawn, 'masks', [1, count, null, null]);
  const [across, down] = [image.width / input.width, image.height / input.height];
  const sure: { at: number; probability: number; index: number; name: string }[] = [];
  for (let at = 0; at < count; at += 1) {
    const probability = unit(scores.data[at]);
    const index = Number(labels.data[at]);
    const name = names[index];
    if (probability >= leastScore && name !== undefined) sure.push({ at, probability, index, name });
  }
  sure.sort((one, other) => other.probability - one.probability);
  return sure.slice(0, mostObjects).map(({ at, probability, index, name }) => {
    const corner = (place: number, scale: number, most: number) =>
      Math.min(most, Math.max(0, Number(boxes.data[at * 4 + place]) * scale || 0));
    const [left, top] = [corner(0, across, image.width), corner(1, down, image.height)];
    const [right, lower] = [corner(2, across, image.width), corner(3, down, image.height)];
    const box: [number, number, number, number] = [
      left,
      top,
      Math.max(0, right - left),
      Math.max(0, lower - top),
    ];
    return {
      class: index,
      name,
      probability,
      box,
      mask: masks ? maskAt(masks, at, input, image) : null,
    };
  });
}

function maskAt(
  { data, dims }: Output,
  at: number,
  input: Size,
  image: Size,
): Answers['objects'][number]['mask'] {
  const [, , height = 0, width = 0] = dims;
  const start = at * height * width;
  const small = Float32Array.from({ length: height * width }, (_, pixel) => Number(data[start + pixel]));
  const large = enlarge(small, { width, height }, input);
  const runs = runsIn((pixel) => (large[pixel] ?? 0) >= 0.5, input, image);
  // None of its pixels was sure enough: the box alone is drawn.
  return runs.counts.length > 1 ? runs : null;
}
