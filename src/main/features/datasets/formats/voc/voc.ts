import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import type { LabelFile } from '../../label-files.ts';
import { listed, makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import { longNameHint, reportNamesByCase, whyTooLong } from '../class-names.ts';
import { ImageIndex } from '../image-index.ts';
import { field, headLength, type ImageLabels, mark } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';
import {
  emptySet,
  type LabelledSet,
  type LabelOrigin,
  type LabelReader,
  reportUnlabelled,
  wholeText,
} from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import { readAnnotation, XmlFault } from './annotation-xml.ts';
import { ImageSets, isSplitList } from './image-sets.ts';
import { type MaskClass, readLabelMap } from './labelmap.ts';
import { type AnnotationFile, locateAnnotations } from './located.ts';
import { isBackground } from './mask-classes.ts';
import { type ReadMask, VocMasks } from './voc-masks.ts';

/** Pascal VOC: an XML file for each image, `ImageSets` for the splits, `SegmentationClass` for masks (host.robots.ox.ac.uk/pascal/VOC). */
export class VocReader implements LabelReader {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly masks: VocMasks;
  private readonly imageSets = new ImageSets();
  private readonly annotations: AnnotationFile[] = [];
  /** The classes of objects by their numbers in the spool. */
  private readonly names: string[] = [];
  private readonly numberOfName = new Map<string, number>();
  private readonly otherRoots = new Set<string>();
  private labelMap: { readonly path: string; readonly classes: readonly MaskClass[] } | null = null;
  private nextNumber = 0;
  private objects = 0;
  private farthestEdge = 0;
  private isUnreadable = false;
  private hasRefused = false;

  constructor(spool: LabelSpool, tally: Tally, readMask: ReadMask) {
    this.spool = spool;
    this.tally = tally;
    this.masks = new VocMasks(spool, tally, readMask, () => this.takeNumber());
  }

  claims(segments: readonly string[]): boolean {
    const name = segments.at(-1) ?? '';
    return (
      /\.xml$/i.test(name) ||
      isLabelMap(name) ||
      isSplitList(segments) ||
      isMask(segments) ||
      isObjectMask(segments)
    );
  }

  async read(file: LabelFile): Promise<void> {
    const { path, segments } = file;
    const name = segments.at(-1) ?? '';
    if (isObjectMask(segments)) this.leaveOut(path);
    else if (isMask(segments)) await this.masks.read(file);
    else {
      const isXml = /\.xml$/i.test(name);
      const text = await wholeText(file, this.tally, { declaredIn }).catch((error: unknown) => {
        // An image without its XML file is left out, but its split may be in no other list.
        this.isUnreadable ||= !isXml;
        throw error;
      });
      if (text === null) this.isUnreadable = true;
      else if (isXml) this.readXml(file, text);
      else if (isLabelMap(name)) this.addLabelMap(path, text);
      else this.imageSets.add(segments, text);
    }
  }

  finish(images: readonly ScannedImage[]): LabelledSet {
    if (this.annotations.length === 0 && this.masks.count === 0)
      return this.hasRefused || this.masks.hasRefused ? emptySet : this.withoutFiles();
    this.annotations.sort((one, other) => (one.path < other.path ? -1 : 1));
    const index = new ImageIndex(images, this.tally);
    const labelsOf = locateAnnotations(this.annotations, index, this.tally);
    const map = this.labelMap?.classes ?? null;
    const classes = map?.map(({ name }) => name).filter((name) => !isBackground(name)) ?? [];
    for (const name of new Set(this.annotations.flatMap(({ names }) => names)))
      if (!classes.includes(name)) classes.push(name);
    const { classMap, pathOf } = this.masks.place(index, labelsOf, classes, map);
    const hasFaults = this.annotations.some(({ content }) => content.faults.length > 0);
    if (this.objects === 0 && !hasFaults && (this.masks.count === 0 || this.masks.hasNoClass(classMap)))
      return this.withoutObjects();
    reportNamesByCase(this.tally, this.annotations[0]?.path ?? '', classes);
    this.reportUnlabelled(images, labelsOf);
    this.reportBoxes();
    const objectMap = Int32Array.from(this.names, (name) => classes.indexOf(name));
    const refused = new Set(
      this.annotations.filter(({ content }) => content.faults.length > 0).map(({ number }) => number),
    );
    const files = new Map(this.annotations.map(({ number, path }) => [number, path]));
    const byMasks = this.masks.count > 0;
    const zero = this.annotations.some(({ fromZero }) => fromZero !== null);
    // The first and the last pixel are counted from 1 and belong to the box (VOC devkit).
    const shift = zero ? ([0, 0, 0, 0] as const) : ([-1, -1, 1, 1] as const);
    return {
      classes,
      images: [...labelsOf].map(([image, labels]) => ({
        image,
        split: this.imageSets.splitOf(image.segments, byMasks),
        labels,
        hasRefused: labels.some((number) => refused.has(number)),
      })),
      originOf: (number) => {
        const file = files.get(number);
        return file === undefined
          ? this.originOf(pathOf.get(number) ?? '', classMap, shift)
          : this.originOf(file, objectMap, shift);
      },
      isFatal: this.isUnreadable,
    };
  }

  private takeNumber(): number {
    this.nextNumber += 1;
    return this.nextNumber - 1;
  }

  /** Masks of objects instead of classes: they say which pixels are one object, and not of what. */
  private leaveOut(path: string): void {
    this.tally.warning('OBJECT_MASKS_LEFT_OUT', '', (count) =>
      makeProblem('OBJECT_MASKS_LEFT_OUT', path, { count }),
    );
  }

  private addLabelMap(path: string, text: string): void {
    const classes = readLabelMap(text);
    const why = classes?.map(({ name }) => whyTooLong(name)).find((each) => each !== null);
    if (why) {
      this.isUnreadable = true;
      const parameters = { why, hint: longNameHint };
      this.tally.error('CLASS_NAMES_INVALID', path, () =>
        makeProblem('CLASS_NAMES_INVALID', path, parameters),
      );
    } else if (classes && (!this.labelMap || path < this.labelMap.path)) this.labelMap = { path, classes };
  }

  private readXml({ path, segments }: LabelFile, text: string): void {
    try {
      const { objects, ...content } = readAnnotation(text);
      const number = this.takeNumber();
      for (const { line, why, hint } of content.faults)
        this.tally.error('OBJECT_INVALID', '', () =>
          makeProblem('OBJECT_INVALID', path, { why, hint }, line),
        );
      const head = new Float64Array(headLength);
      for (const { name, line, isDifficult, xmin, ymin, xmax, ymax } of objects) {
        this.farthestEdge = Math.max(this.farthestEdge, xmax, ymax);
        head.fill(0);
        head[field.image] = number;
        head[field.class] = this.numberOf(name);
        head[field.line] = line;
        head[field.id] = Number.NaN;
        head[field.marks] = isDifficult ? mark.difficult : 0;
        head.set([xmin, ymin, xmax - xmin, ymax - ymin], field.x);
        this.spool.add(head);
      }
      this.objects += objects.length;
      const names = [...new Set(objects.map(({ name }) => name))];
      const fromZero = objects.find(({ xmin, ymin }) => xmin === 0 || ymin === 0)?.line ?? null;
      this.annotations.push({ path, segments, content, names, number, fromZero });
    } catch (error) {
      if (!(error instanceof XmlFault)) throw error;
      this.refuse(path, error);
    }
  }

  private numberOf(name: string): number {
    const known = this.numberOfName.get(name);
    if (known !== undefined) return known;
    const number = this.names.push(name) - 1;
    this.numberOfName.set(name, number);
    return number;
  }

  private refuse(path: string, { why, line, otherRoot }: XmlFault): void {
    // Other XML files may lie about: project files of editors, say.
    if (otherRoot !== null) {
      this.otherRoots.add(otherRoot);
      return;
    }
    this.hasRefused = true;
    const hint = {
      en: 'Correct the file there, or write it anew.',
      ko: '그 줄을 고치거나 다시 저장하세요.',
    };
    this.tally.error('ANNOTATIONS_UNREADABLE', '', () =>
      makeProblem('ANNOTATIONS_UNREADABLE', path, { kind: 'XML', why, hint }, line),
    );
  }

  private reportUnlabelled(
    images: readonly ScannedImage[],
    labelsOf: ReadonlyMap<ScannedImage, unknown>,
  ): void {
    const left = images.filter((image) => !labelsOf.has(image));
    const what = { en: 'annotation (XML file)', ko: '어노테이션(XML 파일)' };
    const hint = {
      en: 'Label them; an image without objects has an XML file without <object>.',
      ko: '라벨링하세요. 객체가 없는 이미지라면 <object>가 없는 XML 파일을 두면 됩니다.',
    };
    reportUnlabelled(left, what, hint, this.tally);
  }

  private reportBoxes(): void {
    const [first] = this.annotations;
    const zero = this.annotations.find(({ fromZero }) => fromZero !== null);
    if (zero)
      this.tally.warning('BOXES_FROM_ZERO', '', () =>
        makeProblem('BOXES_FROM_ZERO', zero.path, {}, zero.fromZero ?? undefined),
      );
    if (this.objects > 0 && this.farthestEdge <= 1)
      this.tally.error('NOT_PIXELS', '', () => makeProblem('NOT_PIXELS', first?.path ?? '', {}));
    const unsaid = this.annotations.filter(({ content }) => content.size === null);
    if (unsaid[0])
      this.tally.warning('IMAGE_SIZE_UNSAID', '', () =>
        makeProblem('IMAGE_SIZE_UNSAID', unsaid[0]?.path ?? '', { count: unsaid.length }),
      );
  }

  private withoutFiles(): LabelledSet {
    const roots = listed([...this.otherRoots], 3);
    const others = this.otherRoots.size;
    const seen: Bilingual | '' =
      others === 0
        ? ''
        : phrase(' (there is XML of other kinds: <{roots}>)', ' (다른 종류의 XML이 있습니다: <{roots}>)', {
            roots,
          });
    return this.notFound(
      phrase(
        'XML files with <annotation>{seen}, and masks in SegmentationClass',
        '<annotation>이 든 XML 파일{seen}, SegmentationClass의 마스크',
        { seen },
      ),
      {
        en: 'Give the folder that holds Annotations and JPEGImages.',
        ko: 'Annotations와 JPEGImages가 든 폴더를 지정하세요.',
      },
    );
  }

  private withoutObjects(): LabelledSet {
    const { masks, annotations } = this;
    return this.notFound(
      phrase(
        'objects in {files} XML {files|file|files}, and pixels of a class in {masks} {masks|mask|masks}',
        'XML 파일 {files}개의 객체, 마스크 {masks}개의 클래스 픽셀',
        { files: annotations.length, masks: masks.count },
      ),
      masks.count === 0
        ? { en: 'Label at least one image.', ko: '이미지를 한 장이라도 라벨링하세요.' }
        : {
            en: 'In a mask 0 is the background and 255 is of no class: write the number of the class instead of 255.',
            ko: '마스크에서 0은 배경이고 255는 어떤 클래스도 아닙니다. 255 대신 클래스 번호를 쓰세요.',
          },
    );
  }

  private notFound(looked: Bilingual, hint: Bilingual): LabelledSet {
    this.tally.error('LABELS_NOT_FOUND', '', () => makeProblem('LABELS_NOT_FOUND', '', { looked, hint }));
    return emptySet;
  }

  private originOf(file: string, classes: Int32Array, shift: LabelOrigin['shift']): LabelOrigin {
    return {
      file,
      group: '',
      classes,
      isNormalised: false,
      shift,
      onUnknownClass: () => undefined,
      nameOf: (labels: ImageLabels, record: number) => {
        const name = this.names[labels.number(record, field.class)] ?? '';
        return phrase('the object "{name}"', '객체 "{name}"', { name });
      },
    };
  }
}

const declaredIn = (start: string) => /^<\?xml[^>]*\bencoding=["']([^"']+)/.exec(start)?.[1] ?? null;
const isLabelMap = (name: string) => /^(?:label_?map|class_names)\.txt$/i.test(name);
const isPicture = (name: string) => /\.(?:png|bmp|gif|tiff?|webp|jpe?g)$/i.test(name);
const lies = (segments: readonly string[], folder: RegExp) =>
  isPicture(segments.at(-1) ?? '') && segments.slice(0, -1).some((each) => folder.test(each));
const isMask = (segments: readonly string[]) =>
  lies(segments, /^SegmentationClass(?:Raw|Aug|PNG|_?Index)?$/i);
/** Masks of objects, and masks painted over their images for people to look at. */
const isObjectMask = (segments: readonly string[]) =>
  lies(segments, /^Segmentation(?:Object(?:PNG|Visuali[sz]ation)?|ClassVisuali[sz]ation)$/i);
