import { className } from '../class-names.ts';

/** A class of masks with its colour as `0xRRGGBB`. */
export interface MaskClass {
  readonly name: string;
  readonly colour: number | null;
}

/**
 * Reads a `labelmap.txt` (CVAT's: `# label:color_rgb:parts:actions`, a class on each line) or a list of names in the order of their
 * indexes (labelme's `class_names.txt`); null where the text is none.
 */
export function readLabelMap(text: string): MaskClass[] | null {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#') && line !== '__ignore__');
  if (rows.length === 0) return null;
  return rows.map((row) => {
    const [name = '', colour = ''] = row.split(':');
    const parts = /^\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*$/.exec(colour);
    const [red = 0, green = 0, blue = 0] = parts?.slice(1).map(Number) ?? [];
    return { name: className(name), colour: parts ? (red << 16) | (green << 8) | blue : null };
  });
}

/** The twenty classes of the challenge in the order of their indexes in its masks, from 1 on. */
export const challengeClasses = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
] as const;

/** The colour of an index in the challenge's palette (VOCdevkit, VOClabelcolormap.m): its bits spread over the channels, highest first. */
export function challengeColour(index: number): number {
  let [red, green, blue, rest] = [0, 0, 0, index];
  for (let bit = 7; bit >= 0 && rest > 0; bit -= 1) {
    red |= (rest & 1) << bit;
    green |= ((rest >> 1) & 1) << bit;
    blue |= ((rest >> 2) & 1) << bit;
    rest >>= 3;
  }
  return (red << 16) | (green << 8) | blue;
}

/** Between objects and the background: no class. */
export const borderColour = 0xe0e0c0;
export const borderIndex = 255;
