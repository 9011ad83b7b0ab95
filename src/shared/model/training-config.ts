import { z } from 'zod';

// Schemas as large as these are made when they are first used (`z.lazy`), not while a program starts.

/** The config document of a run: the user's fields and ours, as the collection `training_configs` holds them. */
export const optimizers = ['sgd', 'adam', 'adamw', 'rmsprop'] as const;
export const schedulers = ['cosine', 'step', 'plateau', 'onecycle', 'linear', 'none'] as const;
export const taskTypes = ['classification', 'detection', 'segmentation'] as const;
export const modelSources = ['builtin', 'timm', 'huggingface', 'torchvision', 'ultralytics'] as const;
export type ModelSource = (typeof modelSources)[number];
export type TaskType = (typeof taskTypes)[number];
/** What early stopping can watch, by task. */
export const watchableMetrics = {
  classification: [
    ...['val_loss', 'val_accuracy', 'train_loss', 'train_accuracy'],
    ...['val_precision', 'val_recall', 'val_f1'],
  ],
  detection: ['val_loss', 'train_loss', 'val_map50', 'val_map50_95'],
  segmentation: ['val_loss', 'train_loss', 'val_miou', 'val_accuracy'],
} as const satisfies Record<TaskType, readonly string[]>;
export const earlyStopMetrics = [
  ...['val_loss', 'val_accuracy', 'train_loss', 'train_accuracy', 'val_precision', 'val_recall', 'val_f1'],
  ...['val_map50', 'val_map50_95', 'val_miou'],
] as const;

const augmentationSchema = () =>
  z.strictObject({
    randomFlip: z.boolean().default(false),
    randomRotation: z.number().min(0).max(180).default(0).describe('degrees'),
    colorJitter: z.boolean().default(false),
    mixup: z.boolean().default(false),
    cutmix: z.boolean().default(false),
  });

const share = () => z.number().min(0).max(1);
const side = () => z.int().min(1).max(4096);

const datasetConfigSchema = () =>
  z.strictObject({
    datasetId: z.uuid(),
    version: z.int().min(1),
    trainSplit: share().default(0.8),
    valSplit: share().default(0.2),
    testSplit: share().default(0),
    imageSize: z
      .union([side(), z.tuple([side(), side()])])
      .nullable()
      .default(null)
      .describe('pixels, or [height, width]; null: as the data is'),
    augmentation: augmentationSchema().prefault({}),
  });

const trainingSchema = () =>
  z.strictObject({
    epochs: z.int().min(1).max(100_000),
    batchSize: z.int().min(1).max(65_536),
    learningRate: z.number().positive().max(100),
    optimizer: z.enum(optimizers),
    weightDecay: z.number().min(0).max(10).default(0),
    momentum: z.number().min(0).lt(1).default(0.9),
    scheduler: z.strictObject({ type: z.enum(schedulers), warmupEpochs: z.number().min(0).default(0) }),
    earlyStop: z
      .strictObject({
        enabled: z.boolean().default(false),
        patience: z.int().min(1).default(5),
        metric: z.enum(earlyStopMetrics).default('val_loss'),
      })
      .prefault({}),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    amp: z.boolean().default(false),
    gradientClip: z.number().positive().nullable().default(null),
    accumulate: z.int().min(1).default(1),
    ema: z.boolean().default(false),
    freezeBackbone: z.boolean().default(false).describe('only the head learns'),
    classWeights: z
      .union([z.literal('balanced'), z.array(z.number().min(0)).min(1)])
      .nullable()
      .default(null)
      .describe('by the number of images of each class, or a number for each'),
  });

const taskSchema = () =>
  z.strictObject({
    type: z.enum(taskTypes),
    numClasses: z.int().min(1),
    classNames: z.array(z.string().min(1)).min(1),
  });

const modelSchema = () =>
  z.strictObject({
    name: z.string().min(1).max(255),
    source: z.enum(modelSources),
    pretrained: z.boolean().default(false),
    pretrainedWeights: z.string().min(1).max(4096).nullable().default(null),
  });

const resourcesSchema = () =>
  z.strictObject({
    gpuCount: z.int().min(0).max(64).default(0).describe('0: the processor'),
    gpuType: z.string().min(1).max(100).nullable().default(null).describe('a part of the name of the cards'),
    memoryGb: z.int().min(0).max(65_536).default(0).describe('0: no limit'),
    workers: z
      .int()
      .min(0)
      .max(256)
      .nullable()
      .default(null)
      .describe('processes that read images; null: as many as fit'),
  });

export const trainingConfigSchema = z.lazy(() =>
  z.strictObject({
    task: taskSchema(),
    model: modelSchema(),
    dataset: datasetConfigSchema(),
    training: trainingSchema(),
    resources: resourcesSchema(),
  }),
);
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

type Given<Field> = Field extends z.ZodDefault<infer Inner> | z.ZodPrefault<infer Inner>
  ? Given<Inner>
  : Field extends z.ZodObject<infer Shape>
    ? z.ZodOptional<z.ZodObject<{ [Key in keyof Shape]: Given<Shape[Key]> }, z.core.$strict>>
    : Field extends z.core.SomeType
      ? z.ZodOptional<Field>
      : never;

function givenField(field: z.core.SomeType): z.ZodType {
  if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault) return givenField(field.unwrap());
  if (!(field instanceof z.ZodObject)) return z.optional(field);
  const fields = Object.entries(field.shape).map(([name, inner]) => [name, givenField(inner)]);
  return z.strictObject(Object.fromEntries(fields)).optional();
}

/** A config's field as a person gives it: without defaults, and each part of it may be left out. */
const given = <Field extends z.ZodType>(field: Field) => givenField(field) as Given<Field>;

/**
 * What a person may say of a training, in the form of the whole config; everything else is filled with the model's defaults. The dataset may
 * be said by its name.
 */
export const trainingOverridesSchema = z.lazy(() =>
  z.strictObject({
    task: given(taskSchema()),
    model: given(modelSchema()),
    dataset: given(datasetConfigSchema().extend({ name: z.string().min(1).max(255) })),
    training: given(trainingSchema()),
    resources: given(resourcesSchema()),
  }),
);
export type TrainingOverrides = z.infer<typeof trainingOverridesSchema>;
