import type { ErrorCode, ErrorParameters } from '../../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { makeProblem, type Problem } from '../problems.ts';
import { field, type ImageLabels } from './label-records.ts';
import type { LabelOrigin } from './labelled-set.ts';
import type { Tally } from './tally.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reports what is wrong with the objects of an image, by their records. */
export class ObjectFaults {
  private readonly tally: Tally;
  private readonly origin: LabelOrigin;
  private readonly labels: ImageLabels;
  private readonly size: Size;
  private readonly image: string;

  /** @param image its path, as its source spells it */
  constructor(tally: Tally, origin: LabelOrigin, labels: ImageLabels, size: Size, image: string) {
    this.tally = tally;
    this.origin = origin;
    this.labels = labels;
    this.size = size;
    this.image = image;
  }

  twice(record: number): void {
    const { group } = this.origin;
    this.tally.warning('LABEL_TWICE', group, (count) => {
      const { what } = this.facts(record, []);
      return this.problem('LABEL_TWICE', { count, what }, record);
    });
  }

  empty(record: number, values: readonly number[]): void {
    const { group } = this.origin;
    this.tally.warning('BOX_EMPTY', group, (count) => {
      const { what, box } = this.facts(record, values);
      return this.problem('BOX_EMPTY', { count, what, box }, record);
    });
  }

  clipped(code: 'BOX_CLIPPED' | 'MASK_CLIPPED', record: number, values: readonly number[]): void {
    const { group } = this.origin;
    this.tally.warning(code, group, (count) => {
      const { what, box, image } = this.facts(record, values);
      return this.problem(code, { count, what, box, image }, record);
    });
  }

  outside(record: number, values: readonly number[]): void {
    const { group } = this.origin;
    const hint = {
      en: 'Correct the box, or remove it. If many are outside, the images were scaled or turned after they were labelled.',
      ko: '상자를 고치거나 지우세요. 이런 상자가 많다면 라벨링한 뒤 이미지의 크기나 방향이 바뀐 것입니다.',
    };
    this.tally.error('BOX_OUTSIDE', group, () => {
      const { what, box, image } = this.facts(record, values);
      return this.problem('BOX_OUTSIDE', { what: atStart(what), box, image, hint }, record);
    });
  }

  /** @param written left, top, width and height as if they were parts of the image */
  pixels(record: number, [x = 0, y = 0, w = 0, h = 0]: readonly number[]): void {
    const { group } = this.origin;
    const { width, height } = this.size;
    const values = [x + w / 2, y + h / 2, w, h].map((each) => Math.round(each * 1000) / 1000).join(' ');
    this.tally.error('NOT_NORMALISED', group, () =>
      this.problem('NOT_NORMALISED', { values, width, height }, record),
    );
  }

  maskSize(record: number, height: number, width: number): void {
    const { image } = this.facts(record, []);
    const why = phrase(
      'its run lengths (RLE) are of the size {said}, the image is {image}',
      'RLE의 크기는 {said}인데 이미지는 {image}입니다',
      { said: `${width} × ${height}`, image },
    );
    this.mask(record, why, {
      en: 'Write the mask anew from the image that belongs to it; "size" is [height, width].',
      ko: '해당 이미지로 마스크를 다시 만드세요. "size"는 [높이, 너비] 순서입니다.',
    });
  }

  /** @param values left, top, width and height of the box around the mask */
  maskOutside(record: number, values: readonly number[]): void {
    const { box, image } = this.facts(record, values);
    const why = phrase(
      'its polygons lie outside of the image: {box} in {image}',
      '폴리곤이 이미지 밖에 있습니다. 폴리곤 {box}, 이미지 {image}',
      { box, image },
    );
    this.mask(record, why, {
      en: 'Draw the mask again on this image.',
      ko: '이 이미지에서 마스크를 다시 그리세요.',
    });
  }

  private mask(record: number, why: Bilingual, hint: Bilingual): void {
    const { group } = this.origin;
    this.tally.error('MASK_INVALID', group, () => {
      const { what } = this.facts(record, []);
      return this.problem('MASK_INVALID', { what: atStart(what), why, hint }, record);
    });
  }

  private problem<Code extends ErrorCode>(
    code: Code,
    parameters: ErrorParameters<Code>,
    record: number,
  ): Problem {
    const line = this.labels.number(record, field.line);
    return { ...makeProblem(code, this.origin.file, parameters, line), image: this.image };
  }

  private facts(record: number, box: readonly number[]) {
    const { origin, size, labels } = this;
    return {
      what: origin.nameOf(labels, record),
      box: shownBox(box),
      image: `${size.width} × ${size.height}`,
    };
  }
}

const shownBox = (values: readonly number[]) => values.map((each) => Math.round(each * 100) / 100).join(' ');

const atStart = ({ en, ko }: Bilingual): Bilingual => ({ en: en.charAt(0).toUpperCase() + en.slice(1), ko });
