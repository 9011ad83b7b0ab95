import { z } from 'zod';

// Made when they are first used, not while the engine starts.

/** What the images of a dataset's version are like; channels are red, green, blue of 8 bits, from 0 to 1. */
export const datasetStatisticsSchema = z.lazy(() =>
  z.object({
    images: z.int(),
    pixels: z.int(),
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number(), z.number(), z.number()]),
    /** The most frequent first. */
    sizes: z.array(z.object({ width: z.int(), height: z.int(), images: z.int() })),
    /** In the order of their names; `share` of all images, from 0 to 1. */
    classes: z.array(z.object({ name: z.string(), images: z.int(), share: z.number() })),
    /** Images of the largest class for each one of the smallest. */
    imbalance: z.number(),
  }),
);
export type DatasetStatistics = z.infer<typeof datasetStatisticsSchema>;

/** A model as files of the bucket `models`, its card among them. */
export const modelExportSchema = z.lazy(() =>
  z.object({
    bucket: z.literal('models'),
    prefix: z.string(),
    parameters: z.int(),
    files: z.array(z.object({ name: z.string(), key: z.string(), sizeBytes: z.int(), sha256: z.string() })),
  }),
);
