import { ByteLine } from './byte-line.ts';
import { field, type ImageLabels, mark } from './label-records.ts';
import type { LabelSpool } from './label-spool.ts';
import { ignoredClass, type LabelledImage, type LabelledSet, type LabelOrigin } from './labelled-set.ts';
import { ObjectFaults, type Size } from './object-faults.ts';
import { boxOfPolygons } from './polygons.ts';
import type { Tally } from './tally.ts';

/** The objects of one image. */
export interface ImageObjects {
  readonly image: LabelledImage;
  /** A line of a version's `annotations.jsonl` (docs/run-directory.md), with its end; until the next image is asked for. */
  readonly line: Uint8Array;
  /** Whether nothing is labelled in it. */
  readonly isEmpty: boolean;
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

type Box = readonly [left: number, top: number, width: number, height: number];

/**
 * The objects of each image, in the order of the set: boxes in pixels of the upright image, clipped to it, classes by their index.
 * What can't be used is reported and left out.
 */
export function* objectsOf(set: LabelledSet, spool: LabelSpool, tally: Tally): Generator<ImageObjects> {
  const numbers = set.images.flatMap(({ labels }) => labels);
  const line = new ByteLine();
  using stored = spool.byImage(numbers);
  for (const image of set.images) {
    const counts = { objects: 0, masks: 0, crowds: 0, difficult: 0, wrong: 0, small: 0, medium: 0, large: 0 };
    const classes = new Map<number, number>();
    line.length = 0;
    line.text('[');
    for (const number of image.labels) {
      const { value } = stored.next();
      if (!value || value.image !== number) throw new Error('the labels came in another order');
      const writer = new ObjectsOfFile(image, set.originOf(number), value, tally);
      writer.writeAll(line, counts, classes);
    }
    const isEmpty = line.length === 1;
    line.text(']\n');
    yield { image, line: line.view, isEmpty, classes, counts };
  }
}

class ObjectsOfFile {
  private readonly size: Size;
  private readonly origin: LabelOrigin;
  private readonly labels: ImageLabels;
  private readonly faults: ObjectFaults;
  /** Keys of class and box of each object; whole texts only from the second on that has the same, because they are long. */
  private readonly seen = new Set<number>();
  private seenWhole: Set<string> | null = null;
  /** Where each object stands in the line. */
  private readonly spans: (readonly [from: number, end: number])[] = [];

  constructor({ image }: LabelledImage, origin: LabelOrigin, labels: ImageLabels, tally: Tally) {
    this.size = image.facts ?? { width: 0, height: 0 };
    this.origin = origin;
    this.labels = labels;
    this.faults = new ObjectFaults(tally, origin, labels, this.size, image.sourcePath);
  }

  /** Puts all objects behind what is in `line`, and counts them. */
  writeAll(line: ByteLine, counts: ObjectCounts, classes: Map<number, number>): void {
    const { labels, origin } = this;
    let hasRegions = false;
    for (let record = 0; record < labels.count; record += 1) {
      const marks = labels.number(record, field.marks);
      const index = origin.classes[labels.number(record, field.class)];
      if (index === ignoredClass) {
        line.text(`${separator(line)}{"ignored":true,"mask":`);
        line.text(this.putMask(line, record, marks) ? '}' : 'null}');
        continue;
      }
      if (index === undefined) origin.onUnknownClass(labels, record);
      if (index === undefined || index < 0) {
        counts.wrong += 1;
        continue;
      }
      if ((marks & mark.region) !== 0) {
        line.text(`${separator(line)}{"class":${index},"region":true,"mask":`);
        line.text(this.putMask(line, record, marks) ? '}' : 'null}');
        classes.set(index, (classes.get(index) ?? 0) + 1);
        hasRegions = true;
        continue;
      }
      const row = origin.boxOfRow && (marks & mark.polygons) !== 0 ? this.boxOfRow(record) : null;
      const isNone = !row && (marks & mark.odd) !== 0;
      const box = isNone ? 'wrong' : this.box(record, row ?? this.written(record));
      if (box === null) continue;
      if (box === 'wrong') {
        counts.wrong += 1;
        continue;
      }
      const before = line.length;
      line.text(separator(line));
      const start = line.length;
      const hasMask = this.putPlace(line, index, box, row ? null : record);
      const isCrowd = (marks & mark.crowd) !== 0;
      const isDifficult = (marks & mark.difficult) !== 0;
      if (isCrowd) line.text(',"crowd":true');
      if (isDifficult) line.text(',"difficult":true');
      line.text('}');
      if (this.isTwice(line, start, keyOf(index, box))) {
        line.length = before;
        this.faults.twice(record);
        continue;
      }
      classes.set(index, (classes.get(index) ?? 0) + (isCrowd ? 0 : 1));
      if (hasMask) counts.masks += 1;
      if (isDifficult) counts.difficult += 1;
      if (isCrowd) counts.crowds += 1;
      else {
        counts.objects += 1;
        const area = box[2] * box[3];
        counts[area < smallArea ? 'small' : area < mediumArea ? 'medium' : 'large'] += 1;
      }
    }
    if (hasRegions) counts.masks += 1;
  }

