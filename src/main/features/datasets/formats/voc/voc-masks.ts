import { phrase } from '../../../../../shared/errors/entry.ts';
import type { ImageFault } from '../../images.ts';
import type { MaskPixels } from '../../pixels/mask-pixels.ts';
import { makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import type { ImageIndex } from '../image-index.ts';
import { field, headLength, type LabelSpool, mark } from '../label-spool.ts';
import type { LabelFile } from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import type { MaskClass } from './labelmap.ts';
import { meaningOf } from './mask-classes.ts';
import { type Region, regionsOf } from './mask-regions.ts';

/** Decodes a mask, or says what is wrong with it. */
export type ReadMask = (bytes: Buffer) => Promise<MaskPixels | ImageFault>;

interface MaskFile {
  readonly path: string;
  readonly segments: readonly string[];
  readonly pixels: Omit<MaskPixels, 'values'>;
  readonly regions: readonly Region[];
}

const nothing = new Uint8Array(0);

/** The masks of a Pascal VOC dataset: pictures in which each class has its own index or colour. */
export class VocMasks {
  private readonly tally: Tally;
  private readonly readMask: ReadMask;
  private readonly files: MaskFile[] = [];

  constructor(tally: Tally, readMask: ReadMask) {
    this.tally = tally;
    this.readMask = readMask;
  }

  get count(): number {
    return this.files.length;
  }

  async read({ path, segments, chunks }: LabelFile): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks()) pieces.push(Uint8Array.from(chunk));
    const found = await this.readMask(Buffer.concat(pieces));
    if ('reason' in found) {
      const image = { en: 'The mask', ko: '마스크' };
      this.tally.error('IMAGE_UNREADABLE', '', () =>
        makeProblem('IMAGE_UNREADABLE', path, { image, why: found.why }),
      );
      return;
    }
    const { values, ...pixels } = found;
    this.files.push({ path, segments, pixels, regions: regionsOf(found) });
  }

  /**
   * Puts the regions of each mask into the spool as labels of its image.
   * @param classes gets the classes that only masks have
   */
  place(
    index: ImageIndex,
    labelsOf: Map<ScannedImage, number[]>,
    spool: LabelSpool,
    firstNumber: number,
    classes: string[],
    map: readonly MaskClass[] | null,
  ): { pathOf: (number: number) => string } {
    for (const [at, file] of this.files.entries()) {
      const { image } = index.findByStem(file.segments.at(-1) ?? '', file.segments.slice(0, -2), null);
      if (!image) {
        this.reportNoImage(file);
        continue;
      }
      if (!this.fits(file, image)) continue;
      const numbers = labelsOf.get(image) ?? [];
      labelsOf.set(image, numbers);
      numbers.push(firstNumber + at);
      this.add(file, firstNumber + at, spool, classes, map);
    }
    return { pathOf: (number) => this.files[number - firstNumber]?.path ?? '' };
  }

  private add(
    { path, pixels, regions }: MaskFile,
    number: number,
    spool: LabelSpool,
    classes: string[],
    map: readonly MaskClass[] | null,
  ): void {
    const head = new Float64Array(headLength);
    const whole = { ...pixels, values: nothing };
    for (const { value, runs, pixels: count } of regions) {
      const meaning = meaningOf(value, whole, map);
      if (meaning === 'background') continue;
      if (meaning === 'unknown') {
        this.reportUnknown(path, value, pixels.kind, count, map);
        continue;
      }
      head.fill(0);
      head[field.image] = number;
      head[field.id] = Number.NaN;
      head[field.mask1] = pixels.height;
      head[field.mask2] = pixels.width;
      if (meaning === 'ignored') head[field.marks] = mark.runs + mark.ignored;
      else {
        let label = classes.indexOf(meaning.name);
        if (label < 0) label = classes.push(meaning.name) - 1;
        head[field.class] = label;
        head[field.marks] = mark.runs + mark.region;
      }
      spool.add(
        head,
        Buffer.from(`{"size":[${pixels.height},${pixels.width}],"counts":[${runs.join(',')}]}`),
      );
    }
  }

  private fits({ path, pixels }: MaskFile, { facts, sourcePath }: ScannedImage): boolean {
    if (!facts || (pixels.width === facts.width && pixels.height === facts.height)) return true;
    const hint = {
      en: 'Write the mask anew at the size of its image (nearest neighbour, so that no colours mix).',
      ko: '마스크를 이미지와 같은 크기로 다시 만드세요(색이 섞이지 않게 최근접 이웃 방식으로).',
    };
    this.tally.error('IMAGE_SIZE_DIFFERS', '', () =>
      makeProblem('IMAGE_SIZE_DIFFERS', path, {
        what: { en: 'mask', ko: '마스크' },
        said: `${pixels.width} × ${pixels.height}`,
        image: sourcePath,
        found: `${facts.width} × ${facts.height}`,
        turned: '',
        hint,
      }),
    );
    return false;
  }

  private reportNoImage({ path }: MaskFile): void {
    this.tally.warning('LABEL_WITHOUT_IMAGE', 'masks', (count) =>
      makeProblem('LABEL_WITHOUT_IMAGE', path, { count, first: path }),
    );
  }

  private reportUnknown(
    path: string,
    value: number,
    kind: MaskPixels['kind'],
    pixels: number,
    map: readonly MaskClass[] | null,
  ): void {
    const shown = kind === 'index' ? String(value) : `${value >> 16},${(value >> 8) & 255},${value & 255}`;
    const what = phrase('The mask ({pixels} pixels)', '마스크(픽셀 {pixels}개)', { pixels });
    const known = map
      ? phrase(
          'labelmap.txt has {count} {count|class|classes}',
          'labelmap.txt에는 클래스가 {count}개 있습니다',
          { count: map.length },
        )
      : {
          en: 'there is no labelmap.txt, and VOC has 20 classes',
          ko: 'labelmap.txt가 없고 VOC의 클래스는 20개입니다',
        };
    const hint = {
      en: 'Add the class to labelmap.txt ("name:red,green,blue::"), or correct the mask.',
      ko: 'labelmap.txt에 클래스를 추가하거나("이름:빨강,초록,파랑::") 마스크를 고치세요.',
    };
    this.tally.error('CLASS_UNKNOWN', '', () =>
      makeProblem('CLASS_UNKNOWN', path, { what, class: shown, known, guess: '', hint }),
    );
  }
}
