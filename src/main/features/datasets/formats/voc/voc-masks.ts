import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import type { ImageFault } from '../../images.ts';
import type { LabelFile } from '../../label-files.ts';
import type { MaskPixels } from '../../pixels/mask-pixels.ts';
import { makeProblem } from '../../problems.ts';
import type { ScannedImage } from '../../scan.ts';
import type { ImageIndex } from '../image-index.ts';
import { field, headLength, mark } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';
import { ignoredClass } from '../labelled-set.ts';
import type { Tally } from '../tally.ts';
import { challengeClasses, type MaskClass } from './labelmap.ts';
import { type MaskValue, meaningOf } from './mask-classes.ts';
import { type Region, regionsOf } from './mask-regions.ts';

/** Decodes a mask, or says what is wrong with it. */
export type ReadMask = (bytes: Buffer) => Promise<MaskPixels | ImageFault>;

interface MaskFile {
  readonly path: string;
  readonly segments: readonly string[];
  readonly width: number;
  readonly height: number;
  /** In the spool. */
  readonly number: number;
  readonly values: readonly SeenValue[];
}

/** A value with where it was seen first, and how often. */
interface SeenValue extends MaskValue {
  path: string;
  pixels: number;
  masks: number;
}

/** The masks of a Pascal VOC dataset: pictures in which each class has its own index or colour. */
export class VocMasks {
  private readonly spool: LabelSpool;
  private readonly tally: Tally;
  private readonly readMask: ReadMask;
  private readonly nextNumber: () => number;
  private readonly files: MaskFile[] = [];
  /** All values of all masks; the place of one is its class in the spool. */
  private readonly values: SeenValue[] = [];
  private readonly placeOf = new Map<string, number>();
  /** Whether some can't be used. */
  hasRefused = false;

  /** @param nextNumber gives a mask its number in the spool */
  constructor(spool: LabelSpool, tally: Tally, readMask: ReadMask, nextNumber: () => number) {
    this.spool = spool;
    this.tally = tally;
    this.readMask = readMask;
    this.nextNumber = nextNumber;
  }

  get count(): number {
    return this.files.length;
  }

