import { deepestClasses, namesEncodings } from '../../../shared/contract/dataset-reading.ts';
import { datasetFormats, type FormatChoice } from '../../../shared/contract/datasets.ts';
import type { Reading } from '../../features/datasets/reading.ts';
import { type Command, integer } from '../lib/define.ts';

/** How a source is read if that cannot be seen from the source itself. */
export interface ReadingOptions {
  readonly format: FormatChoice | 'voc';
  readonly classesAt?: number;
  readonly namesEncoding: Reading['namesEncoding'];
  readonly s3Endpoint?: string;
  readonly s3Profile?: string;
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
    )
    .flag(
      '--s3-endpoint <url>',
      'server of an s3:// path (left out: the profile’s own, or as the AWS environment says)',
      's3:// 경로의 서버(생략하면 프로필의 서버나 AWS 환경이 가리키는 서버)',
    )
    .flag(
      '--s3-profile <name>',
      'profile of the AWS files whose credentials read an s3:// path',
      's3:// 경로를 읽을 자격 증명이 든 AWS 파일의 프로필',
    );
}

/** The format's own name; `voc` is short for it. */
export const formatOf = ({ format }: ReadingOptions) => (format === 'voc' ? 'pascal_voc' : format);

export const readingOf = ({ classesAt, namesEncoding, s3Endpoint, s3Profile }: ReadingOptions): Reading => ({
  classesAt: classesAt ?? null,
  namesEncoding,
  ...((s3Endpoint ?? s3Profile) === undefined
    ? {}
    : { s3: { endpoint: s3Endpoint ?? null, profile: s3Profile ?? null } }),
});

/** Whether a source lies in a bucket, and not on this machine. */
export const isInBucket = (source: string) => source.startsWith('s3://');
