import {
  datasetFormats,
  deepestClasses,
  type FormatChoice,
  namesEncodings,
} from '../../../shared/contract/datasets.ts';
import type { Reading } from '../../features/datasets/reading.ts';
import { type Command, integer } from '../lib/define.ts';

/** How a source is read if that cannot be seen from the source itself. */
export interface ReadingOptions {
  readonly format: FormatChoice | 'voc';
  readonly classesAt?: number;
  readonly namesEncoding: Reading['namesEncoding'];
}

/** Gives a command the options that say how a source is read. */
export function addReadingOptions(command: Command): Command {
  return command
    .flag(
      '--format <format>',
      'how the labels are written (auto: recognised)',
      '라벨 형식(auto: 알아냅니다)',
      ['auto', ...datasetFormats, 'voc'],
      'auto',
    )
    .flag(
      '--classes-at <level>',
      'level of the class folders, 1 being the first (left out: recognised)',
      '클래스 폴더가 있는 단계. 맨 위가 1입니다(생략하면 알아냅니다)',
      integer(1, deepestClasses),
    )
    .flag(
      '--names-encoding <encoding>',
      "encoding of an archive's names where the archive does not say it",
      '압축 파일이 이름의 인코딩을 밝히지 않을 때 쓸 인코딩',
      namesEncodings,
      'auto',
    );
}

/** The format's own name; `voc` is short for it. */
export const formatOf = ({ format }: ReadingOptions) => (format === 'voc' ? 'pascal_voc' : format);

export const readingOf = ({ classesAt, namesEncoding }: ReadingOptions): Reading => ({
  classesAt: classesAt ?? null,
  namesEncoding,
});
