import { z } from 'zod';

/** What a variable of the environment may be called. */
export const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A training script of somebody's own. */
export const scriptSchema = z.strictObject({
  command: z.string().max(10_000).describe('a line for the shell: python train.py --epochs 10'),
  folder: z.string().max(4096).describe('where it runs: an absolute path on the engine’s machine'),
  image: z
    .string()
    .min(1)
    .max(512)
    .nullable()
    .default(null)
    .describe('a Docker image that is there; null: as a process of the machine'),
  environment: z
    .record(z.string().regex(environmentName), z.string().max(100_000))
    .default({})
    .describe('variables that it gets beside the engine’s own'),
});
export type Script = z.infer<typeof scriptSchema>;
