import type { ByteLine } from './byte-line.ts';
import type { Chunk } from './chunk-log.ts';

/** The numbers of a record, by their place. */
export const field = {
  /** Of the image, as its reader numbers images. */
  image: 1,
  class: 2,
  /** 1-based, of the file in which the annotation stands. */
  line: 3,
  /** The annotation's id; below zero it is `-1 - index` of an id that is no number; NaN where there is none. */
  id: 4,
  /** Sum of `mark`. */
  marks: 5,
  x: 6,
  y: 7,
  width: 8,
  height: 9,
  /** Of polygons left, top, right and bottom of a box of whole pixels around them; of run lengths their height and width. */
  mask1: 10,
  mask2: 11,
  mask3: 12,
  mask4: 13,
} as const;

/**
 * Facts of a record, added up in `field.marks`. `flat`: the mask's text is one polygon without the list around
 * it. `region`: all pixels of a class, whichever object they are of. `odd`: a row of an odd count of numbers, which is no polygon.
 */
export const mark = {
  crowd: 1,
  difficult: 2,
  polygons: 4,
  runs: 8,
  flat: 16,
  region: 32,
  odd: 64,
} as const;

export const lengthField = 0;
export const textField = 14;
/** Where the text stands if it is not behind these numbers: see `placeIn`. */
export const placeField = 15;
/** Numbers before the text of a record. */
export const headLength = 16;

export const imageAt = ({ words }: Chunk, start: number) => words[start + field.image] as number;

/** In words, with the text. */
export const wholeLength = ({ words }: Chunk, start: number) =>
  headLength + Math.ceil((words[start + textField] as number) / 8);

/** The records of one image. */
export class ImageLabels {
  readonly image: number;
  readonly count: number;
  private readonly chunk: Chunk;
  /** Where each record of the chunk begins, those of this image from `first` on. */
  private readonly starts: Int32Array;
  private readonly first: number;

  constructor(image: number, count: number, chunk: Chunk, starts: Int32Array, first: number) {
    this.image = image;
    this.count = count;
    this.chunk = chunk;
    this.starts = starts;
    this.first = first;
  }

  /** A number of a record, by its place in `field`. */
  number(record: number, place: number): number {
    return this.chunk.words[this.start(record) + place] as number;
  }

  /** The JSON text of a record's mask, as its source spells it; empty where there is none. */
  text(record: number): string {
    const from = (this.start(record) + headLength) * 8;
    return this.chunk.bytes.toString('latin1', from, from + this.number(record, textField));
  }

  /** The bytes of {@link text}, put into `line`. */
  copyText(record: number, line: ByteLine): void {
    const from = (this.start(record) + headLength) * 8;
    line.bytes(this.chunk.bytes, from, from + this.number(record, textField));
  }

  private start(record: number): number {
    return this.starts[this.first + record] as number;
  }
}
