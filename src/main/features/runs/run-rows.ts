import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { type TrainingConfig, trainingConfigSchema } from '../../../shared/model/training-config.ts';
import { createDatabase, type Database } from '../../postgres/database.ts';
import { rowsOf } from '../../postgres/rows.ts';
import type { RetryWanted } from '../../postgres/run-tables.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import { clientOf } from '../../postgres/unit-of-work.ts';
import { drivenId } from './driver.ts';
import type { NewRun, RunChange, RunRow, RunStore } from './ports.ts';

const columns = [
  'id',
  'project_id',
  'user_id',
  'name',
  'status',
  'executor',
  'cancel_requested_at',
  'cancel_grace_ms',
  'retry_wanted',
  'started_at',
] as const;

/** Serialises the queue's claims over all engines of a database; any number that nobody else locks. */
const queueLock = 7_244_102_001;

/** The rows of `workflows` and `workflow_configs`. */
export class PostgresRunStore implements RunStore {
  private readonly pool: pg.Pool;
  private readonly db: Kysely<Database>;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.db = createDatabase(pool);
  }

  async find(runId: string): Promise<RunRow | null> {
    const [row] = await rowsOf(this.pool, this.live(runId));
    return row ? toRun(row) : null;
  }

  async findByRequest(requestId: string): Promise<string | null> {
    const query = this.db.selectFrom('workflows').select('id').where('request_id', '=', requestId);
    return (await rowsOf(this.pool, query))[0]?.id ?? null;
  }

  async config(runId: string): Promise<TrainingConfig> {
    const query = this.db
      .selectFrom('workflow_configs')
      .select([
        'task_type',
        'model_name',
        'model_source',
        'dataset_id',
        'num_classes',
        'class_names',
        'hyperparameters',
      ])
      .select(['required_gpu_count', 'required_memory_gb'])
      .where('workflow_id', '=', runId);
    const [row] = await rowsOf(this.pool, query);
    if (!row) throw new Error(`run ${runId} has no config`);
    return toConfig(row);
  }

  async lock(tx: Tx, runId: string): Promise<RunRow | null> {
    const [row] = await rowsOf(clientOf(tx), this.live(runId).forNoKeyUpdate());
    return row ? toRun(row) : null;
  }

  async lockSources(tx: Tx, projectId: string, datasetId: string): Promise<'project' | 'dataset' | null> {
    const client = clientOf(tx);
    const live = (table: 'projects' | 'datasets', id: string) =>
      this.db.selectFrom(table).select('id').where('id', '=', id).where('deleted_at', 'is', null);
    // The dataset first, as everybody who locks both does: its triggers lock the projects that it is linked to.
    if ((await rowsOf(client, live('datasets', datasetId).forShare())).length === 0) return 'dataset';
    return (await rowsOf(client, live('projects', projectId).forNoKeyUpdate())).length === 0
      ? 'project'
      : null;
  }

  async countNamed(tx: Tx, projectId: string, prefix: string): Promise<number> {
    const query = this.db
      .selectFrom('workflows')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('project_id', '=', projectId)
      .where(({ fn, val }) => fn<boolean>('starts_with', ['name', val(prefix)]));
    return (await rowsOf(clientOf(tx), query))[0]?.count ?? 0;
  }

  async insert(tx: Tx, run: NewRun): Promise<boolean> {
    const client = clientOf(tx);
    const inserted = await rowsOf(
      client,
      this.db
        .insertInto('workflows')
        .values({
          id: run.id,
          project_id: run.projectId,
          user_id: run.userId,
          name: run.name,
          description: run.description,
          temporal_workflow_id: drivenId(run.id),
          status: 'pending',
          total_epochs: run.config.training.epochs,
          allocated_gpu_count: run.config.resources.gpuCount,
          priority: run.priority,
          executor: run.executor,
          request_id: run.requestId,
        })
        // The same request: the same id, temporal_workflow_id and request_id.
        .onConflict((conflict) => conflict.doNothing())
        .returning('id'),
    );
    if (inserted.length === 0) return false;
    await rowsOf(client, this.db.insertInto('workflow_configs').values(fromConfig(run.id, run.config)));
    return true;
  }

  async change(tx: Tx, runId: string, change: RunChange): Promise<void> {
    const { retryWanted, finalMetrics } = change;
    const json = (value: object | null) => value && JSON.stringify(value);
    const query = this.db
      .updateTable('workflows')
      .set({
        ...(change.status !== undefined && { status: change.status }),
        ...(change.cancelRequestedAt !== undefined && { cancel_requested_at: change.cancelRequestedAt }),
        ...(change.cancelGraceMs !== undefined && { cancel_grace_ms: change.cancelGraceMs }),
        ...(retryWanted !== undefined && { retry_wanted: json(retryWanted) }),
        ...(change.queuedAt !== undefined && { queued_at: change.queuedAt }),
        ...(change.startedAt !== undefined && { started_at: change.startedAt }),
        ...(change.completedAt !== undefined && { completed_at: change.completedAt }),
        ...(change.deletedAt !== undefined && { deleted_at: change.deletedAt }),
        ...(change.progress !== undefined && { progress_percentage: change.progress }),
        ...(change.currentEpoch !== undefined && { current_epoch: change.currentEpoch }),
        ...(change.error !== undefined && { error_message: change.error }),
        ...(finalMetrics !== undefined && { final_metrics: json(finalMetrics) }),
      })
      .where('id', '=', runId);
    await rowsOf(clientOf(tx), query.returning('id'));
  }

  async lockQueue(tx: Tx): Promise<void> {
    await clientOf(tx).query('SELECT pg_advisory_xact_lock($1)', [queueLock]);
  }

  async firstQueued(executor: string, machineId: string, tx?: Tx): Promise<string | null> {
    const query = this.db
      .selectFrom('workflows')
      .select('id')
      .where('status', '=', 'queued')
      .where('executor', '=', executor)
      .where('deleted_at', 'is', null)
      .where('cancel_requested_at', 'is', null)
      .where(sql<boolean>`coalesce(retry_wanted ->> 'machineId', ${machineId}) = ${machineId}`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('workflow_runs')
              .select('workflow_runs.id')
              .whereRef('workflow_runs.workflow_id', '=', 'workflows.id')
              .where('workflow_runs.status', 'in', ['starting', 'running']),
          ),
        ),
      )
      .orderBy('priority', 'desc')
      .orderBy('queued_at')
      .orderBy('created_at')
      .orderBy('id')
      .limit(1);
    return (await rowsOf(tx ? clientOf(tx) : this.pool, query))[0]?.id ?? null;
  }

  async queued(executor: string): Promise<string[]> {
    const query = this.db
      .selectFrom('workflows')
      .select('id')
      .where('status', '=', 'queued')
      .where('executor', '=', executor)
      .where('deleted_at', 'is', null)
      .orderBy('priority', 'desc')
      .orderBy('queued_at')
      .limit(500);
    return (await rowsOf(this.pool, query)).map(({ id }) => id);
  }

  async known(runIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (runIds.length === 0) return new Set();
    const query = this.db.selectFrom('workflows').select('id').where('id', 'in', runIds);
    return new Set((await rowsOf(this.pool, query)).map(({ id }) => id));
  }

  async cancelledInQueue(): Promise<string[]> {
    const query = this.db
      .selectFrom('workflows')
      .select('id')
      .where('status', '=', 'queued')
      .where('deleted_at', 'is', null)
      .where('cancel_requested_at', 'is not', null);
    return (await rowsOf(this.pool, query)).map(({ id }) => id);
  }

  private live(runId: string) {
    return this.db
      .selectFrom('workflows')
      .select(columns)
      .where('id', '=', runId)
      .where('deleted_at', 'is', null)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('projects')
            .select('projects.id')
            .whereRef('projects.id', '=', 'workflows.project_id')
            .where('projects.deleted_at', 'is', null),
        ),
      );
  }
}

