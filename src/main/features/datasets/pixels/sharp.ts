import { createRequire } from 'node:module';
import type { Sharp, SharpInput, SharpOptions } from 'sharp';

type Library = typeof import('sharp').default;

let library: Library | null = null;

/** libvips is a large library, and most starts of an engine decode nothing: it is loaded with the first image. */
function load(): Library {
  const loaded: Library = createRequire(import.meta.url)('sharp');
  // Many small images: side by side, each on one thread. Nothing is decoded twice, so nothing need be cached.
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}

/** An image of sharp's. */
export function sharp(input: SharpInput, options: SharpOptions): Sharp {
  library ??= load();
  return library(input, options);
}
