import type { Helper } from './helper.ts';
import type { ImageStore } from './images.ts';
import { greatestOf, probabilities, surprise } from './loss.ts';
import type { ImageEntry } from './manifest.ts';
import type { Network } from './network.ts';

/** How many images a part has, so that two threads have the same to do each time, and neither more than it may at once. */
export function imagesAPart(network: Network, images: number): number {
  const parts = 2 * Math.ceil(images / (2 * network.imagesAtOnce));
  return Math.ceil(images / parts);
}

/** Loss (mean cross-entropy) and accuracy of the network on images; `visit` gets each image's probabilities by class. */
export async function evaluate(
  {
    network,
    helper,
    store,
  }: { readonly network: Network; readonly helper: Helper; readonly store: ImageStore },
  weights: Float32Array,
  entries: readonly ImageEntry[],
  tick: () => Promise<void>,
  visit: (entry: ImageEntry, row: Float64Array) => void = () => undefined,
): Promise<{ loss: number; accuracy: number }> {
  const { classes } = network.architecture;
  let loss = 0;
  let correct = 0;
  const judge = (some: readonly ImageEntry[], scores: Float32Array) => {
    for (const [index, entry] of some.entries()) {
      const row = probabilities(scores.subarray(index * classes, (index + 1) * classes));
      loss += surprise(row[entry.label] ?? 0);
      if (greatestOf(row) === entry.label) correct += 1;
      visit(entry, row);
    }
  };
  const size = imagesAPart(network, entries.length);
  for (let first = 0; first < entries.length; first += 2 * size) {
    const here = entries.slice(first, first + size);
    const there = entries.slice(first + size, first + 2 * size);
    const second = there.length > 0 ? helper.predict(weights, await store.load(there)) : null;
    judge(here, network.predict(await store.load(here), weights));
    if (second) judge(there, await second);
    await tick();
  }
  return { loss: loss / entries.length, accuracy: correct / entries.length };
}
