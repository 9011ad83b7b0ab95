import { z } from 'zod';
import { taskTypes } from '../../../shared/model/training-config.ts';

const classes = z.array(z.string()).min(1).max(100_000);
const side = z.int().min(1).max(16_384);
/** The value of white of 16-bit images (docs/run-directory.md); older models do not say it, nor do those that have seen none. */
const white = z.int().min(255).max(65_535).nullable().default(null);
const epoch = z.number().nullable().default(null);

const torchModel = z.object({
  format: z.literal('trainyard/torch-model'),
  task: z.enum(taskTypes),
  classes,
  input: z.object({ name: z.string(), height: side, width: side, resize: z.literal('stretch'), white }),
  epoch,
});

const builtinModel = z.object({
  format: z.literal('trainyard/builtin-model'),
  task: z.literal('classification'),
  classes,
  white,
  epoch,
});

/** What a run's `model.json` says of how images go in and what comes out (docs/torch-trainer.md, docs/builtin-trainer.md). */
export const modelDescription = z.discriminatedUnion('format', [torchModel, builtinModel]);
export type ModelDescription = z.infer<typeof modelDescription>;
export type TorchModel = z.infer<typeof torchModel>;

/** The files without which a model does not predict. */
export const filesOf: Readonly<Record<ModelDescription['format'], readonly string[]>> = {
  'trainyard/torch-model': ['model.onnx'],
  'trainyard/builtin-model': ['model.json', 'model.safetensors'],
};