function toRun(row: {
  id: string;
  project_id: string;
  user_id: string;
  name: string;
  status: RunRow['status'];
  executor: string;
  cancel_requested_at: Date | null;
  cancel_grace_ms: number | null;
  retry_wanted: RetryWanted | null;
  started_at: Date | null;
}): RunRow {
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    name: row.name,
    status: row.status,
    executor: row.executor,
    cancelRequestedAt: row.cancel_requested_at,
    cancelGraceMs: row.cancel_grace_ms,
    retryWanted: row.retry_wanted,
    startedAt: row.started_at,
  };
}

/** The columns have what the data model names; `hyperparameters` has the rest, so that both together are the whole config. */
function fromConfig(runId: string, config: TrainingConfig) {
  const { datasetId, ...dataset } = config.dataset;
  const { name, source, ...model } = config.model;
  const { gpuType } = config.resources;
  return {
    workflow_id: runId,
    task_type: config.task.type,
    model_name: name,
    model_source: source,
    dataset_id: datasetId,
    num_classes: config.task.numClasses,
    class_names: config.task.classNames,
    hyperparameters: JSON.stringify({ training: config.training, dataset, model, resources: { gpuType } }),
    required_gpu_count: config.resources.gpuCount,
    required_memory_gb: config.resources.memoryGb,
  };
}

function toConfig(row: {
  task_type: string;
  model_name: string;
  model_source: string;
  dataset_id: string;
  num_classes: number | null;
  class_names: string[] | null;
  hyperparameters: Record<string, unknown>;
  required_gpu_count: number;
  required_memory_gb: number;
}): TrainingConfig {
  const { training, dataset, model, resources } = row.hyperparameters;
  return trainingConfigSchema.parse({
    task: { type: row.task_type, numClasses: row.num_classes, classNames: row.class_names },
    model: { ...asObject(model), name: row.model_name, source: row.model_source },
    dataset: { ...asObject(dataset), datasetId: row.dataset_id },
    training,
    resources: { ...asObject(resources), gpuCount: row.required_gpu_count, memoryGb: row.required_memory_gb },
  });
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
