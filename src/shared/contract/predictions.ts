import { z } from 'zod';
import { datasetFindings } from '../errors/dataset-findings.ts';
import { datasetErrors } from '../errors/datasets.ts';
import { predictionErrors } from '../errors/predictions.ts';
import { runErrors } from '../errors/runs.ts';
import { taskTypes } from '../model/training-config.ts';
import { proceduresOf, sentences } from './common.ts';
import { imageObject } from './dataset-labels.ts';
import { namedRun } from './run-readings.ts';

const { PATH_NOT_ABSOLUTE, UPLOAD_NOT_FOUND } = datasetErrors;
const { IMAGE_TOO_LARGE, PIXELS_UNSUPPORTED } = datasetFindings;
const { get, post } = proceduresOf('runs', {
  ...runErrors,
  ...predictionErrors,
  PATH_NOT_ABSOLUTE,
  UPLOAD_NOT_FOUND,
  IMAGE_TOO_LARGE,
  PIXELS_UNSUPPORTED,
});

/** Larger files are refused. */
export const mostImageBytes = 64 * 2 ** 20;

const found = z.object({
  image: z.object({
    width: z.int().describe('of the upright image, in pixels'),
    height: z.int(),
    preview: z.string().nullable().describe('a picture of it as a `data:` address, where it was asked for'),
  }),
  classes: z
    .array(
      z.object({
        class: z.int().describe('its place in `classNames`'),
        name: z.string(),
        probability: z.number().describe('of a segmentation, the mean over its pixels'),
        share: z.number().nullable().describe('of a segmentation: how much of the image it covers, 0 to 1'),
      }),
    )
    .describe(
      'of a classification the surest 20; of a segmentation without objects those that are there; else none',
    ),
  objects: z
    .array(
      imageObject
        .pick({ box: true, mask: true })
        .extend({ class: z.int(), name: z.string(), probability: z.number() }),
    )
    .describe(
      'surest first, in pixels of the upright image; of a segmentation one for each class that is there',
    ),
  milliseconds: z.object({
    load: z.number().nullable().describe('null: the model was loaded already'),
    network: z.number(),
    total: z.number(),
  }),
});
/** What a model found in an image. */
export type Found = z.infer<typeof found>;

const modelSchema = z.object({
  task: z.enum(taskTypes),
  classNames: z.array(z.string()),
  attempt: z.int(),
  epoch: z.number().nullable(),
});

const predictionSchema = found.extend({ model: modelSchema });
export type Prediction = z.infer<typeof predictionSchema>;

export const predictionsContract = {
  predictor: get('/runs/{run}/predictor', "A run's model that predicts, and why it can't where it can't")
    .input(namedRun)
    .output(
      z.object({
        model: modelSchema.nullable().describe('null: the run has none that can predict'),
        fault: sentences.nullable().describe('null: it can predict'),
      }),
    ),
  predict: post('/runs/{run}/predictions', "What a run's model finds in an image", {
    description:
      'The image is read, turned and stretched as those that the model was trained on. An upload is removed afterwards, whatever came of it.',
  })
    .input(
      namedRun.extend({
        image: z
          .string()
          .min(1)
          .max(4096)
          .describe("an absolute path on the engine's machine, or upload://ID of `POST /files/uploads`"),
        preview: z.boolean().default(false).describe('whether a picture of it is wanted that browsers show'),
      }),
    )
    .output(predictionSchema),
};
