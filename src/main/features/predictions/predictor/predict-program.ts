import { setPriority } from 'node:os';
import type { Found } from '../../../../shared/contract/predictions.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { systemFault } from '../../../platform/faults/system-fault.ts';
import { openBuiltinModel } from './builtin-model.ts';
import type { Answer, Order } from './messages.ts';
import { openOnnxModel, type Predict } from './onnx-runtime.ts';
import { checkImage, previewOf, whiteOf } from './read-image.ts';

/* A process that predicts for the engine: what a model or an image does to it harms nobody else. It holds one model. */

/** Behind the engine, and behind trainers. */
const nice = 10;

let model: { readonly predict: Predict; readonly white: number | null } | null = null;

async function load({ description, folder, builtinProgram, ...runtime }: NonNullable<Order['load']>) {
  model = null;
  if (description.format === 'trainyard/builtin-model') {
    const predict = await openBuiltinModel(folder, description, builtinProgram);
    return { predict, white: description.white };
  }
  return { predict: await openOnnxModel(folder, description, runtime), white: description.input.white };
}

async function answer(order: Order): Promise<Found> {
  const began = performance.now();
  // The model first: one that is loaded serves the next image, whatever is wrong with this one.
  if (order.load) model = await load(order.load);
  if (!model) throw new Error('no model is loaded');
  const loadMs = order.load ? performance.now() - began : null;
  const image = await checkImage(order.image);
  const { networkMs, ...found } = await model.predict(image, order.image);
  const { width, height } = image.facts;
  const preview = order.wantsPreview ? await previewOf(image, whiteOf(image.facts, model.white)) : null;
  return {
    ...found,
    image: { width, height, preview },
    milliseconds: { load: loadMs, network: networkMs, total: performance.now() - began },
  };
}

async function reply(order: Order): Promise<void> {
  const send = (message: Answer) => process.send?.(message);
  try {
    send({ kind: 'found', found: await answer(order) });
  } catch (error) {
    const known = error instanceof TrainyardError ? error : systemFault(error);
    // What nobody foresaw ends the process: whatever state it is in, nobody is served by it.
    if (!known) throw error;
    send({ kind: 'failed', error: known.record, status: known.status, isLoaded: model !== null });
  }
}

setPriority(nice);
process.on('message', (order: Order) => void reply(order));
// The engine is gone.
process.on('disconnect', () => process.exit());
