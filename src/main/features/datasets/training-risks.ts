import type { PlacedImage } from './images.ts';
import type { Split } from './layout.ts';
import { whiteOf } from './manifest.ts';
import { LookIndex } from './near-duplicates.ts';
import { makeProblem, type Problem, type ProblemCode, printable } from './problems.ts';

/** Fewer images of a class than these to train on are a warning: three or four teach a network hardly more than themselves. */
export const fewImages = 10;
/** Images of the largest class for each of the smallest, from which on there is a warning. */
export const mostImbalance = 50;

const namedClasses = 10;
const namedPairs = 3;

/** Codes of {@link findTrainingRisks}: shown before a training, too. */
export const trainingRiskCodes = [
  'ONE_CLASS',
  'FEW_IMAGES',
  'CLASS_NOT_VALIDATED',
  'IMBALANCED_CLASSES',
  'DUPLICATES_ACROSS_SPLITS',
  'NEAR_DUPLICATES',
  'SINGLE_VALUE',
] as const satisfies readonly ProblemCode[];

type RiskCode = (typeof trainingRiskCodes)[number];

/** Without a path, so that it stands before the findings on files. */
const risk = (code: RiskCode, message: string, hint: string) =>
  makeProblem(code, '', printable(message), hint);

const number = new Intl.NumberFormat('en').format;

/**
 * What would train badly, with numbers: at most one warning of each kind. Nothing of it forbids an import, and nothing is removed.
 * @param images those that will be imported
 */
export function findTrainingRisks(images: readonly PlacedImage[]): Problem[] {
  if (images.length === 0) return [];
  const hasSplits = images.some(({ split }) => split !== null);
  return [
    ...classRisks(images, hasSplits),
    ...(hasSplits ? splitRisks(images) : []),
    ...singleValues(images),
  ];
}

function classRisks(images: readonly PlacedImage[], hasSplits: boolean): Problem[] {
  const toTrain = new Map<string, number>(images.map((image) => [image.class, 0]));
  for (const image of images)
    if (image.split === null || image.split === 'train')
      toTrain.set(image.class, (toTrain.get(image.class) ?? 0) + 1);
  const counts = [...toTrain].sort(([, one], [, other]) => one - other);
  const risks: Problem[] = [];
  if (counts.length === 1)
    risks.push(
      risk(
        'ONE_CLASS',
        `There is one class only, "${counts[0]?.[0]}": a model that always answers with it is always right`,
        'Add folders with images of other classes, or of what the class is not.',
      ),
    );
  const few = counts.filter(([, count]) => count < fewImages);
  if (few.length > 0)
    risks.push(
      risk(
        'FEW_IMAGES',
        `${few.length} of ${counts.length} classes have fewer than ${fewImages} images to train on: ${listed(few.map(([name, count]) => `${name} (${count})`))}`,
        'Add images of these classes: some hundred each are a good start.',
      ),
    );
  const [smallest, largest] = [counts.find(([, count]) => count > 0), counts.at(-1)];
  if (smallest && largest && largest[1] > mostImbalance * smallest[1])
    risks.push(
      risk(
        'IMBALANCED_CLASSES',
        `The classes are uneven past 1 to ${mostImbalance}: "${largest[0]}" has ${number(largest[1])} images to train on, "${smallest[0]}" has ${number(smallest[1])}`,
        'Add images of the small classes or take some from the large ones, and look at the accuracy of each class.',
      ),
    );
  const validated = new Set(images.filter(({ split }) => split === 'val').map((image) => image.class));
  const unseen = counts.filter(([name, count]) => count > 0 && !validated.has(name));
  if (hasSplits && validated.size > 0 && unseen.length > 0)
    risks.push(
      risk(
        'CLASS_NOT_VALIDATED',
        `${unseen.length} of ${counts.length} classes have no image in "val": ${listed(unseen.map(([name]) => name))}`,
        'Move some images of these classes into "val": what is not validated on is not known to be learned.',
      ),
    );
  return risks;
}

