import { type Kysely, type SqlBool, sql } from 'kysely';
import type pg from 'pg';
import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { createDatabase, type Database } from '../../postgres/database.ts';
import { rowsOf } from '../../postgres/rows.ts';
import type { ArtifactFile, RunQuery, RunReader } from './ports.ts';

type Details = Pick<Run, 'description' | 'executor' | 'lastSeq' | 'attempts' | 'artifacts' | 'metricNames'>;

const text = (time: Date | null) => time?.toISOString() ?? null;

/** What PostgreSQL has to say of runs to people. */
export class PostgresRunReader implements RunReader {
  private readonly pool: pg.Pool;
  private readonly db: Kysely<Database>;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.db = createDatabase(pool);
  }

  async list(query: RunQuery): Promise<{ runs: RunSummary[]; total: number }> {
    const page = this.summary()
      .where(matches(query))
      .orderBy(sortKey(query.sort), (key) => (query.order === 'asc' ? key.asc() : key.desc()).nullsLast())
      .orderBy('run.created_at', 'desc')
      .orderBy('run.id')
      .limit(query.limit)
      .offset(query.offset);
    const count = this.db
      .selectFrom('workflows as run')
      .innerJoin('projects as project', 'project.id', 'run.project_id')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .where(isLive)
      .where(matches(query));
    const [rows, [counted]] = await Promise.all([rowsOf(this.pool, page), rowsOf(this.pool, count)]);
    return { runs: rows.map(toSummary), total: counted?.total ?? 0 };
  }

  async summaries(runIds: readonly string[]): Promise<RunSummary[]> {
    if (runIds.length === 0) return [];
    const rows = await rowsOf(this.pool, this.summary().where('run.id', 'in', runIds));
    const byId = new Map(rows.map((row) => [row.id, toSummary(row)]));
    return runIds.flatMap((id) => byId.get(id) ?? []);
  }

  async details(runId: string): Promise<Details> {
    const [[run], attempts, artifacts, names] = await Promise.all([
      rowsOf(
        this.pool,
        this.db
          .selectFrom('workflows')
          .select(['description', 'executor', 'last_seq'])
          .where('id', '=', runId),
      ),
      rowsOf(
        this.pool,
        this.db.selectFrom('workflow_runs').selectAll().where('workflow_id', '=', runId).orderBy('attempt'),
      ),
      rowsOf(
        this.pool,
        this.db
          .selectFrom('run_artifacts')
          .selectAll()
          .where('workflow_id', '=', runId)
          .orderBy('attempt')
          .orderBy('created_at')
          .orderBy('path'),
      ),
      this.metricNames(runId),
    ]);
    return {
      description: run?.description ?? null,
      executor: run?.executor ?? '',
      lastSeq: run?.last_seq ?? 0,
      attempts: attempts.map((attempt) => ({
        id: attempt.id,
        attempt: attempt.attempt,
        status: attempt.status,
        cause: attempt.end_cause,
        message: attempt.message,
        processId: attempt.process_id,
        exitCode: attempt.exit_code,
        exitSignal: attempt.exit_signal,
        createdAt: attempt.created_at.toISOString(),
        startedAt: text(attempt.started_at),
        endedAt: text(attempt.ended_at),
        checkpointPath: attempt.checkpoint_path,
        resumedFrom: attempt.resumed_from && {
          attempt: attempt.resumed_from.attempt,
          epoch: attempt.resumed_from.epoch,
          step: attempt.resumed_from.step,
        },
        runDirectory: attempt.run_directory ?? '',
      })),
      artifacts: artifacts.map((artifact) => ({
        id: artifact.id,
        attempt: artifact.attempt,
        kind: artifact.kind,
        name: artifact.name,
        path: artifact.path,
        mediaType: artifact.media_type,
        sizeBytes: artifact.size_bytes,
        sha256: artifact.sha256,
        epoch: artifact.epoch,
        step: artifact.step,
        createdAt: artifact.created_at.toISOString(),
        url: `/files/runs/${runId}/artifacts/${artifact.id}`,
      })),
      metricNames: names,
    };
  }

  async artifactFile(runId: string, artifactId: string): Promise<ArtifactFile | null> {
    const query = this.db
      .selectFrom('run_artifacts as artifact')
      .innerJoin('workflow_runs as attempt', (join) =>
        join
          .onRef('attempt.workflow_id', '=', 'artifact.workflow_id')
          .onRef('attempt.attempt', '=', 'artifact.attempt'),
      )
      .innerJoin('workflows as run', 'run.id', 'artifact.workflow_id')
      .innerJoin('projects as project', 'project.id', 'run.project_id')
      .select([
        'artifact.name',
        'artifact.path',
        'artifact.media_type',
        'artifact.object_key',
        'attempt.run_directory',
      ])
      .where('artifact.id', '=', artifactId)
      .where('artifact.workflow_id', '=', runId)
      .where(isLive);
    const [row] = await rowsOf(this.pool, query);
    if (!row?.run_directory) return null;
    return {
      name: row.name,
      path: row.path,
      mediaType: row.media_type,
      runDirectory: row.run_directory,
      objectKey: row.object_key,
    };
  }

  /** A jump through the index from name to name: its cost is the number of names, not of points. */
  private async metricNames(runId: string): Promise<string[]> {
    const next = (after: string) =>
      `(SELECT name FROM metric_rollups WHERE workflow_id = $1 ${after} ORDER BY name LIMIT 1)`;
    const { rows } = await this.pool.query<{ name: string }>(
      `WITH RECURSIVE names(name) AS (
         ${next('')} UNION ALL SELECT ${next('AND name > names.name')} FROM names WHERE name IS NOT NULL
       ) SELECT name FROM names WHERE name IS NOT NULL`,
      [runId],
    );
    return rows.map(({ name }) => name);
  }

  private summary() {
    return this.db
      .selectFrom('workflows as run')
      .innerJoin('projects as project', 'project.id', 'run.project_id')
      .leftJoin('workflow_configs as config', 'config.workflow_id', 'run.id')
      .leftJoin('datasets as dataset', 'dataset.id', 'config.dataset_id')
      .leftJoinLateral(
        ({ selectFrom }) =>
          selectFrom('workflow_runs as attempt')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .select(({ fn }) => fn.max('attempt.attempt').as('newest'))
            .select(
              sql<
                number | null
              >`(sum(extract(epoch FROM coalesce(attempt.ended_at, now()) - attempt.started_at)) * 1000)::float8`.as(
                'duration_ms',
              ),
            )
            .whereRef('attempt.workflow_id', '=', 'run.id')
            .as('tries'),
        (join) => join.onTrue(),
      )
      .leftJoinLateral(
        ({ selectFrom }) =>
          selectFrom('run_events as event')
            .select(sql<number | null>`(event.payload ->> 'etaMs')::float8`.as('eta_ms'))
            .whereRef('event.workflow_id', '=', 'run.id')
            .where('event.type', '=', 'progress')
            .whereRef('event.attempt', '=', 'tries.newest')
            .where('run.status', '=', 'running')
            .orderBy('event.seq', 'desc')
            .limit(1)
            .as('progress'),
        (join) => join.onTrue(),
      )
      .select(['run.id', 'run.name', 'run.status', 'run.cancel_requested_at', 'run.progress_percentage'])
      .select(['run.current_epoch', 'run.total_epochs', 'run.final_metrics', 'run.error_message'])
      .select(['run.created_at', 'run.started_at', 'run.completed_at'])
      .select(['project.id as project_id', 'project.name as project_name'])
      .select(['dataset.id as dataset_id', 'dataset.name as dataset_name'])
      .select(['config.model_source', 'config.model_name', 'config.task_type'])
      .select(
        sql<number | null>`(config.hyperparameters #>> '{dataset,version}')::integer`.as('dataset_version'),
      )
      .select(['tries.count as attempts', 'tries.duration_ms', 'progress.eta_ms'])
      .where(isLive);
  }
}

