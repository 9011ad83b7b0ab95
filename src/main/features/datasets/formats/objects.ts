import { phrase } from '../../../../shared/errors/entry.ts';
import { makeProblem } from '../problems.ts';
import { field, type ImageLabels, type LabelSpool, mark } from './label-spool.ts';
import type { LabelledImage, LabelledSet, LabelOrigin } from './labelled-set.ts';
import type { Tally } from './tally.ts';

/** The objects of one image. */
export interface ImageObjects {
  readonly image: LabelledImage;
  /** A line of a version's `annotations.jsonl` (docs/run-directory.md), without its end. */
  readonly text: string;
  /** How many objects there are of each class, by its index; none where there are crowds of it only. */
  readonly classes: ReadonlyMap<number, number>;
  readonly counts: ObjectCounts;
}

/** How many there are; `objects` are those with a class, without crowds; `masks` those with one, or pictures of all classes. */
export interface ObjectCounts {
  objects: number;
  masks: number;
  crowds: number;
  difficult: number;
  /** Left out for an error. */
  wrong: number;
  /** Objects by the area of their boxes, in COCO's classes. */
  small: number;
  medium: number;
  large: number;
}

const smallArea = 32 ** 2;
const mediumArea = 96 ** 2;

/** So far past the edge is a rounding: a pixel, or a two-hundredth of the side. */
const rounding = (side: number) => Math.max(1, side / 200);

/** A part of an image that is larger was meant as a count of pixels. */
const farBeyondOne = 1.5;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The objects of each image, in the order of the set: boxes in pixels of the upright image, clipped to it, classes by their index.
 * What can't be used is reported and left out.
 */
export function* objectsOf(set: LabelledSet, spool: LabelSpool, tally: Tally): Generator<ImageObjects> {
  const numbers = set.images.flatMap(({ labels }) => labels);
  using stored = spool.byImage(numbers);
  for (const image of set.images) {
    const counts = { objects: 0, masks: 0, crowds: 0, difficult: 0, wrong: 0, small: 0, medium: 0, large: 0 };
    const texts: string[] = [];
    const classes = new Map<number, number>();
    for (const number of image.labels) {
      const { value } = stored.next();
      if (!value || value.image !== number) throw new Error('the labels came in another order');
      const writer = new ObjectsOfFile(image, set.originOf(number), value, tally);
      writer.writeAll(texts, counts, classes);
    }
    yield { image, text: `[${texts.join(',')}]`, classes, counts };
  }
}

class ObjectsOfFile {
  private readonly size: Size;
  private readonly origin: LabelOrigin;
  private readonly labels: ImageLabels;
  private readonly tally: Tally;
  private readonly seen = new Set<string>();

  constructor({ image }: LabelledImage, origin: LabelOrigin, labels: ImageLabels, tally: Tally) {
    this.size = image.facts ?? { width: 0, height: 0 };
    this.origin = origin;
    this.labels = labels;
    this.tally = tally;
  }

