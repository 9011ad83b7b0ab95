import { Readable } from 'node:stream';
import type { ImageObject } from '../../../../shared/contract/dataset-labels.ts';
import type { ExportedFile, ExportedVersion, ExportFormat, LabelledImage, Survey } from './export-format.ts';
import { Losses } from './losses.ts';
import { areaOf, boxAround } from './masks.ts';
import type { PlacedImage, SplitFolder } from './placement.ts';

interface CocoSurvey extends Survey {
  readonly sizes: ReadonlyMap<SplitFolder, { readonly name: string; readonly size: number }>;
}

const start = '{"info":{"description":"Exported by Trainyard","version":"1.0"},"licenses":[],\n"images":[\n';
const middle = '\n],\n"annotations":[\n';
const between = ',\n';
/** So much of a text is given on at once. */
const pieceLength = 64 * 1024;

/**
 * COCO (cocodataset.org, "Data format"): `annotations/instances_<split>.json`, whose `file_name` is the path below `images/<split>`, as
 * COCO itself, CVAT, Detectron2, MMDetection and torchvision read it. Categories are numbered from 1 in the order of the classes.
 */
export const coco: ExportFormat<CocoSurvey> = {
  title: 'COCO',
  placement: { unsplit: 'default', byStem: false },

  survey(version) {
    const losses = new Losses();
    const files = new Map<SplitFolder, { images: number; annotations: number; bytes: number }>();
    let [objects, written] = [0, 0];
    return {
      add({ image, objects: labelled }) {
        const rows = annotationsOf(labelled, version, losses);
        if (losses.isLeftOut(labelled, rows.size)) return true;
        const file = files.get(image.folder) ?? { images: 0, annotations: 0, bytes: 0 };
        files.set(image.folder, file);
        file.images += 1;
        file.bytes += Buffer.byteLength(imageRow(image));
        for (const [row, isCrowd] of rows) {
          file.annotations += 1;
          file.bytes += annotationRow(file.annotations, image, row).length;
          if (!isCrowd) objects += 1;
        }
        written += rows.size;
        return false;
      },
      finish() {
        const fixed = Buffer.byteLength(start + middle + endOf(version));
        const separators = (rows: number) => Math.max(0, rows - 1) * between.length;
        const sizes = new Map(
          [...files].map(([folder, { images, annotations, bytes }]) => {
            const size = fixed + bytes + separators(images) + separators(annotations);
            return [folder, { name: `annotations/instances_${folder || 'default'}.json`, size }] as const;
          }),
        );
        const named = [...sizes.values()].map(({ name, size }) => [name, size] as const);
        return {
          files: named,
          survey: { sizes, objects, isEmpty: written === 0, losses: losses.ofCoco(version) },
        };
      },
    };
  },

  async *files(version, { sizes }, images, read, imageFile) {
    for (const [folder, { name, size }] of sizes) {
      const own = images.filter((image) => image.folder === folder);
      const content = async () => Readable.from(textOf(version, own, read), { objectMode: false });
      yield { name, size, content } satisfies ExportedFile;
    }
    for (const image of images) yield imageFile(image);
  },
};

async function* textOf(
  version: ExportedVersion,
  images: readonly PlacedImage[],
  read: (images: readonly PlacedImage[]) => AsyncIterable<LabelledImage>,
): AsyncGenerator<string> {
  yield start;
  for (let at = 0; at < images.length; at += 500) {
    const rows = images.slice(at, at + 500).map(imageRow);
    yield `${at === 0 ? '' : between}${rows.join(between)}`;
  }
  yield middle;
  let [id, text] = [0, ''];
  const none = new Losses();
  for await (const { image, objects } of read(images)) {
    for (const row of annotationsOf(objects, version, none).keys()) {
      id += 1;
      text += `${id === 1 ? '' : between}${annotationRow(id, image, row)}`;
      if (text.length < pieceLength) continue;
      yield text;
      text = '';
    }
  }
  yield `${text}${endOf(version)}`;
}

function imageRow({ index, file, line: { width, height } }: PlacedImage): string {
  return `{"id":${index + 1},"file_name":${JSON.stringify(file)},"width":${width},"height":${height}}`;
}

function annotationRow(id: number, { index }: PlacedImage, row: string): string {
  return `{"id":${id},"image_id":${index + 1},${row}}`;
}

function endOf({ classes }: ExportedVersion): string {
  const rows = classes.map(
    (name, index) => `{"id":${index + 1},"name":${JSON.stringify(name)},"supercategory":""}`,
  );
  return `\n],\n"categories":[\n${rows.join(between)}\n]}\n`;
}

/** The annotations of an image without their ids, in ASCII, and whether each is a crowd. */
function annotationsOf(
  objects: readonly ImageObject[],
  { hasBoxes }: ExportedVersion,
  losses: Losses,
): ReadonlyMap<string, boolean> {
  const rows = new Map<string, boolean>();
  for (const object of objects) {
    const { class: index, mask, crowd } = object;
    losses.count(object);
    // Areas of whole classes are written as COCO's own of "stuff", but not beside the boxes of the same things.
    const box = object.box ?? (mask && !hasBoxes ? boxAround(mask) : null);
    if (index === null || box === null) continue;
    const area = mask ? areaOf(mask) : box[2] * box[3];
    const row =
      `"category_id":${index + 1},"bbox":[${box.join(',')}],"area":${area},"iscrowd":${crowd ? 1 : 0},` +
      `"segmentation":${mask ? JSON.stringify(mask) : '[]'}`;
    if (rows.has(row)) losses.twins += 1;
    rows.set(row, crowd === true);
  }
  return rows;
}
