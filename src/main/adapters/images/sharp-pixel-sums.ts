import sharp from 'sharp';
import { ImageFault } from '../../domain/datasets/ports.ts';
import type { PixelReader, PixelSums } from '../../domain/jobs/ports.ts';

/** Sums of pixels through libvips: transparency is left out, grey counts as three equal channels. */
export class SharpPixelReader implements PixelReader {
  private readonly maxPixels: number;

  constructor(maxPixels: number) {
    this.maxPixels = maxPixels;
  }

  async sums(bytes: Uint8Array): Promise<PixelSums> {
    try {
      const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: this.maxPixels })
        .removeAlpha()
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      const { width, height, channels: count } = info;
      const raw = { width, height, channels: count };
      const { channels } = await sharp(data, { raw }).stats();
      const of = (index: number) => channels[count >= 3 ? index : 0] ?? { sum: 0, squaresSum: 0 };
      const [red, green, blue] = [of(0), of(1), of(2)];
      return {
        pixels: width * height,
        sums: [red.sum, green.sum, blue.sum],
        squares: [red.squaresSum, green.squaresSum, blue.squaresSum],
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ImageFault(/pixel limit/i.test(message) ? 'too_large' : 'unreadable', message, error);
    }
  }
}
