import { z } from 'zod';

/** Sources of models whose weights can be stored. */
const weightsModel = /^(?:timm|huggingface|torchvision|ultralytics)\/[^/\s][^\s]{0,254}$/;

/** `source/name`, as `timm/resnet18`. */
export const weightsModelSchema = z
  .string()
  .max(300)
  .refine((text) => weightsModel.test(text), {
    error:
      'a model is source/name, as timm/resnet18; the sources: timm, huggingface, torchvision, ultralytics',
    params: {
      ko: '모델은 timm/resnet18처럼 출처/이름으로 씁니다. 출처: timm, huggingface, torchvision, ultralytics',
    },
  });

export const weightsFileSchema = z.object({
  name: z.string(),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type WeightsFile = z.infer<typeof weightsFileSchema>;

/** The weights that a run begins with, as they were when it was made. */
export const pinnedWeightsSchema = z.object({
  /** Of stored weights; null where they are files of this machine. */
  id: z.uuid().nullable(),
  /** What a person calls them: the name of stored weights, or the path. */
  name: z.string(),
  /** The file that has the weights, of those below. */
  main: z.string(),
  files: z.array(weightsFileSchema),
});
export type PinnedWeights = z.infer<typeof pinnedWeightsSchema>;

/** What a file of weights is. A pickle is a program: the trainer takes only the tensors out of it. */
export const weightsFormats = ['safetensors', 'pickle'] as const;
export type WeightsFormat = (typeof weightsFormats)[number];

/** By the name of a file; null where it is none of weights. */
export function formatOfWeights(name: string): WeightsFormat | null {
  if (/\.safetensors$/i.test(name)) return 'safetensors';
  return /\.(?:pth|pt|bin)$/i.test(name) ? 'pickle' : null;
}