type Pair = readonly [image: PlacedImage, other: PlacedImage];

/** Images of validation and test that training has, too: what was seen proves nothing. */
function splitRisks(images: readonly PlacedImage[]): Problem[] {
  const bySha256 = new Map<string, PlacedImage>();
  const looks = new LookIndex<PlacedImage>();
  const same: Pair[] = [];
  const alike: Pair[] = [];
  for (const split of ['train', 'val', 'test'] as const satisfies readonly Split[]) {
    const own = images.filter((image) => image.split === split);
    for (const image of split === 'train' ? [] : own) {
      const twin = bySha256.get(image.sha256);
      if (twin) same.push([image, twin]);
      // Nothing can be seen in a picture of one value: all of them look alike.
      else if (image.lowest < image.highest) {
        const found = looks.find(image.fingerprint, () => true);
        if (found) alike.push([image, found]);
      }
    }
    for (const image of own) {
      if (!bySha256.has(image.sha256)) bySha256.set(image.sha256, image);
      if (image.lowest < image.highest) looks.add(image);
    }
  }
  const heldOut = images.filter(({ split }) => split !== 'train').length;
  const of = (pairs: readonly Pair[]) =>
    `of ${number(heldOut)} images of validation and test ${number(pairs.length)}`;
  const risks: Problem[] = [];
  if (same.length > 0)
    risks.push(
      risk(
        'DUPLICATES_ACROSS_SPLITS',
        `The same bytes stand in two splits: ${of(same)}; ${examples(same, 'is')}`,
        'Remove them from one of the splits: what was trained on proves nothing in validation.',
      ),
    );
  if (alike.length > 0)
    risks.push(
      risk(
        'NEAR_DUPLICATES',
        `Images look nearly the same as ones of another split: ${of(alike)}${looks.isExhausted ? ' at least' : ''}; ${examples(alike, 'looks like')}`,
        'Look at the examples: copies and frames of one film belong into one split. Different pictures of plain things can look so, too; then nothing need be done.',
      ),
    );
  return risks;
}

/** Classes, or the whole, whose pixels have one value left once they are read in 8 bits. */
function singleValues(images: readonly PlacedImage[]): Problem[] {
  const white = whiteOf(images.map(({ bits, highest }) => (bits === 16 ? highest : undefined))) ?? 1;
  const values = new Map<string, number | null>();
  for (const image of images) {
    const read = (value: number) =>
      image.bits === 16 ? Math.min(255, Math.round((value * 255) / white)) : value;
    const [lowest, highest, before] = [read(image.lowest), read(image.highest), values.get(image.class)];
    values.set(
      image.class,
      lowest === highest && (before === undefined || before === lowest) ? lowest : null,
    );
  }
  const flat = [...values].filter(([, value]) => value !== null);
  if (flat.length === 0) return [];
  const isAll = flat.length === values.size && new Set(values.values()).size === 1;
  return [
    risk(
      'SINGLE_VALUE',
      isAll
        ? `All pixels of all images have the same brightness, ${flat[0]?.[1]} of 255: there is nothing to be seen in them`
        : `All pixels of ${flat.length} of ${values.size} classes have the same brightness: ${listed(flat.map(([name, value]) => `${name} (${value} of 255)`))}`,
      'Look at the images as they are shown here; where the files should show more, save them with values from 0 to 255 (or to 65,535 with 16 bits).',
    ),
  ];
}

const listed = (names: readonly string[]) =>
  `${names.slice(0, namedClasses).join(', ')}${names.length > namedClasses ? ', …' : ''}`;

const examples = (pairs: readonly Pair[], verb: string) =>
  `${pairs
    .slice(0, namedPairs)
    .map(([image, other]) => `${image.sourcePath} ${verb} ${other.sourcePath}`)
    .join(', ')}${pairs.length > namedPairs ? ', …' : ''}`;
