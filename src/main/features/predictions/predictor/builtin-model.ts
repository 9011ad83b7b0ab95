import { pathToFileURL } from 'node:url';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { classAnswers } from './answers.ts';
import type { Predict } from './onnx-runtime.ts';
import { whiteOf } from './read-image.ts';

/** What the builtin trainer's module offers (`resources/trainers/builtin/predict.ts`), by which its models read and judge images as they were trained. */
interface BuiltinModule {
  readonly openModel: (
    folder: string,
  ) => Promise<(file: string, white: number | null) => Promise<ArrayLike<number>>>;
}

/** Loads a model of the builtin trainer. @throws TrainyardError MODEL_UNUSABLE */
export async function openBuiltinModel(
  folder: string,
  { classes, white }: { readonly classes: readonly string[]; readonly white: number | null },
  program: string,
): Promise<Predict> {
  const { openModel }: BuiltinModule = await import(pathToFileURL(program).href);
  const predict = await openModel(folder).catch((error: unknown) => {
    throw fault('MODEL_UNUSABLE', { file: 'model.safetensors', why: errorMessage(error) }, { cause: error });
  });
  return async ({ facts }, file) => {
    const began = performance.now();
    const probabilities = await predict(file, whiteOf(facts, white));
    return { ...classAnswers(probabilities, classes), networkMs: performance.now() - began };
  };
}