  async read({ path, segments, chunks }: LabelFile): Promise<void> {
    if (/\.jpe?g$/i.test(path)) {
      this.refuse(path, {
        en: 'JPEG changes colours, so that their classes are lost; masks are PNG files',
        ko: 'JPEG는 색을 바꾸어 클래스를 알 수 없게 됩니다. 마스크는 PNG여야 합니다',
      });
      return;
    }
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks()) pieces.push(Buffer.from(chunk));
    const found = await this.readMask(Buffer.concat(pieces));
    if ('reason' in found) {
      this.refuse(path, found.why);
      return;
    }
    const regions = regionsOf(found);
    if (!regions) {
      this.refuse(path, {
        en: 'it has more than 256 colours: it is a photo, or its colours were mixed when it was scaled',
        ko: '색이 256가지가 넘습니다. 사진이거나, 크기를 바꿀 때 색이 섞인 것입니다',
      });
      return;
    }
    const number = this.nextNumber();
    const { width, height } = found;
    // The background is what is left.
    const classes = regions.filter(({ value }) => value !== 0);
    const values = classes.map((region) => this.add(region, found, path, number));
    this.files.push({ path, segments, width, height, number, values });
  }

  /**
   * Gives each mask to its image.
   * @param classes gets the classes that only masks have
   */
  place(
    index: ImageIndex,
    labelsOf: Map<ScannedImage, number[]>,
    classes: string[],
    map: readonly MaskClass[] | null,
  ): { readonly classMap: Int32Array; readonly pathOf: ReadonlyMap<number, string> } {
    for (const file of this.files.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
      const folder = file.segments.slice(0, -2);
      const { image } = index.findByStem(file.segments.join('/'), folder, null);
      if (!image) this.reportNoImage(file);
      else if (this.fits(file, image)) {
        const numbers = labelsOf.get(image) ?? [];
        labelsOf.set(image, numbers);
        if (file.values.length > 0) numbers.push(file.number);
      }
    }
    return {
      classMap: this.classMap(classes, map),
      pathOf: new Map(this.files.map(({ number, path }) => [number, path])),
    };
  }

  /** Whether no mask has a pixel of a class: those of 0 and 255 alone, say, in which 255 was meant as one. */
  hasNoClass(classMap: Int32Array): boolean {
    return this.count > 0 && classMap.every((each) => each === ignoredClass);
  }

  private add({ value, runs, pixels }: Region, mask: MaskPixels, path: string, number: number): SeenValue {
    const { kind, palette, width, height } = mask;
    const colour = kind === 'colour' ? value : (palette?.[value] ?? null);
    const key = `${kind} ${value} ${colour}`;
    let place = this.placeOf.get(key);
    if (place === undefined) {
      place = this.values.push({ kind, value, colour, path, pixels, masks: 0 }) - 1;
      this.placeOf.set(key, place);
    }
    const seen = this.values[place] as SeenValue;
    seen.masks += 1;
    // Several are read at once: the first is that of the first path.
    if (path < seen.path) Object.assign(seen, { path, pixels });
    const head = new Float64Array(headLength);
    head[field.image] = number;
    head[field.class] = place;
    head[field.id] = Number.NaN;
    head[field.marks] = mark.runs + mark.region;
    head[field.mask1] = height;
    head[field.mask2] = width;
    this.spool.add(head, Buffer.from(`{"size":[${height},${width}],"counts":[${runs.join(',')}]}`));
    return seen;
  }

  /** The class of the set for each value. */
  private classMap(classes: string[], map: readonly MaskClass[] | null): Int32Array {
    const meanings = this.values.map((value) => meaningOf(value, map));
    // Those of the challenge come in its order, whichever mask was read first.
    for (const name of challengeClasses)
      if (!map && meanings.some((each) => typeof each === 'object' && each.name === name))
        if (!classes.includes(name)) classes.push(name);
    return Int32Array.from(meanings, (meaning, place) => {
      if (typeof meaning === 'object') return classes.indexOf(meaning.name);
      if (meaning === 'unknown') this.reportUnknown(this.values[place] as SeenValue, map);
      return meaning === 'ignored' ? ignoredClass : -1;
    });
  }

  private fits({ path, width, height }: MaskFile, { facts, sourcePath }: ScannedImage): boolean {
    if (!facts || (width === facts.width && height === facts.height)) return true;
    const hint = {
      en: 'Write the mask anew at the size of its image (nearest neighbour, so that no colours mix).',
      ko: '마스크를 이미지와 같은 크기로 다시 만드세요(색이 섞이지 않게 최근접 이웃 방식으로).',
    };
    this.tally.error('IMAGE_SIZE_DIFFERS', '', () =>
      makeProblem('IMAGE_SIZE_DIFFERS', path, {
        what: { en: 'mask', ko: '마스크' },
        said: `${width} × ${height}`,
        image: sourcePath,
        found: `${facts.width} × ${facts.height}`,
        turned: '',
        hint,
      }),
    );
    return false;
  }

  private refuse(path: string, why: { readonly en: string; readonly ko: string }): void {
    this.hasRefused = true;
    const image = { en: 'The mask', ko: '마스크' };
    this.tally.error('IMAGE_UNREADABLE', '', () => makeProblem('IMAGE_UNREADABLE', path, { image, why }));
  }

  private reportNoImage({ path }: MaskFile): void {
    this.tally.warning('LABEL_WITHOUT_IMAGE', 'masks', (count) =>
      makeProblem('LABEL_WITHOUT_IMAGE', path, { count, first: path }),
    );
  }

  private reportUnknown(
    { path, kind, value, pixels, masks }: SeenValue,
    map: readonly MaskClass[] | null,
  ): void {
    const shown = kind === 'index' ? String(value) : `${value >> 16},${(value >> 8) & 255},${value & 255}`;
    const more: Bilingual | '' =
      masks === 1
        ? ''
        : phrase('; {more} more {more|mask has|masks have} it', ', 다른 마스크 {more}개에도 있음', {
            more: masks - 1,
          });
    const what = phrase('The mask ({pixels} {pixels|pixel|pixels}{more})', '마스크(픽셀 {pixels}개{more})', {
      pixels,
      more,
    });
    const known = map
      ? phrase('the label map has {count} {count|class|classes}', '라벨 맵에는 클래스가 {count}개 있습니다', {
          count: map.length,
        })
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
