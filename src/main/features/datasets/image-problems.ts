import { type ImageType, readableTypes, titleOf, usualExtension } from './image-types.ts';
import { makeProblem, type Problem, printable } from './problems.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

export function imageUnreadable(path: string, why: string): Problem {
  return makeProblem(
    'IMAGE_UNREADABLE',
    path,
    `The image can't be read: ${why}`,
    'Get the file again from where it came, or remove it.',
  );
}

/** A type that is known and not decoded. */
export function typeUnsupported(path: string, type: ImageType): Problem {
  return makeProblem(
    'IMAGE_TYPE_UNSUPPORTED',
    path,
    `The file is a ${titleOf(type)}, a type that can't be trained on${type.isByTheWay ? '; it is left out' : ''}`,
    `Convert it to PNG or JPEG, or remove it. Supported types: ${readableTypes}.`,
  );
}

/** A coding inside of a type that the decoder lacks (12 bits a sample, say): the file itself may be fine. */
export function codingUnsupported(path: string, why: string): Problem {
  return makeProblem(
    'IMAGE_TYPE_UNSUPPORTED',
    path,
    `The image has a coding that can't be decoded: ${why}`,
    'Save it as PNG, or as a baseline JPEG with 8 bits a sample.',
  );
}

/** Numbers without a scale that all programs agree on: guessing one would train on black pictures. */
export function pixelsUnsupported(path: string, depth: string): Problem {
  return makeProblem(
    'PIXELS_UNSUPPORTED',
    path,
    `The pixels are ${depth}: the file does not say which value is black and which is white`,
    'Scale the values of all images by the same rule, and save them as 8-bit or 16-bit whole numbers without sign (PNG or TIFF).',
  );
}

/** The decoder could repair it, so that it is used. */
export function imageDamaged(path: string, why: string): Problem {
  return makeProblem(
    'IMAGE_DAMAGED',
    path,
    `The image is damaged, and is used as far as it can be decoded: ${why}`,
    'Look at it; where parts are wrong, get the file again or remove it. Saving it again in an image editor removes the damage of a file that looks right.',
  );
}

/** An error, not a warning: other programs go by the extension, and would fail on the file or misread it. */
export function extensionWrong(path: string, type: ImageType): Problem {
  return makeProblem(
    'EXTENSION_MISMATCH',
    path,
    `The file is a ${titleOf(type)} by its bytes, and its name says something else`,
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

export function hiddenLeftOut(folder: string, count: number, first: string): Problem {
  const images = count === 1 ? '1 image is' : `${count} images are`;
  return makeProblem(
    'HIDDEN_LEFT_OUT',
    folder,
    `The name begins with a dot, so that it is hidden: ${images} left out, the first is ${printable(first)}`,
    'Rename it without the dot if it is a class or an image of one.',
  );
}

/** Images that lie in no class. @param folder on the first level where classes lie; empty for images beside the classes' folders */
export function outsideClass(folder: string, count: number, first: string): Problem {
  const images = count === 1 ? '1 image lies' : `${count} images lie`;
  return makeProblem(
    'IMAGE_OUTSIDE_CLASS',
    first,
    `${images} ${folder === '' ? 'beside the folders of the classes' : `in "${printable(folder)}"`}, in no class, and ${count === 1 ? 'is' : 'are'} left out; ${count === 1 ? 'it' : 'the first'} is ${printable(first)}`,
    'Move them into the folders of their classes (class/image.png) if they are to be used.',
  );
}

export function emptySplit(folder: string): Problem {
  return makeProblem(
    'EMPTY_SPLIT',
    folder,
    'The split has no image',
    'Put images into it, or leave it: then it is made from those of the others.',
  );
}
