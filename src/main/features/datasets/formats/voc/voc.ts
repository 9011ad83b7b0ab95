import { phrase } from '../../../../../shared/errors/entry.ts';
import { makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { readSplitName, type Split } from '../../split-names.ts';
import { reportNamesByCase } from '../class-names.ts';
import { ImageIndex, stemOf } from '../image-index.ts';
import { field, headLength, type ImageLabels, type LabelSpool, mark } from '../label-spool.ts';
import {
  emptySet,
  type LabelFile,
  type LabelledImage,
  type LabelledSet,
  type LabelOrigin,
  type LabelReader,
  wholeText,
} from '../labelled-set.ts';
import { sizeTexts } from '../size-texts.ts';
import type { Tally } from '../tally.ts';
import { readAnnotation, type VocAnnotation, XmlFault } from './annotation-xml.ts';
import { type MaskClass, readLabelMap } from './labelmap.ts';
import { type ReadMask, VocMasks } from './voc-masks.ts';

interface AnnotationFile {
  readonly path: string;
  readonly segments: readonly string[];
  readonly content: Omit<VocAnnotation, 'objects'>;
  readonly objects: number;
  /** In the spool. */
  readonly number: number;
}

interface Located {
  readonly annotation: AnnotationFile;
  readonly image: ScannedImage;
}

/** Pascal VOC: an XML file for each image, `ImageSets` for the splits, `SegmentationClass` for masks (host.robots.ox.ac.uk/pascal/VOC). */
export class VocReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly masks: VocMasks;
  private readonly annotations: AnnotationFile[] = [];
  private readonly names: string[] = [];
  private readonly lists = new Map<string, { readonly split: Split; readonly stems: readonly string[] }>();
  private labelMap: readonly MaskClass[] | null = null;
  private nextNumber = 0;
  private isUnreadable = false;
  private countsFromZero = false;

  constructor(spool: LabelSpool, tally: Tally, readMask: ReadMask) {
    this.spool = spool;
    this.tally = tally;
    this.masks = new VocMasks(tally, readMask);
  }

  claims(segments: readonly string[]): boolean {
    const name = segments.at(-1) ?? '';
    return /\.xml$/i.test(name) || /^labelmap\.txt$/i.test(name) || isSplitList(segments) || isMask(segments);
  }

  async read(file: LabelFile): Promise<void> {
    const { segments } = file;
    const name = segments.at(-1) ?? '';
    if (isMask(segments)) {
      await this.masks.read(file);
      return;
    }
    const text = await wholeText(
      file,
      this.tally,
      (start) => /^<\?xml[^>]*\bencoding=["']([^"']+)/.exec(start)?.[1] ?? null,
    );
    if (text === null) this.isUnreadable = true;
    else if (/\.xml$/i.test(name)) this.readXml(file, text);
    else if (/^labelmap\.txt$/i.test(name)) this.labelMap ??= readLabelMap(text);
    else this.addList(segments, text);
  }

  finish(images: readonly ScannedImage[]): LabelledSet {
    if (this.annotations.length === 0 && this.masks.count === 0) return this.withoutLabels();
    const index = new ImageIndex(images);
    const located = this.annotations.flatMap((annotation) => this.locate(annotation, index) ?? []);
    const labelsOf = new Map<ScannedImage, number[]>();
    for (const { annotation, image } of located) {
      const numbers = labelsOf.get(image) ?? [];
      labelsOf.set(image, numbers);
      if (annotation.objects > 0) numbers.push(annotation.number);
    }
    const ordered =
      this.labelMap?.map(({ name }) => name).filter((name) => !/^_*background_*$/i.test(name)) ?? [];
    const classes = [...ordered];
    for (const name of this.names) if (!classes.includes(name)) classes.push(name);
    const fromMasks = this.masks.place(index, labelsOf, this.spool, this.nextNumber, classes, this.labelMap);
    reportNamesByCase(this.tally, this.annotations[0]?.path ?? '', classes);
    this.reportUnlabelled(images, labelsOf);
    if (this.countsFromZero) this.reportZero();
    const map = Int32Array.from(this.names, (name) => classes.indexOf(name));
    const own = Int32Array.from(classes, (_, at) => at);
    return {
      classes,
      images: this.inSplits(labelsOf),
      originOf: (number) =>
        number < this.nextNumber
          ? this.originOf(this.annotations.find((each) => each.number === number)?.path ?? '', map)
          : this.originOf(fromMasks.pathOf(number), own),
      isFatal: this.isUnreadable,
    };
  }

  private readXml({ path, segments }: LabelFile, text: string): void {
    try {
      const { objects, ...content } = readAnnotation(text);
      const number = this.nextNumber;
      this.nextNumber += 1;
      for (const { line, why, hint } of content.faults)
        this.tally.error('OBJECT_INVALID', '', () =>
          makeProblem('OBJECT_INVALID', path, { why, hint }, line),
        );
      const head = new Float64Array(headLength);
      for (const object of objects) {
        let label = this.names.indexOf(object.name);
        if (label < 0) label = this.names.push(object.name) - 1;
        if (object.xmin === 0 || object.ymin === 0) this.countsFromZero = true;
        head.fill(0);
        head[field.image] = number;
        head[field.class] = label;
        head[field.line] = object.line;
        head[field.id] = Number.NaN;
        head[field.marks] = object.isDifficult ? mark.difficult : 0;
        head.set([object.xmin, object.ymin, object.xmax - object.xmin, object.ymax - object.ymin], field.x);
        this.spool.add(head, new Uint8Array(0));
      }
      this.annotations.push({ path, segments, content, objects: objects.length, number });
    } catch (error) {
      if (!(error instanceof XmlFault)) throw error;
      // Other XML files may lie about: project files of editors, say.
      if (error.isOther) return;
      const { line, message } = error;
      const hint = {
        en: 'Correct the file there, or write it anew.',
        ko: '그 줄을 고치거나 다시 저장하세요.',
      };
      this.tally.error('ANNOTATIONS_UNREADABLE', '', () =>
        makeProblem(
          'ANNOTATIONS_UNREADABLE',
          path,
          { kind: 'XML', why: { en: message, ko: message }, hint },
          line,
        ),
      );
    }
  }

  private addList(segments: readonly string[], text: string): void {
    const split = readSplitName(stemOf(segments.at(-1) ?? ''))?.split;
    const rows = text.split(/\r\n|\n|\r/).map((line) => line.trim().split(/\s+/)[0] ?? '');
    if (split) this.lists.set(segments.join('/'), { split, stems: rows.filter((row) => row !== '') });
  }

  /** The image of an annotation: of its own name; else of the name that it writes. */
  private locate(annotation: AnnotationFile, index: ImageIndex): Located | null {
    const { path, segments, content } = annotation;
    const folder = segments.slice(0, -1);
    const near = folder.slice(0, -1);
    const written = content.filename;
    const own = index.findByStem(segments.at(-1) ?? '', folder, null);
    const image = own.image ?? (written ? index.find(written.text, near, null).image : null);
    if (!image) {
      this.reportNoImage(annotation);
      return null;
    }
    const stem = stemOf(segments.at(-1) ?? '');
    const isOther = written && own.image && stemOf(lastOf(written.text)) !== stem;
    if (isOther && index.find(written.text, near, null).image)
      this.tally.warning('FILENAME_DIFFERS', '', () =>
        makeProblem(
          'FILENAME_DIFFERS',
          path,
          { said: written.text, used: lastOf(image.sourcePath) },
          written.line,
        ),
      );
    return this.fits(annotation, image) ? { annotation, image } : null;
  }

  private fits({ path, content }: AnnotationFile, { facts, sourcePath }: ScannedImage): boolean {
    const { size } = content;
    if (!facts || !size || (size.width === facts.width && size.height === facts.height)) return true;
    const isTurned = size.width === facts.height && size.height === facts.width;
    this.tally.error('IMAGE_SIZE_DIFFERS', '', () =>
      makeProblem(
        'IMAGE_SIZE_DIFFERS',
        path,
        {
          what: { en: '<size>', ko: '<size>' },
          said: `${size.width} × ${size.height}`,
          image: sourcePath,
          found: `${facts.width} × ${facts.height}`,
          turned: isTurned ? sizeTexts.turned : '',
          hint: isTurned ? sizeTexts.turnedHint : sizeTexts.hint,
        },
        size.line,
      ),
    );
    return false;
  }

  private reportNoImage({ path, segments, content }: AnnotationFile): void {
    const stem = stemOf(segments.at(-1) ?? '');
    const image = content.filename?.text ?? `${stem}.jpg`;
    const hint = phrase(
      'Put the image "{stem}" (or "{image}") into JPEGImages, or remove the XML file.',
      'JPEGImages에 이미지 "{stem}"(또는 "{image}")을 넣거나 XML 파일을 지우세요.',
      { stem, image },
    );
    this.tally.error('IMAGE_FILE_MISSING', '', () =>
      makeProblem(
        'IMAGE_FILE_MISSING',
        path,
        { image, annotations: '', hint },
        content.filename?.line ?? content.line,
      ),
    );
  }

  private reportUnlabelled(
    images: readonly ScannedImage[],
    labelsOf: ReadonlyMap<ScannedImage, unknown>,
  ): void {
    const left = images.filter((image) => !labelsOf.has(image));
    const [first] = left;
    if (!first) return;
    const what = { en: 'annotation (XML file)', ko: '어노테이션(XML 파일)' };
    const hint = {
      en: 'Label them; an image without objects has an XML file without <object>.',
      ko: '라벨링하세요. 객체가 없는 이미지라면 <object>가 없는 XML 파일을 두면 됩니다.',
    };
    this.tally.warning('IMAGES_UNLABELLED', '', () =>
      makeProblem('IMAGES_UNLABELLED', first.sourcePath, {
        count: left.length,
        first: first.sourcePath,
        what,
        hint,
      }),
    );
  }

  private reportZero(): void {
    const [first] = this.annotations;
    this.tally.warning('BOXES_FROM_ZERO', '', () => makeProblem('BOXES_FROM_ZERO', first?.path ?? '', {}));
  }

  private withoutLabels(): LabelledSet {
    this.tally.error('LABELS_NOT_FOUND', '', () =>
      makeProblem('LABELS_NOT_FOUND', '', {
        looked: {
          en: 'XML files with <annotation>, and masks in SegmentationClass',
          ko: '<annotation>이 든 XML 파일, SegmentationClass의 마스크',
        },
        hint: {
          en: 'Give the folder that holds Annotations and JPEGImages.',
          ko: 'Annotations와 JPEGImages가 든 폴더를 지정하세요.',
        },
      }),
    );
    return emptySet;
  }

  /** By the lists in ImageSets, those of masks where there are masks; else by the names of folders. */
  private inSplits(labelsOf: ReadonlyMap<ScannedImage, readonly number[]>): LabelledImage[] {
    const wanted = this.masks.count > 0 ? /\/Segmentation\//i : /\/Main\//i;
    const lists = [...this.lists].filter(([path]) => wanted.test(`/${path}`));
    const used = (lists.length > 0 ? lists : [...this.lists]).map(([, list]) => list);
    const splitOf = new Map(used.flatMap(({ split, stems }) => stems.map((stem) => [stem, split] as const)));
    return [...labelsOf].map(([image, labels]) => {
      const stem = stemOf(image.segments.at(-1) ?? '').normalize('NFC');
      const split = used.length > 0 ? (splitOf.get(stem) ?? null) : splitOfFolder(image.segments);
      return { image, split, labels };
    });
  }

  private originOf(file: string, classes: Int32Array): LabelOrigin {
    return {
      file,
      group: '',
      classes,
      isNormalised: false,
      // The first and the last pixel are counted from 1 and belong to the box (VOC devkit).
      shift: this.countsFromZero ? [0, 0, 0, 0] : [-1, -1, 1, 1],
      onUnknownClass: () => undefined,
      nameOf: (labels: ImageLabels, record: number) => {
        const name = this.names[labels.number(record, field.class)] ?? '';
        return phrase('The object "{name}"', '객체 "{name}"', { name });
      },
    };
  }
}

const lastOf = (path: string) => path.split(/[\\/]/).at(-1) ?? '';
const isMask = (segments: readonly string[]) =>
  /\.png$/i.test(segments.at(-1) ?? '') &&
  segments.some((folder) => /^SegmentationClass(?:Raw|Aug)?$/i.test(folder));
const isSplitList = (segments: readonly string[]) =>
  /^(?:train|val|test|valid)\.txt$/i.test(segments.at(-1) ?? '') &&
  segments.some((folder) => /^ImageSets$/i.test(folder));

function splitOfFolder(segments: readonly string[]): Split | null {
  for (const folder of segments.slice(0, -1).reverse()) {
    const name = readSplitName(folder);
    if (name) return name.split;
  }
  return null;
}
