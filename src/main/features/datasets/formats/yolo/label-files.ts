import { foldName, normalName } from '../../names.ts';
import { makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { stemOf } from '../image-index.ts';
import type { Tally } from '../tally.ts';
import type { LabelRows } from './label-rows.ts';

/** A label file with its rows, or one whose text can't be read. */
export interface LabelText extends LabelRows {
  /** As the source spells it. */
  readonly path: string;
  /** In the spool. */
  readonly number: number;
  /** Its text is in an unknown encoding, or was not to be had. */
  readonly unread: 'undecodable' | 'unreadable' | null;
}

/** How many rows a label file has, boxes and polygons. */
export const rowsOf = ({ boxes, longer }: LabelRows): number =>
  [...longer.values()].reduce((sum, { count }) => sum + count, boxes.count);

const imageFolder = /^(?:images?|imgs?|jpegimages)$/i;
const mostLooked = 6;

/** Finds the label files of images. */
export class LabelFiles {
  /** The folders in which was looked in vain; the first ones. */
  readonly looked = new Set<string>();
  readonly all: LabelText[] = [];
  /** By their normal path without its extension. */
  private readonly byPath = new Map<string, LabelText>();
  private readonly byFoldedPath = new Map<string, LabelText>();
  private readonly tally: Tally;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  add(labels: LabelText): void {
    const path = normalName(stemOf(labels.path));
    this.all.push(labels);
    this.byPath.set(path, labels);
    this.byFoldedPath.set(foldName(path), labels);
  }

  /** The labels of an image: in the folder `labels` in the place of the last one called `images`, else beside it. */
  of({ segments, sourcePath }: ScannedImage): LabelText | null {
    const stem = stemOf(segments.at(-1) ?? '');
    const places = placesOf(segments.slice(0, -1));
    const paths = places.map((place) => normalName([...place, stem].join('/')));
    for (const path of paths) {
      const labels = this.byPath.get(path);
      if (labels) return labels;
    }
    for (const path of paths) {
      const labels = this.byFoldedPath.get(foldName(path));
      if (!labels) continue;
      this.tally.warning('NAMES_BY_CASE', '', (count) =>
        makeProblem('NAMES_BY_CASE', labels.path, { count, written: sourcePath, found: labels.path }),
      );
      return labels;
    }
    for (const place of places) if (this.looked.size < mostLooked) this.looked.add(place.join('/') || '.');
    return null;
  }
}

function placesOf(folder: readonly string[]): (readonly string[])[] {
  const images = folder.findLastIndex((each) => imageFolder.test(each));
  if (images >= 0) return [folder.with(images, 'labels'), folder];
  const levels = [...folder.keys(), folder.length].reverse();
  return [
    folder,
    ...levels.map((level) => folder.toSpliced(level, 0, 'labels')),
    [...folder.slice(0, -1), 'labels'],
  ];
}
