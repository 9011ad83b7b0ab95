import sharp from 'sharp';
import type { SumPixels } from '../../jobs/statistics.ts';
import { eightBitPixels, imageFault, openImage } from './decoding.ts';

/** Sums of pixels through libvips: transparency is left out, grey counts as three equal channels. */
export function sumPixelsUpTo(maxPixels: number): SumPixels {
  return async (bytes, white) => {
    try {
      const image = openImage(bytes, { limitInputPixels: maxPixels }).removeAlpha();
      const { data, ...raw } = await eightBitPixels(image, 'rgb', white);
      const { channels } = await sharp(data, { raw }).stats();
      const of = (index: number) => channels[raw.channels >= 3 ? index : 0] ?? { sum: 0, squaresSum: 0 };
      const [red, green, blue] = [of(0), of(1), of(2)];
      return {
        pixels: raw.width * raw.height,
        sums: [red.sum, green.sum, blue.sum],
        squares: [red.squaresSum, green.squaresSum, blue.squaresSum],
      };
    } catch (error) {
      throw imageFault(error);
    }
  };
}
