import { z } from 'zod';

const ratio = z.number().nullable();

/** docs/builtin-trainer.md, "Artifacts": what a trainer of ours writes; another's may be anything. */
export const perClassSchema = z.object({
  format: z.literal('trainyard/per-class'),
  split: z.string(),
  images: z.number(),
  accuracy: ratio,
  macro: z.object({ precision: ratio, recall: ratio, f1: ratio }),
  classes: z.array(
    z.object({
      name: z.string(),
      support: z.number(),
      predicted: z.number(),
      correct: z.number(),
      precision: ratio,
      recall: ratio,
      f1: ratio,
    }),
  ),
});
export type PerClass = z.infer<typeof perClassSchema>;

export const confusionSchema = z.object({
  format: z.literal('trainyard/confusion-matrix'),
  split: z.string(),
  images: z.number(),
  classes: z.array(z.string()),
  matrix: z.array(z.array(z.number())),
});
export type Confusion = z.infer<typeof confusionSchema>;

export const predictionsSchema = z.object({
  format: z.literal('trainyard/predictions'),
  split: z.string(),
  images: z.number(),
  wrong: z.number(),
  samples: z.array(
    z.object({
      path: z.string(),
      sha256: z.string(),
      true: z.string(),
      predicted: z.string(),
      correct: z.boolean(),
      probability: ratio,
      top: z.array(z.object({ class: z.string(), probability: z.number() })),
    }),
  ),
});
export type Predictions = z.infer<typeof predictionsSchema>;
