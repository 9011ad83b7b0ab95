import type { Bilingual } from '../../../../shared/errors/entry.ts';
import type { LabelFile, LabelFiles } from '../label-files.ts';
import { makeProblem } from '../problems.ts';
import type { ScannedImage } from '../scan.ts';
import type { Split } from '../split-names.ts';
import type { ImageLabels } from './label-records.ts';
import type { Tally } from './tally.ts';
import { decodeText } from './text.ts';

/** Pixels that are of no class, and not background: borders between objects. */
export const ignoredClass = -2;

/** An image of a labelled dataset with where its labels are. */
export interface LabelledImage {
  readonly image: ScannedImage;
  readonly split: Split | null;
  /** The numbers under which the spool has its labels; none where it is background. */
  readonly labels: readonly number[];
  /** Whether labels of it can't be used, which was reported: without others it is no background. */
  readonly hasRefused: boolean;
}

/** How the labels under one number of a spool are meant. */
export interface LabelOrigin {
  /** The file in which they stand. */
  readonly file: string;
  /** Warnings of one kind are reported once for each group: a file of many images, or all files of one image each. */
  readonly group: string;
  /** The class of the set for each class of the file; -1 where it has none, which has been reported; or {@link ignoredClass}. */
  readonly classes: ArrayLike<number>;
  /** Boxes and polygons are parts of the image between 0 and 1. */
  readonly isNormalised: boolean;
  /** Added to boxes' left, top, width and height, in pixels: where files count pixels instead of measuring between them. */
  readonly shift: readonly [x: number, y: number, width: number, height: number];
  /** Called for a label whose class is not in `classes` at all. */
  readonly onUnknownClass: (labels: ImageLabels, record: number) => void;
  /**
   * The box, as parts of the image, in a row of numbers that has keypoints behind it; null where the row is a polygon. Null where no
   * row has keypoints.
   */
  readonly boxOfRow?:
    | ((numbers: readonly number[]) => readonly [number, number, number, number] | null)
    | null;
  /** How a label is called in a finding: an annotation with its id, a row, an object. */
  readonly nameOf: (labels: ImageLabels, record: number) => Bilingual;
}

/** What a format makes of the files of a source. */
export interface LabelledSet {
  /** In the order of their indexes. */
  readonly classes: readonly string[];
  readonly images: readonly LabelledImage[];
  readonly originOf: (number: number) => LabelOrigin;
  /** Leaving files out does not fix it. */
  readonly isFatal: boolean;
}

/** Reads the labels of one format out of a source's files, which come in any order. */
export interface LabelReader extends LabelFiles {
  /** Joins labels and images; called once, behind the last file. */
  finish(images: readonly ScannedImage[], folders: readonly (readonly string[])[]): LabelledSet;
}

/** Without a label or an image: a set that can't be imported. */
export const emptySet: LabelledSet = {
  classes: [],
  images: [],
  originOf: () => {
    throw new Error('there are no labels');
  },
  isFatal: true,
};

/** A list of a million images is shorter. */
const longestText = 128 * 2 ** 20;

/**
 * The text of a file of labels, in whatever encoding it is; null, and reported, where it is none,
 * or longer than any.
 * @param declaredIn finds the encoding that the text itself names in its first bytes
 */
export async function wholeText(
  { path, chunks }: LabelFile,
  tally: Tally,
  {
    declaredIn = () => null,
    isUnknownReported = true,
  }: {
    readonly declaredIn?: (start: string) => string | null;
    readonly isUnknownReported?: boolean;
  } = {},
): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks()) {
    pieces.push(Buffer.from(chunk));
    length += chunk.length;
    if (length <= longestText) continue;
    tally.warning('LABEL_FILE_TOO_LARGE', path, () =>
      makeProblem('LABEL_FILE_TOO_LARGE', path, { most: longestText / 2 ** 20 }),
    );
    return null;
  }
  const bytes = Buffer.concat(pieces);
  const decoded = decodeText(bytes, declaredIn(bytes.toString('latin1', 0, 200)));
  if (!decoded) {
    if (isUnknownReported)
      tally.error('ENCODING_UNKNOWN', path, () => makeProblem('ENCODING_UNKNOWN', path, {}));
    return null;
  }
  const { text, encoding, isGuess } = decoded;
  if (isGuess) reportGuess(tally, path, encoding, exampleOf(text), undefined);
  return text;
}

/** Says that a text was read as what it does not say that it is. */
export function reportGuess(
  tally: Tally,
  path: string,
  encoding: string,
  example: string,
  line: number | undefined,
): void {
  tally.warning('ENCODING_GUESSED', path, () =>
    makeProblem('ENCODING_GUESSED', path, { encoding: encoding.toUpperCase(), example }, line),
  );
}

/** The first words that are no ASCII. */
export function exampleOf(text: string): string {
  return /[^\s\x20-\x7e][^\n\r,;<>"\]]{0,20}/u.exec(text)?.[0].trim() ?? text.slice(0, 20).trim();
}

/** Says how many images are left out for want of labels. @param what they have not */
export function reportUnlabelled(
  left: readonly ScannedImage[],
  what: Bilingual,
  hint: Bilingual,
  tally: Tally,
): void {
  const [first] = left;
  if (!first) return;
  tally.warning('IMAGES_UNLABELLED', '', () =>
    makeProblem('IMAGES_UNLABELLED', first.sourcePath, {
      count: left.length,
      first: first.sourcePath,
      what,
      hint,
    }),
  );
}