  /** Puts in class, box and mask. @param masked the record of the mask; null for none @returns whether it has one */
  private putPlace(line: ByteLine, index: number, box: Box, masked: number | null): boolean {
    line.text('{"class":');
    line.number(index);
    line.text(',"box":[');
    for (const [at, side] of box.entries()) {
      if (at > 0) line.text(',');
      line.number(side);
    }
    line.text(']');
    if (masked === null) return false;
    const before = line.length;
    line.text(',"mask":');
    const hasMask = this.putMask(line, masked, this.labels.number(masked, field.marks));
    if (!hasMask) line.length = before;
    return hasMask;
  }

  /** Whether an object before it, of the same file, has the same text. */
  private isTwice(line: ByteLine, start: number, key: number): boolean {
    const { seen, spans } = this;
    if (seen.has(key)) {
      this.seenWhole ??= new Set(spans.map(([from, end]) => line.slice(from, end)));
      if (this.seenWhole.has(line.slice(start))) return true;
    } else seen.add(key);
    this.seenWhole?.add(line.slice(start));
    spans.push([start, line.length]);
    return false;
  }

  private boxOfRow(record: number): Box | null {
    const [numbers = []] = JSON.parse(this.labels.text(record)) as number[][];
    return this.origin.boxOfRow?.(numbers) ?? null;
  }

  private written(record: number): Box {
    const { labels } = this;
    return [
      labels.number(record, field.x),
      labels.number(record, field.y),
      labels.number(record, field.width),
      labels.number(record, field.height),
    ];
  }

  /** The box in pixels; null where it has no area, `wrong` where that is an error. */
  private box(record: number, written: Box): Box | null | 'wrong' {
    const { origin, size, faults } = this;
    const [scaleX, scaleY] = origin.isNormalised ? [size.width, size.height] : [1, 1];
    const [shiftX, shiftY, more, higher] = origin.shift;
    const x = written[0] * scaleX + shiftX;
    const y = written[1] * scaleY + shiftY;
    const width = written[2] * scaleX + more;
    const height = written[3] * scaleY + higher;
    const inPixels = [x, y, width, height] as const;
    if (!(width > 0 && height > 0)) {
      faults.empty(record, inPixels);
      return null;
    }
    const [right, bottom] = [x + width, y + height];
    if (x >= 0 && y >= 0 && right <= size.width && bottom <= size.height) return inPixels;
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    const clipped = [Math.min(right, size.width) - left, Math.min(bottom, size.height) - top] as const;
    if (farthestPast(inPixels, size) > 1 || !(clipped[0] > 0 && clipped[1] > 0)) {
      if (origin.isNormalised && Math.max(...written) > farBeyondOne) faults.pixels(record, written);
      else faults.outside(record, inPixels);
      return 'wrong';
    }
    // What sums of binary fractions are off by is no news.
    if (Math.min(x, y, size.width - right, size.height - bottom) < -0.001)
      faults.clipped('BOX_CLIPPED', record, inPixels);
    return [left, top, clipped[0], clipped[1]];
  }

  /** Puts in the mask's JSON text; false where there is none, or none that can be used. */
  private putMask(line: ByteLine, record: number, marks: number): boolean {
    if ((marks & (mark.polygons | mark.runs)) === 0) return false;
    const { labels, size, origin, faults } = this;
    const first = labels.number(record, field.mask1);
    const second = labels.number(record, field.mask2);
    if ((marks & mark.runs) !== 0) {
      if (first === size.height && second === size.width) {
        labels.copyText(record, line);
        return true;
      }
      faults.maskSize(record, first, second);
      return false;
    }
    if (origin.isNormalised) {
      line.text(scaled(labels.text(record), size));
      return true;
    }
    const isFlat = (marks & mark.flat) !== 0;
    const [right, bottom] = [labels.number(record, field.mask3), labels.number(record, field.mask4)];
    if (!(first >= 0 && second >= 0 && right <= size.width && bottom <= size.height)) {
      const text = isFlat ? `[${labels.text(record)}]` : labels.text(record);
      const around = boxOfPolygons(text);
      const past = farthestPast(around, size);
      const [left, top, width, height] = around;
      if (left >= size.width || top >= size.height || left + width <= 0 || top + height <= 0) {
        faults.maskOutside(record, around);
        return false;
      }
      if (past > 1) faults.clipped('MASK_CLIPPED', record, around);
      if (past > 0) {
        line.text(clip(text, size));
        return true;
      }
    }
    if (isFlat) line.text('[');
    labels.copyText(record, line);
    if (isFlat) line.text(']');
    return true;
  }
}

const separator = (line: ByteLine) => (line.length > 1 ? ',' : '');

/** The same for objects of one class and box, and for very few others. */
const keyOf = (index: number, [x, y, width, height]: Box) =>
  index + 31 * (x + 31 * (y + 31 * (width + 31 * height)));

/** How far a box reaches past an edge of the image, 1 being what a rounding can be; 0 and less where it lies inside. */
function farthestPast([x, y, width, height]: Box, size: Size): number {
  return Math.max(
    Math.max(-x, x + width - size.width) / rounding(size.width),
    Math.max(-y, y + height - size.height) / rounding(size.height),
  );
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
