import type { ImageObject } from '../../../../shared/contract/dataset-labels.ts';
import type { ExportedFile, ExportedVersion, ExportFormat, Survey } from './export-format.ts';
import { Losses } from './losses.ts';
import { type Box, boxAround, joined } from './masks.ts';
import { labelPathOf, type PlacedImage, type SplitFolder } from './placement.ts';

interface YoloSurvey extends Survey {
  /** Every object has polygons: they are written, and boxes otherwise. */
  readonly hasPolygons: boolean;
  /** Of images that are written. */
  readonly folders: ReadonlySet<SplitFolder>;
}

/** A polygon's box that is farther from the object's own is another one. */
const sameBoxPixels = 0.5;

/**
 * YOLO as Ultralytics reads it (docs.ultralytics.com, "Object detection datasets"): `labels/<split>/….txt` beside `images/<split>`, and
 * `data.yaml`. That has no `path`: a relative one would count from wherever the training is started, not from the file.
 */
export const yolo: ExportFormat<YoloSurvey> = {
  title: 'YOLO',
  placement: { unsplit: 'train', byStem: true },

  survey(version) {
    const losses = new Losses();
    const folders = new Set<SplitFolder>();
    const names: string[] = [];
    // How the set is written is known at its end.
    const asBoxes = measured();
    const asPolygons = measured();
    let hasPolygons = true;
    return {
      add({ image, objects }) {
        for (const object of objects) {
          losses.count(object);
          if (!isWritten(object)) continue;
          countMask(object, losses);
          hasPolygons &&= Array.isArray(object.mask);
        }
        const boxes = rowsOf(image, objects, false);
        if (losses.isLeftOut(objects, boxes.rows.length)) return true;
        folders.add(image.folder);
        names.push(labelPathOf(image));
        measure(asBoxes, boxes);
        if (hasPolygons) measure(asPolygons, rowsOf(image, objects, true));
        return false;
      },
      finish() {
        hasPolygons &&= asBoxes.objects > 0;
        const { sizes, objects, twins } = hasPolygons ? asPolygons : asBoxes;
        losses.twins = twins;
        const labels = names.map((name, at) => [name, sizes[at] ?? 0] as const);
        const yaml = Buffer.byteLength(dataYaml(version, folders));
        return {
          files: [['data.yaml', yaml] as const, ...labels],
          survey: {
            folders,
            objects,
            isEmpty: objects === 0,
            hasPolygons,
            losses: losses.ofYolo(version, hasPolygons),
          },
        };
      },
    };
  },

  async *files(version, { hasPolygons, folders }, images, read, imageFile) {
    yield file('data.yaml', dataYaml(version, folders));
    for await (const { image, objects } of read(images)) {
      yield imageFile(image);
      yield file(labelPathOf(image), textOf(rowsOf(image, objects, hasPolygons)));
    }
  },
};

function file(name: string, text: string): ExportedFile {
  const content = Buffer.from(text);
  return { name, size: content.length, content };
}

const isWritten = ({ class: index, box, crowd }: ImageObject) => index !== null && box !== null && !crowd;

const textOf = ({ rows }: Rows) => rows.map((row) => `${row}\n`).join('');

interface Rows {
  readonly rows: readonly string[];
  /** Rows that stood there already. */
  readonly twins: number;
}

const measured = () => ({ sizes: [] as number[], objects: 0, twins: 0 });

function measure(whole: ReturnType<typeof measured>, own: Rows): void {
  whole.sizes.push(textOf(own).length);
  whole.objects += own.rows.length;
  whole.twins += own.twins;
}

function countMask({ mask, box }: ImageObject, losses: Losses): void {
  if (mask === null) losses.maskless += 1;
  else if (!Array.isArray(mask)) losses.runs += 1;
  else {
    losses.polygons += 1;
    if (mask.length > 1) losses.joined += 1;
    const around = boxAround(mask);
    if (box && around.some((value, at) => Math.abs(value - (box[at] ?? 0)) > sameBoxPixels))
      losses.otherBoxes += 1;
  }
}

/** The rows of an image, in ASCII. Numbers have as many digits as it takes to be read back as the same. */
function rowsOf(
  { line: { width, height } }: PlacedImage,
  objects: readonly ImageObject[],
  asPolygons: boolean,
): Rows {
  const rows = new Set<string>();
  let twins = 0;
  for (const object of objects) {
    const { class: index, box, mask } = object;
    if (!isWritten(object) || box === null) continue;
    const numbers =
      asPolygons && Array.isArray(mask)
        ? joined(mask).map((value, at) => part(value, at % 2 === 0 ? width : height))
        : boxNumbers(box, width, height);
    const row = `${index} ${numbers.join(' ')}`;
    if (rows.has(row)) twins += 1;
    rows.add(row);
  }
  return { rows: [...rows], twins };
}

function boxNumbers([x, y, width, height]: Box, imageWidth: number, imageHeight: number): number[] {
  return [
    part(x + width / 2, imageWidth),
    part(y + height / 2, imageHeight),
    part(width, imageWidth),
    part(height, imageHeight),
  ];
}

/** Between 0 and 1, which a rounding must not leave. */
const part = (value: number, whole: number) => Math.min(Math.max(value / whole, 0), 1);

/** Every name is a quoted text: `no`, `1e3` and `a: b` are names, too. */
function dataYaml({ number, classes }: ExportedVersion, folders: ReadonlySet<SplitFolder>): string {
  const placeOf = (split: 'train' | 'val' | 'test') =>
    folders.has('') ? 'images' : folders.has(split) ? `images/${split}` : null;
  const train = placeOf('train');
  const val = placeOf('val');
  const test = folders.has('test') ? placeOf('test') : null;
  const lines = [
    `# Version ${number} of a dataset of Trainyard.`,
    ...(folders.has('') ? ['# It has no splits: "val" is the same images as "train".'] : []),
    `train: ${train ?? '[]'}`,
    ...(val === null && train !== null ? ['# It has no images for "val": they are those of "train".'] : []),
    `val: ${val ?? train ?? '[]'}`,
    ...(test === null ? [] : [`test: ${test}`]),
    'names:',
    ...classes.map((name, index) => `  ${index}: ${JSON.stringify(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}