  writeAll(texts: string[], counts: ObjectCounts, classes: Map<number, number>): void {
    const { labels, origin } = this;
    let hasRegions = false;
    for (let record = 0; record < labels.count; record += 1) {
      const marks = labels.number(record, field.marks);
      if ((marks & mark.ignored) !== 0) {
        texts.push(`{"ignored":true,"mask":${this.mask(record, marks)}}`);
        continue;
      }
      const index = origin.classes[labels.number(record, field.class)];
      if (index === undefined) origin.onUnknownClass(labels, record);
      if (index === undefined || index < 0) {
        counts.wrong += 1;
        continue;
      }
      if ((marks & mark.region) !== 0) {
        texts.push(`{"class":${index},"region":true,"mask":${this.mask(record, marks)}}`);
        classes.set(index, (classes.get(index) ?? 0) + 1);
        hasRegions = true;
        continue;
      }
      const box = this.box(record);
      if (box === null) continue;
      if (box === 'wrong') {
        counts.wrong += 1;
        continue;
      }
      const isCrowd = (marks & mark.crowd) !== 0;
      const mask = this.mask(record, marks);
      const rest = `${mask === null ? '' : `,"mask":${mask}`}${isCrowd ? ',"crowd":true' : ''}${
        (marks & mark.difficult) === 0 ? '' : ',"difficult":true'
      }`;
      const text = `{"class":${index},"box":[${box.join(',')}]${rest}}`;
      if (origin.isNormalised && this.isTwice(record, text)) continue;
      texts.push(text);
      classes.set(index, (classes.get(index) ?? 0) + (isCrowd ? 0 : 1));
      if (mask !== null) counts.masks += 1;
      if ((marks & mark.difficult) !== 0) counts.difficult += 1;
      if (isCrowd) counts.crowds += 1;
      else {
        counts.objects += 1;
        const area = box[2] * box[3];
        counts[area < smallArea ? 'small' : area < mediumArea ? 'medium' : 'large'] += 1;
      }
    }
    if (hasRegions) counts.masks += 1;
  }

  private line(record: number): number {
    return this.labels.number(record, field.line);
  }

  /** The box in pixels; null where it has no area, `wrong` where that is an error. */
  private box(record: number): [number, number, number, number] | null | 'wrong' {
    const { labels, origin, size } = this;
    const [scaleX, scaleY] = origin.isNormalised ? [size.width, size.height] : [1, 1];
    const [shiftX, shiftY, more, higher] = origin.shift;
    const x = labels.number(record, field.x) * scaleX + shiftX;
    const y = labels.number(record, field.y) * scaleY + shiftY;
    const width = labels.number(record, field.width) * scaleX + more;
    const height = labels.number(record, field.height) * scaleY + higher;
    if (!(width > 0 && height > 0)) {
      this.reportEmpty(record, [x, y, width, height]);
      return null;
    }
    const [right, bottom] = [x + width, y + height];
    if (x >= 0 && y >= 0 && right <= size.width && bottom <= size.height) return [x, y, width, height];
    const [past, below] = [rounding(size.width), rounding(size.height)];
    const isNear = x >= -past && y >= -below && right <= size.width + past && bottom <= size.height + below;
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    const clipped = [Math.min(right, size.width) - left, Math.min(bottom, size.height) - top] as const;
    if (!isNear || !(clipped[0] > 0 && clipped[1] > 0)) {
      const values = [field.x, field.y, field.width, field.height].map((each) => labels.number(record, each));
      if (origin.isNormalised && Math.max(...values) > farBeyondOne) this.reportPixels(record);
      else this.reportOutside(record, [x, y, width, height]);
      return 'wrong';
    }
    // What sums of binary fractions are off by is no news.
    if (Math.min(x, y, size.width - right, size.height - bottom) < -0.001)
      this.reportClipped(record, [x, y, width, height]);
    return [left, top, clipped[0], clipped[1]];
  }

  /** The mask's JSON text; null where there is none, or none that can be used. */
  private mask(record: number, marks: number): string | null {
    if ((marks & (mark.polygons | mark.runs)) === 0) return null;
    const { labels, size, origin } = this;
    const corners = [field.mask1, field.mask2, field.mask3, field.mask4].map((each) =>
      labels.number(record, each),
    );
    const [first = 0, second = 0, third = 0, fourth = 0] = corners;
    const text = () => Buffer.from(labels.text(record)).toString('latin1');
    if ((marks & mark.runs) !== 0) {
      if (first === size.height && second === size.width) return text();
      this.reportMask(record, first, second);
      return null;
    }
    if (origin.isNormalised) return scaled(text(), size);
    const isInside = first >= 0 && second >= 0 && third <= size.width && fourth <= size.height;
    const whole = (marks & mark.flat) === 0 ? text() : `[${text()}]`;
    return isInside ? whole : clip(whole, size);
  }

