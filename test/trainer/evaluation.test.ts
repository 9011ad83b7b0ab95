import { expect, test } from 'vitest';
import { imagesAPart } from '../../resources/trainers/builtin/evaluation.ts';
import { architectureFor, Network } from '../../resources/trainers/builtin/network.ts';

test.each([1, 2, 3, 64, 277, 1000, 5001])(
  'of %d images both threads have the same number each time',
  (images) => {
    const network = new Network(architectureFor({ height: 28, width: 28, channels: 1 }, 10));
    const size = imagesAPart(network, images);
    expect(size).toBeLessThanOrEqual(network.imagesAtOnce);
    const turns = Math.ceil(images / (2 * size));
    expect(turns).toBe(Math.ceil(images / (2 * network.imagesAtOnce)));
    // No more than a place for each part is left empty.
    expect(2 * turns * size - images).toBeLessThan(2 * turns);
  },
);
