import { readableTypes, usualExtension } from './image-types.ts';
import { makeProblem, type Problem } from './problems.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

export function imageUnreadable(path: string, why: string): Problem {
  return makeProblem(
    'IMAGE_UNREADABLE',
    path,
    `The image can't be read: ${why}`,
    'Get the file again from where it came, or remove it.',
  );
}

export function notSupported(path: string, type: string): Problem {
  return makeProblem(
    'IMAGE_UNREADABLE',
    path,
    `The image is a ${type.toUpperCase()}, which is not read here`,
    `Convert it to PNG or JPEG (read are ${readableTypes}).`,
  );
}

/** An error, not a warning: other programs go by the extension, and would fail on the file or misread it. */
export function extensionWrong(path: string, type: string): Problem {
  return makeProblem(
    'EXTENSION_MISMATCH',
    path,
    `The file is a ${type.toUpperCase()} by its bytes, and its name says something else`,
    `Rename it so that it ends with ".${usualExtension(type)}".`,
  );
}

export function notAnImage(path: string): Problem {
  return makeProblem(
    'NOT_AN_IMAGE',
    path,
    'The file is no image; it is left out',
    'Move it elsewhere if it should not lie here.',
  );
}

export function fileTooLarge(path: string, limit: number): Problem {
  return makeProblem(
    'FILE_TOO_LARGE',
    path,
    `The file has more than ${megabytes(limit)}`,
    'Scale the image down or save it compressed.',
  );
}

export function imageTooLarge(path: string, maxPixels: number): Problem {
  return makeProblem(
    'IMAGE_TOO_LARGE',
    path,
    `The image has more than ${Math.round(maxPixels / 1e6)} million pixels`,
    'Scale it down or cut it into tiles.',
  );
}
