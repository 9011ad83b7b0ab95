import { foldName } from './names.ts';

export type Split = 'train' | 'val' | 'test';

const words: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  devel: 'val',
  eval: 'val',
  evaluation: 'val',
  test: 'test',
  testing: 'test',
  holdout: 'test',
  heldout: 'test',
};

/** Korean writes "train" and "set" as one word, so what may follow is part of the pattern. */
const korean: readonly (readonly [RegExp, Split])[] = [
  [/^(학습|훈련|트레이닝|트레인)(용|데이터|데이타|세트|셋|집합|이미지|자료|set)*$/u, 'train'],
  [/^(검증|밸리데이션|개발)(용|데이터|데이타|세트|셋|집합|이미지|자료|set)*$/u, 'val'],
  [/^(테스트|시험|평가)(용|데이터|데이타|세트|셋|집합|이미지|자료|set)*$/u, 'test'],
];

/** Words beside a split's that say nothing of their own: `train_images`, `my-train-set`. */
const filling =
  /^(my|the|set|sets|data|dataset|datasets|split|splits|image|images|img|imgs|pictures|photos|folder|dir|all|full|new|old|final|small|large|orig|original|cropped|crops|resized|processed|raw|part|v|데이터|데이터셋|세트|셋|이미지|사진|용|원본)$/u;

/** A folder's name that can mean a split. */
export interface SplitName {
  readonly split: Split;
  /** What the name says beside the split (`seg` of `seg_train`); empty if that is nothing. */
  readonly rest: string;
}

/**
 * Reads a split out of a folder's name: `Train`, `train2017`, `my_train`, `train-set`, `01_train`, `trainset`, `hold-out`,
 * `학습`, `검증용`. Null if no word of it, or more than one kind, is a split's.
 */
export function readSplitName(folder: string): SplitName | null {
  const parted = folder.normalize('NFC').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  const tokens = foldName(parted)
    .replace(/\b(hold|held)[\s_-]+out\b/u, '$1out')
    .split(/[^\p{L}]+/u)
    .filter((token) => token !== '');
  const splits = new Set<Split>();
  const rest: string[] = [];
  for (const token of tokens) {
    const split = splitOfWord(token);
    if (split) splits.add(split);
    else if (!filling.test(token)) rest.push(token);
  }
  const [split, second] = splits;
  return split && !second ? { split, rest: rest.join(' ') } : null;
}

function splitOfWord(word: string): Split | null {
  const bare = word.replace(/(?<=.)(set|data|images|imgs|img)$/u, '');
  if (Object.hasOwn(words, bare)) return words[bare] ?? null;
  return korean.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

/**
 * The folders of one level that are splits by their names. A name with words of its own (`seg_train`, `steam train`) counts
 * only where a second one has the same words and another split.
 */
export function splitsAmong(folders: readonly string[]): Map<string, Split> {
  const named = folders.flatMap((folder) => {
    const name = readSplitName(folder);
    return name ? [{ folder, ...name }] : [];
  });
  return new Map(
    named
      .filter(
        ({ split, rest }) =>
          rest === '' || named.some((other) => other.rest === rest && other.split !== split),
      )
      .map(({ folder, split }) => [folder, split]),
  );
}

const wrapping =
  /^(image|images|img|imgs|jpegimages|jpg|jpeg|png|picture|pictures|photo|photos|data|dataset|class|classes|raw|이미지|사진|데이터|원천데이터|클래스)$/u;

/** Whether a folder's name says only that images lie in it. */
export function isWrappingName(folder: string): boolean {
  return wrapping.test(foldName(folder).replace(/[^\p{L}]+/gu, ''));
}

const companion =
  /^(annotations?|labels?|bboxe?s?|boxes|masks?|segmentations?|segmentationclass|segmentationobject|imagesets|metadata|meta|lists?|docs?|documentation|figures?|figs?|readme|assets|media|licen[cs]es?|scripts?|code|src|notebooks?|logs?|pred|preds|prediction|predictions|predict|submissions?|라벨|라벨링데이터|라벨데이터|문서)$/u;

const unlabelled =
  /^(unlabell?ed|unlabell?ed(data|images|set)|unsup|unsupervised|nolabels?|미라벨|라벨없음|레이블없음)$/u;

/** Whether a folder's name says that its images have no labels. */
export function isUnlabelledName(folder: string): boolean {
  return unlabelled.test(foldName(folder).replace(/[^\p{L}]+/gu, ''));
}

/** Whether a folder's name says that what lies in it belongs to a dataset and is no class: annotations, documentation, unlabelled images. */
export function isCompanionName(folder: string): boolean {
  return isUnlabelledName(folder) || companion.test(foldName(folder).replace(/[^\p{L}]+/gu, ''));
}
