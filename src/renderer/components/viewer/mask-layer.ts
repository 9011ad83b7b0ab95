import { runsOf, type StoredRuns } from '../../../shared/model/run-lengths.ts';
import { classColor } from '../../charts/class-colors.ts';
import type { ShownObject } from './shown-objects.ts';

/** Larger ones would cost more memory than a screen has pixels for. */
const mostSide = 2048;

interface Size {
  readonly width: number;
  readonly height: number;
}

const paint = document.createElement('canvas').getContext('2d');

/** A colour of CSS as a pixel of a canvas. */
function pixelOf(color: string, alpha: number): number {
  if (!paint) return 0;
  // A canvas gives it back as #rrggbb, whatever it was written as.
  paint.fillStyle = color;
  const value = Number.parseInt(paint.fillStyle.slice(1), 16);
  const [red, green, blue] = [value >> 16, (value >> 8) & 255, value & 255];
  // Canvases lie in memory as red, green, blue and alpha; every machine that runs a browser is little-endian.
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** How far apart the lines of a hatching are, so that each is seen at the size of a screen. */
const hatchOf = ({ width, height }: Size) => Math.max(6, Math.round(Math.max(width, height) / 64));

interface Layer extends Size {
  readonly pixels: Uint32Array;
}

/** Paints the pixels of run lengths, whose size may be another than the layer's. @param hatch the distance of lines; 0: all pixels */
function paintRuns({ pixels, width, height }: Layer, stored: StoredRuns, color: number, hatch: number): void {
  const [rows, columns] = stored.size;
  // The first of the layer's pixels that is of a column or row of the mask.
  const across = (column: number) => Math.ceil((column * width) / columns);
  const down = (row: number) => Math.ceil((row * height) / rows);
  let [at, isOf] = [0, false];
  for (const length of runsOf(stored)) {
    for (let from = at; isOf && from < at + length; ) {
      const column = Math.floor(from / rows);
      const top = from - column * rows;
      const bottom = Math.min(rows, top + at + length - from);
      from += bottom - top;
      for (let x = across(column); x < across(column + 1) && x < width; x += 1) {
        for (let y = down(top); y < down(bottom); y += 1) {
          if (hatch === 0 || (x + y) % hatch < hatch / 2) pixels[y * width + x] = color;
        }
      }
    }
    at += length;
    isOf = !isOf;
  }
}

/**
 * A picture of all masks that are run lengths, each in the colour of its class; null where there are none. What is ignored is hatched, and so is the
 * truth beside what a model found.
 * @param most its longest side, where the image is larger
 */
export function maskLayer(
  objects: readonly ShownObject[],
  size: Size,
  alpha: number,
  most: number = mostSide,
): HTMLCanvasElement | null {
  const step = Math.max(1, Math.ceil(Math.max(size.width, size.height) / most));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(size.width / step);
  canvas.height = Math.ceil(size.height / step);
  const context = canvas.getContext('2d');
  const masked = objects.filter(({ mask }) => mask !== null && !Array.isArray(mask));
  if (!context || masked.length === 0) return null;
  const image = context.createImageData(canvas.width, canvas.height);
  const layer = {
    pixels: new Uint32Array(image.data.buffer),
    width: canvas.width,
    height: canvas.height,
  };
  const isHatched = ({ class: index, origin }: ShownObject) => index === null || origin === 'truth';
  // What lies under lines is seen between them.
  for (const object of masked.toSorted((a, b) => Number(isHatched(a)) - Number(isHatched(b)))) {
    const { class: index, mask } = object;
    if (mask === null || Array.isArray(mask)) continue;
    paintRuns(
      layer,
      mask,
      pixelOf(classColor(index), isHatched(object) ? 0.8 : alpha),
      isHatched(object) ? hatchOf(canvas) : 0,
    );
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
