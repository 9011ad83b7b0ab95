import { phrase } from '../../../shared/errors/entry.ts';
import { type ImageType, readableTypes, titleOf, usualExtension } from './image-types.ts';
import type { ImageFault } from './images.ts';
import { makeProblem, type Problem } from './problems.ts';

/* What is wrong with a file that wants to be an image. */

export const theImage = { en: 'The image', ko: '이미지' };
export const isEmpty = { en: 'the file is empty', ko: '빈 파일입니다' };
export const isNoImage = { en: 'its bytes are no image', ko: '내용이 이미지가 아닙니다' };

export function tooLarge(path: string, most: number): Problem {
  const what = phrase('The file has more than {mebibytes} MiB', '{mebibytes}MiB를 넘습니다', {
    mebibytes: Math.round(most / 2 ** 20),
  });
  const hint = {
    en: 'Scale the image down or save it compressed.',
    ko: '이미지를 줄이거나 압축하여 저장하세요.',
  };
  return makeProblem('FILE_TOO_LARGE', path, { what, hint });
}

export function notAnImage(path: string): Problem {
  return makeProblem('NOT_AN_IMAGE', path, { why: { en: 'the file is no image', ko: '이미지가 아닌 파일' } });
}

/** A type that is known and not decoded. */
export function typeUnsupported(path: string, type: ImageType): Problem {
  const why = phrase('it is a {type}', '{type} 파일입니다', { type: titleOf(type) });
  const leftOut = phrase('it is a {type}, and is left out', '{type} 파일이라 제외합니다', {
    type: titleOf(type),
  });
  return makeProblem('IMAGE_TYPE_UNSUPPORTED', path, {
    why: type.isByTheWay ? leftOut : why,
    types: readableTypes,
  });
}

/** An error, not a warning: other programs go by the extension, and would fail on the file or misread it. */
export function misnamed(path: string, type: ImageType): Problem {
  return makeProblem('EXTENSION_MISMATCH', path, { type: titleOf(type), extension: usualExtension(type) });
}

export function problemOf(path: string, { reason, why }: ImageFault, maxPixels: number): Problem {
  switch (reason) {
    case 'too_large':
      return makeProblem('IMAGE_TOO_LARGE', path, { most: Math.round(maxPixels / 1e6) });
    case 'coding':
      return makeProblem('IMAGE_TYPE_UNSUPPORTED', path, { why, types: readableTypes });
    case 'pixels':
      return makeProblem('PIXELS_UNSUPPORTED', path, { depth: why });
    case 'unreadable':
      return makeProblem('IMAGE_UNREADABLE', path, { image: theImage, why });
  }
}
