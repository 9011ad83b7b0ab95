import { z } from 'zod';
import { datasetErrors } from '../errors/datasets.ts';
import { weightsErrors } from '../errors/weights.ts';
import { hasAccount } from '../model/addresses.ts';
import { weightsFileSchema, weightsFormats, weightsModelSchema } from '../model/pretrained-weights.ts';
import { nameOf, pageInput, pageOutput, proceduresOf, reference, time, waitMs, workError } from './common.ts';

const weightsSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  model: z
    .string()
    .nullable()
    .describe('`source/name` of the model that they are for; null: a person chooses'),
  status: z.enum(['storing', 'ready', 'failed', 'removing']),
  source: z.string().describe('the path, the uploaded file or the address that they come from'),
  format: z
    .enum(weightsFormats)
    .nullable()
    .describe('a pickle (.pt, .pth, .bin) is read for its tensors alone; null until it is known'),
  sizeBytes: z.int(),
  sha256: z.string().nullable().describe('of the file that has the weights; null until it is stored'),
  files: z.array(weightsFileSchema),
  error: workError.nullable(),
  createdAt: time,
});
export type Weights = z.infer<typeof weightsSchema>;

/** Weights that libraries put on this machine by themselves. */
const cachedWeightsSchema = z.object({
  model: z.string(),
  file: z.string(),
  sizeBytes: z.int(),
  cache: z.enum(['torch', 'huggingface', 'ultralytics']),
});
export type CachedWeights = z.infer<typeof cachedWeightsSchema>;

const weightsProgressSchema = z.object({
  phase: z.enum(['waiting', 'downloading', 'storing', 'done', 'failed']),
  /** Bytes of the present file. */
  done: z.int(),
  total: z.int().nullable(),
  /** Bytes a second, of the last ten seconds. */
  rate: z.number().nullable(),
  secondsLeft: z.int().nullable(),
  error: workError.nullable(),
});
export type WeightsProgress = z.infer<typeof weightsProgressSchema>;

const { PATH_NOT_FOUND, PATH_NOT_ABSOLUTE, UPLOAD_NOT_FOUND } = datasetErrors;
const { get, post, remove } = proceduresOf('weights', {
  ...weightsErrors,
  ...{ PATH_NOT_FOUND, PATH_NOT_ABSOLUTE, UPLOAD_NOT_FOUND },
});
const name = nameOf(255).refine((text) => !/^[/\\~]/.test(text), {
  error: 'a name does not begin as a path does',
  params: { ko: '이름은 경로처럼 시작할 수 없습니다' },
});

/** What a person says of a file that is to be stored. */
export const addWeightsInput = z.object({
  path: z.string().min(1).max(4096).describe('absolute path on the engine’s machine, or an upload:// id'),
  name: name.optional(),
  model: weightsModelSchema.optional(),
});

/** What a person says of weights that are to be fetched. */
export const pullWeightsInput = z.object({
  model: weightsModelSchema,
  name: name.optional(),
  mirror: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .refine((text) => !hasAccount(text), {
      error: 'a mirror’s address has no account in it: it would be kept and shown',
      params: { ko: '미러 주소에는 계정을 넣을 수 없습니다. 주소는 저장되고 화면에 보입니다' },
    })
    .optional()
    .describe('in place of the hub’s address'),
  sha256: z
    .string()
    .refine((text) => /^[0-9a-fA-F]{64}$/.test(text), {
      error: 'a SHA-256 has 64 digits of 0 to 9 and a to f',
      params: { ko: 'SHA-256은 0–9와 a–f로 된 64자리입니다' },
    })
    .optional()
    .describe('what the file of weights must have'),
  token: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'of Hugging Face, kept in memory only; else the engine’s HF_TOKEN, the setting hubToken, or the file of “hf auth login”',
    ),
});

export const weightsContract = {
  list: get('/weights', 'A page of the stored weights, newest first')
    .input(
      z.strictObject({
        search: z.string().max(255).optional(),
        model: weightsModelSchema.optional(),
        ...pageInput,
      }),
    )
    .output(z.object({ weights: z.array(weightsSchema), ...pageOutput })),
  cached: get(
    '/weights/cached',
    'Weights in the caches of torch, Hugging Face and Ultralytics on this machine',
  )
    .input(z.object({}))
    .output(z.object({ weights: z.array(cachedWeightsSchema) })),
  show: get('/weights/{weights}', 'Stored weights, by id or name')
    .input(z.object({ weights: reference }))
    .output(weightsSchema),
  add: post('/weights', 'Store a file or folder of weights; it goes on in the background', {
    successStatus: 202,
  })
    .input(addWeightsInput)
    .output(weightsSchema),
  pull: post('/weights/pull', 'Fetch the weights of a model from its hub and store them, in the background', {
    successStatus: 202,
  })
    .input(pullWeightsInput)
    .output(weightsSchema),
  wait: get('/weights/{weightsId}/progress', 'Wait for how far weights that are being stored are')
    .input(z.object({ weightsId: z.uuid(), afterDone: z.coerce.number().pipe(z.int()).default(-1), waitMs }))
    .output(weightsProgressSchema),
  remove: remove('/weights/{weights}', 'Remove stored weights; ends what is still being fetched')
    .meta({ effect: 'needsNoRoom' })
    .input(z.object({ weights: reference }))
    .output(z.object({ id: z.uuid(), name: z.string() })),
};
