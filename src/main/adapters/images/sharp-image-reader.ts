import sharp from 'sharp';
import { type ImageFacts, ImageFault, type ImageReader } from '../../domain/datasets/ports.ts';
import { hasPngEnd } from './png-end.ts';

// Many small images: side by side, each on one thread. Nothing is decoded twice, so nothing need be cached.
sharp.concurrency(1);
sharp.cache(false);

const longestMessage = 200;

/** Turns the decoder's error into a reason. */
function fault(error: unknown): ImageFault {
  const message = error instanceof Error ? error.message : String(error);
  if (/pixel limit/i.test(message)) return new ImageFault('too_large', message, error);
  const [first = message] = message.split('\n');
  return new ImageFault('unreadable', first.slice(0, longestMessage), error);
}

/** Images through libvips. */
export class SharpImageReader implements ImageReader {
  async inspect(bytes: Uint8Array, maxPixels: number): Promise<ImageFacts> {
    // 'error': a file that ends too early or has damaged data is refused; mere oddities of metadata are not.
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels });
    try {
      const { width, height, channels } = await image.metadata();
      // One channel is a third of the memory of three; the decoder goes through all of the file either way.
      await image.toColourspace('b-w').raw().toBuffer();
      if (!hasPngEnd(bytes)) throw new ImageFault('unreadable', 'the file ends too early');
      return { width, height, channels };
    } catch (error) {
      throw error instanceof ImageFault ? error : fault(error);
    }
  }

  async thumbnail(bytes: Uint8Array, size: number): Promise<{ body: Uint8Array; mediaType: string }> {
    try {
      const image = sharp(bytes, { failOn: 'error' })
        .autoOrient()
        .resize(size, size, { fit: 'inside', withoutEnlargement: true });
      const { width, height } = await image.metadata();
      // Lossy compression spoils images of a few pixels, which windows show enlarged.
      const isTiny = Math.max(width, height) <= 64;
      const body = await (isTiny ? image.png() : image.webp({ quality: 82 })).toBuffer();
      return { body, mediaType: isTiny ? 'image/png' : 'image/webp' };
    } catch (error) {
      throw fault(error);
    }
  }
}
