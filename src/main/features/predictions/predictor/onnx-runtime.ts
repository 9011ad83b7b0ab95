import { createRequire } from 'node:module';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../../shared/errors/error.ts';
import type { TorchModel } from '../model-description.ts';
import { type Answers, torchAnswers } from './answers.ts';
import { type CheckedImage, pixelsForTorch, whiteOf } from './read-image.ts';

/** What a loaded model makes of an image; milliseconds of reading and of the network alone. */
export type Predict = (
  image: CheckedImage,
  file: string,
) => Promise<Answers & { readonly networkMs: number }>;

const firstLine = (error: unknown) => errorMessage(error).split('\n')[0]?.slice(0, 300) ?? '';

function loadRuntime(command: string): typeof import('onnxruntime-node') {
  try {
    return createRequire(import.meta.url)('onnxruntime-node');
  } catch (error) {
    throw fault('ONNX_RUNTIME_UNUSABLE', { why: firstLine(error), command }, { cause: error });
  }
}

/**
 * Loads a model of the torch trainer.
 * @param command how ONNX Runtime is installed
 * @throws TrainyardError ONNX_RUNTIME_UNUSABLE, MODEL_UNUSABLE
 */
export async function openOnnxModel(
  folder: string,
  description: TorchModel,
  { command, threads }: { readonly command: string; readonly threads: number },
): Promise<Predict> {
  const { InferenceSession: Session, Tensor } = loadRuntime(command);
  const unusable = (error: unknown) =>
    fault('MODEL_UNUSABLE', { file: 'model.onnx', why: firstLine(error) }, { cause: error });
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What a prediction needed is given back after it.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
  };
  const session = await Session.create(path.join(folder, 'model.onnx'), options).catch((error: unknown) => {
    throw unusable(error);
  });
  const { input } = description;
  return async (image) => {
    const pixels = await pixelsForTorch(image, input, whiteOf(image.facts, input.white));
    const tensor = new Tensor('float32', planes(pixels.data), [1, 3, input.height, input.width]);
    const began = performance.now();
    try {
      const outputs = await session.run({ [input.name]: tensor });
      const networkMs = performance.now() - began;
      const named = new Map(
        Object.entries(outputs).map(([name, { data, dims }]) => [
          name,
          { data: data as ArrayLike<number | bigint>, dims },
        ]),
      );
      return { ...torchAnswers(named, description, image.facts), networkMs };
    } catch (error) {
      throw unusable(error);
    }
  };
}

/** Bytes with their channels side by side as numbers from 0 to 1, one channel behind the other. */
function planes(bytes: Uint8Array): Float32Array {
  const pixels = bytes.length / 3;
  const result = new Float32Array(bytes.length);
  for (let pixel = 0; pixel < pixels; pixel += 1)
    for (let channel = 0; channel < 3; channel += 1)
      result[channel * pixels + pixel] = (bytes[pixel * 3 + channel] as number) / 255;
  return result;
}
