import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { TrainerError } from './failure.ts';

const share = z.number().min(0).max(1);
const side = z.int().min(1).max(4096);
const whole = z.int().min(0);

const schema = z.strictObject({
  protocol: z.literal(1),
  runId: z.string().min(1),
  attempt: z.int().min(1),
  task: z.strictObject({
    type: z.string(),
    numClasses: z.int().min(1),
    classNames: z.array(z.string().min(1)).min(1),
  }),
  model: z.strictObject({
    name: z.string(),
    source: z.string(),
    pretrained: z.boolean().default(false),
    pretrainedWeights: z.string().nullable().default(null),
  }),
  dataset: z.strictObject({
    datasetId: z.string(),
    version: whole,
    root: z.string().min(1),
    manifest: z.string().min(1).default('dataset.jsonl'),
    trainSplit: share.default(0.8),
    valSplit: share.default(0.2),
    testSplit: share.default(0),
    imageSize: z
      .union([side, z.tuple([side, side])])
      .nullable()
      .default(null),
    augmentation: z
      .strictObject({
        randomFlip: z.boolean().default(false),
        randomRotation: z.number().min(0).max(180).default(0),
        colorJitter: z.boolean().default(false),
        mixup: z.boolean().default(false),
        cutmix: z.boolean().default(false),
      })
      .prefault({}),
  }),
  training: z.strictObject({
    epochs: z.int().min(1),
    batchSize: z.int().min(1),
    learningRate: z.number().positive(),
    optimizer: z.enum(['sgd', 'adam', 'adamw', 'rmsprop']),
    weightDecay: z.number().min(0).default(0),
    momentum: z.number().min(0).lt(1).default(0.9),
    scheduler: z
      .strictObject({
        type: z.enum(['cosine', 'step', 'plateau', 'onecycle', 'linear', 'none']),
        warmupEpochs: z.number().min(0).default(0),
      })
      .default({ type: 'none', warmupEpochs: 0 }),
    earlyStop: z
      .strictObject({
        enabled: z.boolean().default(false),
        patience: z.int().min(1).default(5),
        metric: z.enum(['val_loss', 'val_accuracy', 'train_loss', 'train_accuracy']).default('val_loss'),
      })
      .prefault({}),
    seed: whole.default(0),
    amp: z.boolean().default(false),
    gradientClip: z.number().positive().nullable().default(null),
    accumulate: z.int().min(1).default(1),
    ema: z.boolean().default(false),
    // Of the torch trainer alone.
    freezeBackbone: z.literal(false).default(false),
    classWeights: z.null().default(null),
  }),
  resources: z
    .strictObject({
      gpuCount: whole.default(0),
      gpuType: z.string().nullable().default(null),
      memoryGb: z.number().min(0).default(0),
      workers: z.null().default(null),
    })
    .prefault({}),
  resume: z
    .strictObject({ from: z.string().min(1), epoch: whole, step: whole })
    .nullable()
    .default(null),
});

export type TrainerConfig = z.infer<typeof schema>;

const place = (issue: { readonly path: readonly PropertyKey[] }) =>
  issue.path.map(String).join('.') || 'config.json';

/** The document without the fields that the schema does not know, and their names. */
function withoutUnknown(document: unknown): { known: unknown; unknown: string[] } {
  const known: unknown = structuredClone(document);
  const names: string[] = [];
  for (const issue of schema.safeParse(document).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue;
    let parent: unknown = known;
    for (const key of issue.path) parent = (parent as Record<PropertyKey, unknown>)[key];
    for (const key of issue.keys) {
      delete (parent as Record<string, unknown>)[key];
      names.push([...issue.path, key].map(String).join('.'));
    }
  }
  return { known, unknown: names };
}

function checkMeaning(config: TrainerConfig): void {
  const { task, model, dataset } = config;
  if (task.type !== 'classification') {
    throw new TrainerError(
      `The builtin trainer cannot do task.type "${task.type}"`,
      'It trains classification; choose a model of another source for other tasks.',
    );
  }
  if (model.source !== 'builtin' || model.name !== 'cnn') {
    throw new TrainerError(
      `The builtin trainer has no model "${model.source}/${model.name}"`,
      'Set model.source to "builtin" and model.name to "cnn".',
    );
  }
  if (model.pretrained || model.pretrainedWeights !== null) {
    throw new TrainerError(
      'There are no pretrained weights for builtin/cnn',
      'Set model.pretrained to false and model.pretrainedWeights to null.',
    );
  }
  if (task.classNames.length !== task.numClasses || new Set(task.classNames).size !== task.numClasses) {
    throw new TrainerError(
      `task.numClasses is ${task.numClasses}, but task.classNames has ${new Set(task.classNames).size} different names`,
      'Name each class once.',
    );
  }
  const sum = dataset.trainSplit + dataset.valSplit + dataset.testSplit;
  if (sum > 1 + 1e-6 || dataset.trainSplit === 0) {
    throw new TrainerError(
      `dataset.trainSplit, valSplit and testSplit are ${dataset.trainSplit}, ${dataset.valSplit} and ${dataset.testSplit}`,
      'Give training a share above 0, and all three together at most 1.',
    );
  }
}

/** What the config asks for and this trainer does otherwise, or does not know: said in the log, never passed over in silence. */
function warningsOf(config: TrainerConfig, unknown: readonly string[]): string[] {
  const { resources, training } = config;
  const warnings = unknown.map(
    (name) => `config.json: "${name}" is not known to this trainer and has no effect.`,
  );
  if (training.amp)
    warnings.push('training.amp has no effect: the builtin trainer computes in 32-bit floats.');
  if (resources.gpuCount > 0) {
    warnings.push(
      `resources.gpuCount is ${resources.gpuCount}, but the builtin trainer runs on the processor alone.`,
    );
  } else if (resources.gpuType !== null) {
    warnings.push(
      `resources.gpuType "${resources.gpuType}" has no effect: the builtin trainer runs on the processor.`,
    );
  }
  return warnings;
}

/**
 * Reads and checks `config.json`.
 * @throws TrainerError that names every wrong field
 */
export function readConfig(directory: string): { config: TrainerConfig; warnings: string[] } {
  const file = path.join(directory, 'config.json');
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TrainerError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'The run directory must hold a config.json as docs/run-directory.md describes it.',
    );
  }
  const { known, unknown } = withoutUnknown(document);
  const parsed = schema.safeParse(known);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${place(issue)}: ${issue.message}`);
    throw new TrainerError(
      `config.json is not valid: ${wrong.join('; ')}`,
      'Correct these fields and start again.',
    );
  }
  checkMeaning(parsed.data);
  return { config: parsed.data, warnings: warningsOf(parsed.data, unknown) };
}
