import { type Bilingual, type ParametersOf, phrase } from '../../../shared/errors/entry.ts';
import { trainingRisks } from '../../../shared/errors/training.ts';
import type { PlacedImage } from './images.ts';
import type { Split } from './layout.ts';
import { whiteOf } from './manifest.ts';
import { LookIndex } from './near-duplicates.ts';
import { listed, makeProblem, type Problem } from './problems.ts';

/** Fewer images of a class than these to train on are a warning: three or four teach a network hardly more than themselves. */
export const fewImages = 10;
/** Images of the largest class for each of the smallest, from which on there is a warning. */
export const mostImbalance = 50;

const namedPairs = 3;

/** Codes of {@link findTrainingRisks}: shown before a training, too. */
export const trainingRiskCodes = Object.keys(trainingRisks);

/** Without a path, so that it stands before the findings on files. */
const risk = <Code extends keyof typeof trainingRisks>(
  code: Code,
  parameters: ParametersOf<(typeof trainingRisks)[Code]>,
) => makeProblem(code, '', parameters);

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
  if (counts.length === 1) risks.push(risk('ONE_CLASS', { class: counts[0]?.[0] ?? '' }));
  const few = counts.filter(([, count]) => count < fewImages);
  if (few.length > 0)
    risks.push(
      risk('FEW_IMAGES', {
        few: few.length,
        classes: counts.length,
        least: fewImages,
        list: listed(few.map(([name, count]) => `${name} (${count})`)),
      }),
    );
  const [smallest, largest] = [counts.find(([, count]) => count > 0), counts.at(-1)];
  if (smallest && largest && largest[1] > mostImbalance * smallest[1])
    risks.push(
      risk('IMBALANCED_CLASSES', {
        ratio: mostImbalance,
        largest: largest[0],
        most: number(largest[1]),
        smallest: smallest[0],
        least: number(smallest[1]),
      }),
    );
  const validated = new Set(images.filter(({ split }) => split === 'val').map((image) => image.class));
  const unseen = counts.filter(([name, count]) => count > 0 && !validated.has(name));
  if (hasSplits && validated.size > 0 && unseen.length > 0)
    risks.push(
      risk('CLASS_NOT_VALIDATED', {
        unseen: unseen.length,
        classes: counts.length,
        list: listed(unseen.map(([name]) => name)),
      }),
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
        const found = looks.find(image.fingerprint);
        if (found) alike.push([image, found]);
      }
    }
    for (const image of own) {
      if (!bySha256.has(image.sha256)) bySha256.set(image.sha256, image);
      if (image.lowest < image.highest) looks.add(image);
    }
  }
  const heldOut = number(images.filter(({ split }) => split !== 'train').length);
  const count = number(alike.length);
  return [
    ...(same.length === 0
      ? []
      : [
          risk('DUPLICATES_ACROSS_SPLITS', {
            heldOut,
            count: number(same.length),
            examples: examples(same, '{one} is {other}', '{one} = {other}'),
          }),
        ]),
    ...(alike.length === 0
      ? []
      : [
          risk('NEAR_DUPLICATES', {
            heldOut,
            count: looks.isExhausted ? phrase('{count} at least', '적어도 {count}', { count }) : count,
            examples: examples(alike, '{one} looks like {other}', '{one} ≈ {other}'),
          }),
        ]),
  ];
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
  const which = isAll
    ? { en: 'all images', ko: '모든 이미지' }
    : phrase('{flat} of {classes} classes', '클래스 {classes}개 중 {flat}개', {
        flat: flat.length,
        classes: values.size,
      });
  const brightness = (name: string) => values.get(name) ?? '';
  const names = flat.map(([name]) => name);
  const list = isAll
    ? phrase(', {value} of 255', '(255 중 {value})', { value: brightness(names[0] ?? '') })
    : {
        en: `: ${listed(names.map((name) => `${name} (${brightness(name)} of 255)`))}`,
        ko: `: ${listed(names.map((name) => `${name}(255 중 ${brightness(name)})`))}`,
      };
  return [risk('SINGLE_VALUE', { which, list })];
}

function examples(
  pairs: readonly Pair[],
  en: '{one} is {other}' | '{one} looks like {other}',
  ko: string,
): Bilingual {
  const named = pairs.map(([image, other]) =>
    phrase(en, ko, { one: image.sourcePath, other: other.sourcePath }),
  );
  const list = (language: keyof Bilingual) =>
    listed(
      named.map((pair) => pair[language]),
      namedPairs,
    );
  return { en: list('en'), ko: list('ko') };
}
