import { type Bilingual, type ParametersOf, phrase } from '../../../shared/errors/entry.ts';
import { trainingRisks } from '../../../shared/errors/training.ts';
import { blocksAcross, blocksDown } from './fingerprint.ts';
import type { AcceptedImage, ImageContent, PlacedImage } from './images.ts';
import type { Split } from './layout.ts';
import { whiteOf } from './manifest.ts';
import { listed, makeProblem, type Problem } from './problems.ts';

/** Four bands of 16 bits: two hashes that differ in at most three bits have one band in common. */
const bands = 4;
const differentBits = 3;
/** What the means of blocks, from 0 to 255, may differ in the mean and at most: measured on copies that were scaled and saved anew. */
const meanDifference = 6;
const largestDifference = 32;
/** Comparisons in all, about a second: plain images that share their bands must not cost more. */
const mostComparisons = 20_000_000;

/** 64 bits: whether each block of a fingerprint is brighter than its right neighbour (dHash), in halves of 32. */
function hashOf(fingerprint: Uint8Array): readonly [number, number] {
  const halves: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit += 1) {
    const at = Math.floor(bit / (blocksAcross - 1)) * blocksAcross + (bit % (blocksAcross - 1));
    if ((fingerprint[at] ?? 0) > (fingerprint[at + 1] ?? 0)) halves[bit < 32 ? 0 : 1] |= 1 << (bit % 32);
  }
  return halves;
}

function countBits(value: number): number {
  let rest = value - ((value >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function areAlike(one: Uint8Array, other: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < blocksAcross * blocksDown; at += 1) {
    const difference = Math.abs((one[at] ?? 0) - (other[at] ?? 0));
    if (difference > largestDifference) return false;
    sum += difference;
  }
  return sum <= meanDifference * blocksAcross * blocksDown;
}

/**
 * Images by what they look like, to be asked for ones that look nearly the same: the hashes of both differ in few bits, and so do
 * the brightnesses of their blocks. Different pictures of plain things may look so as well; a person has to judge.
 */
export class LookIndex<T extends { readonly fingerprint: Uint8Array }> {
  private readonly hashes: (readonly [number, number])[] = [];
  private readonly items: T[] = [];
  private readonly buckets = new Map<number, number[]>();
  private comparisons = 0;

  add(item: T): void {
    const hash = hashOf(item.fingerprint);
    const index = this.items.push(item) - 1;
    this.hashes.push(hash);
    for (const key of keysOf(hash)) {
      const bucket = this.buckets.get(key);
      if (bucket) bucket.push(index);
      else this.buckets.set(key, [index]);
    }
  }

  /** One that looks nearly like it; null if none was found. */
  find(fingerprint: Uint8Array): T | null {
    const hash = hashOf(fingerprint);
    for (const key of keysOf(hash)) {
      for (const index of this.buckets.get(key) ?? []) {
        if (this.isExhausted) return null;
        this.comparisons += 1;
        const other = this.hashes[index] ?? [0, 0];
        if (countBits(hash[0] ^ other[0]) + countBits(hash[1] ^ other[1]) > differentBits) continue;
        const item = this.items[index];
        if (item && areAlike(fingerprint, item.fingerprint)) return item;
      }
    }
    return null;
  }

  /** So many images looked alike that not all were compared: there may be more. */
  get isExhausted(): boolean {
    return this.comparisons >= mostComparisons;
  }
}

/** The bands of a hash, each with its number. */
function keysOf([low, high]: readonly [number, number]): number[] {
  const parts = [low & 0xffff, low >>> 16, high & 0xffff, high >>> 16];
  return parts.slice(0, bands).map((part, band) => band * 0x10000 + part);
}

/** Fewer images of a class than these to train on are a warning: three or four teach a network hardly more than themselves. */
const fewImages = 10;
/** Images of the largest class for each of the smallest, from which on there is a warning. */
const mostImbalance = 50;

const namedPairs = 3;

/** Codes of {@link findTrainingRisks}: shown before a training, too. */
export const trainingRiskCodes = Object.keys(trainingRisks);

/** Without a path, so that it is listed before the findings on files. */
const risk = <Code extends keyof typeof trainingRisks>(
  code: Code,
  parameters: ParametersOf<(typeof trainingRisks)[Code]>,
) => makeProblem(code, '', parameters);

/** Made with the first number, not with the module: to load what knows of languages takes 8 ms of each start. */
const number = (value: number) => new Intl.NumberFormat('en').format(value);

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

/** One class is usual among objects, and an image may hold hundreds of them. */
const ofWholeImages = new Set(['ONE_CLASS', 'FEW_IMAGES']);

/**
 * The same of labelled images, each of which may show several classes.
 * @param classes their names, by index
 */
export function findLabelledRisks(
  images: readonly (LookedAt & Pick<AcceptedImage, 'objects'>)[],
  classes: readonly string[],
): Problem[] {
  const hasSplits = images.some(({ split }) => split !== null);
  const seen = images.flatMap(({ split, objects }) =>
    (objects?.classes ?? []).map((index) => ({ split, class: classes[index] ?? '' })),
  );
  const byClass = classRisks(seen, hasSplits).filter(({ code }) => !ofWholeImages.has(code));
  return [...byClass, ...(hasSplits ? splitRisks(images) : [])];
}

function classRisks(images: readonly Pick<PlacedImage, 'class' | 'split'>[], hasSplits: boolean): Problem[] {
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

/** What a comparison of images needs of them. */
type LookedAt = Pick<ImageContent, 'sha256' | 'lowest' | 'highest' | 'fingerprint'> &
  Pick<PlacedImage, 'split' | 'sourcePath'>;
type Pair = readonly [image: LookedAt, other: LookedAt];

/** Images of validation and test that training has, too: what was seen proves nothing. */
function splitRisks(images: readonly LookedAt[]): Problem[] {
  const bySha256 = new Map<string, LookedAt>();
  const looks = new LookIndex<LookedAt>();
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
            count: looks.isExhausted ? phrase('at least {count}', '적어도 {count}', { count }) : count,
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
