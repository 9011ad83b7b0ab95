import { fault } from '../../../shared/errors/catalogue.ts';
import { type PinnedWeights, pinnedWeightsSchema } from '../../../shared/model/pretrained-weights.ts';
import type { Script } from '../../../shared/model/script-schema.ts';
import { knownPart } from '../../../shared/model/stored-document.ts';
import {
  type TrainingConfig,
  trainingConfigSchema,
  trainingOverridesSchema,
} from '../../../shared/model/training-config.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';

/* What a run trains: `workflow_configs` of those that our trainers train, `workflow_scripts` of the others. */

/** Adds the config of a run that our trainers train, and the weights that it begins with. */
export async function insertConfig(
  tx: Tx,
  runId: string,
  config: TrainingConfig,
  weights: PinnedWeights | null,
): Promise<void> {
  const { datasetId, ...dataset } = config.dataset;
  const { name: modelName, source, ...model } = config.model;
  const { gpuCount, memoryGb, ...resources } = config.resources;
  const { type, numClasses, classNames } = config.task;
  // The columns have what the data model names; `hyperparameters` has the rest, so that both together are the whole config.
  const hyperparameters = JSON.stringify({
    training: config.training,
    dataset,
    model,
    resources,
  });
  await query(
    tx,
    `INSERT INTO workflow_configs (workflow_id, task_type, model_name, model_source, dataset_id, num_classes, class_names,
       hyperparameters, required_gpu_count, required_memory_gb, weights)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[runId, type, modelName, source, datasetId, numClasses, classNames, hyperparameters],
      ...[gpuCount, memoryGb],
      weights && JSON.stringify(weights),
    ],
  );
}

/** Adds the script of a run. */
export async function insertScript(
  tx: Tx,
  runId: string,
  name: string,
  { command, folder, image, environment }: Script,
): Promise<void> {
  await query(
    tx,
    'INSERT INTO workflow_scripts (workflow_id, name, command, folder, image, environment) VALUES ($1, $2, $3, $4, $5, $6)',
    [runId, name, command, folder, image, JSON.stringify(environment)],
  );
}

/** The script of a run; null where it is none's. */
export async function scriptOf(db: Db, runId: string): Promise<Script | null> {
  const [script = null] = await query<Script>(
    db,
    'SELECT command, folder, image, environment FROM workflow_scripts WHERE workflow_id = $1',
    [runId],
  );
  return script;
}

/** The config that a run was made with, as far as this release can read it. */
interface ReadConfig {
  readonly config: TrainingConfig;
  /** Fields that another release wrote in another way, or not yet; what stands in their place in `config` is not the run's. */
  readonly unread: readonly string[];
}

/** For what every config has. */
const standIn = {
  epochs: 1,
  batchSize: 1,
  learningRate: 1,
  optimizer: 'sgd',
  scheduler: { type: 'none' },
};

/** The config that a run was made with. @throws TrainyardError RUN_CONFIG_OUTDATED */
export async function configOf(db: Db, runId: string): Promise<TrainingConfig> {
  const { config, unread } = await readConfig(db, runId);
  if (unread.length > 0) throw fault('RUN_CONFIG_OUTDATED', { run: runId, fields: unread.join(', ') });
  return config;
}

/** The same of a run of any release. */
export async function readConfig(db: Db, runId: string): Promise<ReadConfig> {
  const [row] = await query<
    { task: object; rest: Rest; name: string; source: string; dataset: string } & Room
  >(
    db,
    `SELECT jsonb_build_object('type', task_type, 'numClasses', num_classes, 'classNames', class_names) AS task,
       model_name AS name, model_source AS source, dataset_id AS dataset, hyperparameters AS rest,
       required_gpu_count AS "gpuCount", required_memory_gb AS "memoryGb"
     FROM workflow_configs WHERE workflow_id = $1`,
    [runId],
  );
  if (!row) throw new Error(`run ${runId} has no config`);
  const { task, rest, name, source, dataset, gpuCount, memoryGb } = row;
  const stored = {
    task,
    model: { ...rest.model, name, source },
    dataset: { ...rest.dataset, datasetId: dataset },
    training: { ...rest.training },
    resources: { ...rest.resources, gpuCount, memoryGb },
  };
  const { known, leftOut } = knownPart(trainingConfigSchema, stored);
  if (known) return { config: known, unread: leftOut };
  const { known: said, leftOut: unknown } = knownPart(trainingOverridesSchema, stored);
  const config = trainingConfigSchema.parse({
    task: { ...task, type: said?.task?.type ?? 'classification' },
    model: { source: 'builtin', ...said?.model, name },
    dataset: { version: 1, ...said?.dataset, datasetId: dataset },
    training: { ...standIn, ...said?.training },
    resources: { ...said?.resources },
  });
  return { config, unread: [...new Set([...leftOut, ...unknown])] };
}

/** The weights that a run begins with; null without any, and in runs of a time when they were not kept. */
export async function weightsOf(db: Db, runId: string): Promise<PinnedWeights | null> {
  const [row] = await query<{ weights: unknown }>(
    db,
    'SELECT weights FROM workflow_configs WHERE workflow_id = $1',
    [runId],
  );
  return row?.weights == null ? null : pinnedWeightsSchema.parse(row.weights);
}

type Rest = Readonly<Record<'model' | 'dataset' | 'training' | 'resources', object | undefined>>;
type Room = Readonly<Record<'gpuCount' | 'memoryGb', number>>;