  private isTwice(record: number, text: string): boolean {
    if (!this.seen.has(text)) {
      this.seen.add(text);
      return false;
    }
    const { file, group } = this.origin;
    const line = this.line(record);
    this.tally.warning('ROW_TWICE', group, (count) =>
      makeProblem('ROW_TWICE', file, { count, row: this.origin.nameOf(this.labels, record) }, line),
    );
    return true;
  }

  private facts(record: number, box: readonly number[]) {
    const { origin, size, labels } = this;
    const shown = box.map((each) => Math.round(each * 100) / 100).join(' ');
    const line = this.line(record);
    return {
      line,
      what: origin.nameOf(labels, record),
      box: shown,
      image: `${size.width} × ${size.height}`,
    };
  }

  private reportEmpty(record: number, values: readonly number[]): void {
    const { file, group } = this.origin;
    this.tally.warning('BOX_EMPTY', group, (count) => {
      const { line, what, box } = this.facts(record, values);
      return makeProblem('BOX_EMPTY', file, { count, what, box }, line);
    });
  }

  private reportClipped(record: number, values: readonly number[]): void {
    const { file, group } = this.origin;
    this.tally.warning('BOX_CLIPPED', group, (count) => {
      const { line, what, box, image } = this.facts(record, values);
      return makeProblem('BOX_CLIPPED', file, { count, what, box, image }, line);
    });
  }

  private reportOutside(record: number, values: readonly number[]): void {
    const { line, what, box, image } = this.facts(record, values);
    const { file, group } = this.origin;
    const hint = {
      en: 'Correct the box, or remove it. If many are outside, the images were scaled or turned after they were labelled.',
      ko: '상자를 고치거나 지우세요. 이런 상자가 많다면 라벨링한 뒤 이미지의 크기나 방향이 바뀐 것입니다.',
    };
    this.tally.error('BOX_OUTSIDE', group, () =>
      makeProblem('BOX_OUTSIDE', file, { what, box, image, hint }, line),
    );
  }

  private reportPixels(record: number): void {
    const { file, group } = this.origin;
    const { width, height } = this.size;
    const [x = 0, y = 0, w = 0, h = 0] = [field.x, field.y, field.width, field.height].map((each) =>
      this.labels.number(record, each),
    );
    const values = [x + w / 2, y + h / 2, w, h].map((each) => Math.round(each * 1000) / 1000).join(' ');
    this.tally.error('NOT_NORMALISED', group, () =>
      makeProblem('NOT_NORMALISED', file, { values, width, height }, this.line(record)),
    );
  }

  private reportMask(record: number, height: number, width: number): void {
    const { line, what, image } = this.facts(record, []);
    const { file, group } = this.origin;
    const why = phrase(
      'its run lengths (RLE) are of the size {said}, the image is {image}',
      'RLE의 크기는 {said}인데 이미지는 {image}입니다',
      { said: `${width} × ${height}`, image },
    );
    const hint = {
      en: 'Write the mask anew from the image that belongs to it; "size" is [height, width].',
      ko: '해당 이미지로 마스크를 다시 만드세요. "size"는 [높이, 너비] 순서입니다.',
    };
    this.tally.error('MASK_INVALID', group, () =>
      makeProblem('MASK_INVALID', file, { what, why, hint }, line),
    );
  }
}

function scaled(text: string, { width, height }: Size): string {
  const polygons = JSON.parse(text) as number[][];
  return JSON.stringify(
    polygons.map((polygon) =>
      polygon.map((value, at) =>
        at % 2 === 0
          ? Math.min(Math.max(value * width, 0), width)
          : Math.min(Math.max(value * height, 0), height),
      ),
    ),
  );
}

function clip(text: string, { width, height }: Size): string {
  const polygons = JSON.parse(text) as number[][];
  return JSON.stringify(
    polygons.map((polygon) =>
      polygon.map((value, at) => Math.min(Math.max(value, 0), at % 2 === 0 ? width : height)),
    ),
  );
}
