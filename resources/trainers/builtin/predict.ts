/* What a trained model makes of an image that it has not seen: a module for whoever wants to know, without a run directory. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { z } from 'zod';
import { decode } from './decoding.ts';
import { normalise } from './images.ts';
import { probabilities } from './loss.ts';
import { type Architecture, architectureFor, Network } from './network.ts';
import { readTensors } from './safetensors.ts';

const side = z.int().min(1).max(4096);
const modelSchema = z.object({
  format: z.literal('trainyard/builtin-model'),
  architecture: z.looseObject({
    name: z.literal('builtin/cnn'),
    version: z.literal(1),
    input: z.object({ height: side, width: side, channels: z.union([z.literal(1), z.literal(3)]) }),
    classes: z.int().min(1),
  }),
  normalisation: z.object({ mean: z.array(z.number()), deviation: z.array(z.number()) }),
  weights: z.literal('model.safetensors'),
});

/** @returns the probabilities of an image's classes; `white` is the value of white of a 16-bit image, null for one of 8 bits */
type Predict = (file: string, white: number | null) => Promise<ArrayLike<number>>;

/** Opens the model that a run left in a folder: `model.json` and its weights. @throws where they are not whole, or do not fit each other */
export async function openModel(folder: string): Promise<Predict> {
  const {
    architecture,
    normalisation,
    weights: name,
  } = modelSchema.parse(JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')));
  const { input, classes } = architecture;
  if (normalisation.mean.length !== input.channels) throw new Error('its normalisation is of other channels');
  // Everything else of a network follows from its input and its classes: what stands in the file must be that.
  const own: Architecture = { ...architectureFor(input, classes) };
  if (JSON.stringify(own.stem) !== JSON.stringify(architecture.stem))
    throw new Error('its architecture is another than this program has');
  const network = new Network(own);
  const { tensors } = readTensors(path.join(folder, name));
  const weights = new Float32Array(network.size);
  for (const { name: part, start, size } of network.weights) {
    const values = tensors.get(part)?.values;
    if (values?.length !== size) throw new Error(`it has no "${part}" of ${size} numbers`);
    weights.set(values, start);
  }
  await tf.setBackend('wasm');
  return async (file, white) => {
    const entry = {
      ...{ file, path: file, label: 0, sha256: null, size: null, channels: input.channels },
      ...{ width: input.width, height: input.height, maxValue: white },
    };
    const bytes = await decode(entry, input, white ?? 255);
    const image = normalise(bytes, normalisation, new Float32Array(bytes.length));
    return probabilities(network.predict(image, weights));
  };
}
