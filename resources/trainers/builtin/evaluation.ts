import type { ImageStore } from './images.ts';
import { greatestOf, probabilities, surprise } from './loss.ts';
import type { ImageEntry } from './manifest.ts';
import type { Network } from './network.ts';

/** Loss (mean cross-entropy) and accuracy of the network on images; `visit` gets each image's probabilities by class. */
export async function evaluate(
  network: Network,
  weights: Float32Array,
  store: ImageStore,
  entries: readonly ImageEntry[],
  tick: () => Promise<void>,
  visit: (entry: ImageEntry, row: Float64Array) => void = () => undefined,
): Promise<{ loss: number; accuracy: number }> {
  const { classes } = network.architecture;
  let loss = 0;
  let correct = 0;
  for (let first = 0; first < entries.length; first += network.imagesAtOnce) {
    const some = entries.slice(first, first + network.imagesAtOnce);
    const scores = network.predict(await store.load(some), weights);
    for (const [index, entry] of some.entries()) {
      const row = probabilities(scores.subarray(index * classes, (index + 1) * classes));
      loss += surprise(row[entry.label] ?? 0);
      if (greatestOf(row) === entry.label) correct += 1;
      visit(entry, row);
    }
    await tick();
  }
  return { loss: loss / entries.length, accuracy: correct / entries.length };
}
