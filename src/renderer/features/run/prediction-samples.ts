import { z } from 'zod';
import { runsOf } from '../../../shared/model/run-lengths.ts';

const image = { path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) };
const score = z.number().min(0).max(1).nullable();

/** An image with its class and the one that it was taken for. */
const classSample = z.object({
  ...image,
  true: z.string(),
  predicted: z.string(),
  correct: z.boolean(),
  probability: score,
});
export type ClassSample = z.infer<typeof classSample>;

const side = z.int().min(1).max(16_384);
const mask = z
  .object({
    size: z.tuple([side, side]),
    counts: z.union([z.string(), z.array(z.int().min(0))]),
  })
  // One that does not end where its image does would be painted elsewhere, or for ever.
  .refine((stored) => {
    const runs = runsOf(stored);
    const pixels = runs.reduce((sum, length) => sum + length, 0);
    return pixels === stored.size[0] * stored.size[1] && runs.every((length) => length >= 0);
  });

const object = z
  .object({
    class: z.string(),
    box: z
      .tuple([z.number(), z.number(), z.number().min(0), z.number().min(0)])
      .nullable()
      .default(null),
    mask: mask.nullable().default(null),
    probability: score.optional(),
    crowd: z.boolean().default(false),
  })
  .refine((one) => one.box !== null || one.mask !== null);
export type SampleObject = z.infer<typeof object>;

const objectSample = z.object({
  ...image,
  width: z.number().min(1),
  height: z.number().min(1),
  true: z.array(z.unknown()),
  predicted: z.array(z.unknown()),
});

/** An image with the objects that are in it and those that were found. */
export interface ObjectSample extends Omit<z.infer<typeof objectSample>, 'true' | 'predicted'> {
  readonly true: readonly SampleObject[];
  readonly predicted: readonly SampleObject[];
}

/** docs/builtin-trainer.md and docs/torch-trainer.md, "Artifacts". What of it can't be read is left out and counted. */
export const predictionsSchema = z
  .object({
    format: z.literal('trainyard/predictions'),
    split: z.string(),
    images: z.number(),
    wrong: z.number().optional(),
    samples: z.array(z.unknown()),
  })
  .transform(({ samples, ...head }) => {
    let damaged = 0;
    const objectsOf = (entries: readonly unknown[]) =>
      entries.flatMap((entry) => {
        const parsed = object.safeParse(entry);
        if (parsed.success) return [parsed.data];
        damaged += 1;
        return [];
      });
    const ofClasses: ClassSample[] = [];
    const ofObjects: ObjectSample[] = [];
    for (const sample of samples) {
      const [whole, found] = [classSample.safeParse(sample), objectSample.safeParse(sample)];
      if (whole.success) ofClasses.push(whole.data);
      else if (found.success) {
        const { true: truths, predicted, ...rest } = found.data;
        ofObjects.push({ ...rest, true: objectsOf(truths), predicted: objectsOf(predicted) });
      } else damaged += 1;
    }
    return { ...head, ofClasses, ofObjects, damaged };
  });
export type Predictions = z.infer<typeof predictionsSchema>;