const isLive = sql<SqlBool>`run.deleted_at IS NULL AND project.deleted_at IS NULL`;

function matches({ projectId, status, search }: RunQuery) {
  const words = search?.toLowerCase() ?? '';
  return sql<SqlBool>`(${projectId}::uuid IS NULL OR run.project_id = ${projectId}::uuid)
    AND (${status}::text IS NULL OR run.status = ${status}::text)
    AND (${words} = '' OR strpos(lower(run.name), ${words}) > 0 OR starts_with(run.id::text, ${words}))`;
}

function sortKey(sort: RunQuery['sort']) {
  switch (sort) {
    case 'createdAt':
      return sql`run.created_at`;
    case 'name':
      return sql`lower(run.name)`;
    case 'status':
      return sql`array_position(ARRAY['failed', 'cancelled', 'completed', 'pending', 'queued', 'running'], run.status::text)`;
    case 'progress':
      return sql`run.progress_percentage`;
    case 'durationMs':
      return sql`tries.duration_ms`;
    case 'val_accuracy':
    case 'val_loss':
      // Values that are not finite are strings, and come last like those that are not there.
      return sql`CASE jsonb_typeof(run.final_metrics -> ${sort}) WHEN 'number' THEN (run.final_metrics ->> ${sort})::float8 END`;
  }
}

interface SummaryRow {
  readonly id: string;
  readonly name: string;
  readonly status: RunSummary['status'];
  readonly cancel_requested_at: Date | null;
  readonly progress_percentage: number;
  readonly current_epoch: number | null;
  readonly total_epochs: number | null;
  readonly final_metrics: Record<string, number | string> | null;
  readonly error_message: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly project_id: string;
  readonly project_name: string;
  readonly dataset_id: string | null;
  readonly dataset_name: string | null;
  readonly dataset_version: number | null;
  readonly model_source: string | null;
  readonly model_name: string | null;
  readonly task_type: string | null;
  readonly attempts: number | null;
  readonly duration_ms: number | null;
  readonly eta_ms: number | null;
}

function toSummary(row: SummaryRow): RunSummary {
  const { dataset_id: datasetId, dataset_name: datasetName, dataset_version: version } = row;
  return {
    id: row.id,
    name: row.name,
    project: { id: row.project_id, name: row.project_name },
    dataset:
      datasetId !== null && datasetName !== null && version !== null
        ? { id: datasetId, name: datasetName, version }
        : null,
    model: `${row.model_source ?? ''}/${row.model_name ?? ''}`,
    taskType: row.task_type ?? '',
    status: row.status,
    cancelRequested: row.cancel_requested_at !== null,
    progress: row.progress_percentage,
    currentEpoch: row.current_epoch,
    totalEpochs: row.total_epochs,
    etaMs: row.eta_ms,
    finalMetrics: row.final_metrics,
    error: row.error_message,
    attemptCount: row.attempts ?? 0,
    createdAt: row.created_at.toISOString(),
    startedAt: text(row.started_at),
    completedAt: text(row.completed_at),
    durationMs: row.duration_ms,
  };
}
