import type { PageQuery } from '../../../shared/contract/common.ts';
import type { Run, RunSummary } from '../../../shared/contract/runs.ts';
import { mainMetrics } from '../../../shared/model/main-metric.ts';
import type { RunSort, RunStatus } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import { newestFirst, type Page, Parameters, type RowOrder, readPage } from '../../postgres/pages.ts';
import { isoText, query } from '../../postgres/rows.ts';
import { isKept } from '../artifacts/artifact-rows.ts';

export interface RunQuery {
  readonly projectId: string | null;
  readonly status: RunStatus | null;
  /** Found in names, case-insensitively. */
  readonly search: string | null;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

/** Values that are not finite are strings, and come last like those that are not there. */
const finalMetric = (name: string) =>
  `CASE jsonb_typeof(run.final_metrics -> '${name}') WHEN 'number' THEN (run.final_metrics ->> '${name}')::float8 END`;

/** By the metric of its task; a script's own metrics have no order in common. */
const score = `CASE config.task_type ${Object.entries(mainMetrics)
  .map(([task, name]) => `WHEN '${task}' THEN ${finalMetric(name)}`)
  .join(' ')} END`;

/** In milliseconds, of all attempts of a run. */
const duration = '(sum(extract(epoch FROM coalesce(ended_at, now()) - started_at)) * 1000)::float8';

/** What runs are ordered by, before the time at which they were made. `number or null`: a run may not have it, or not yet. */
const sortKeys = {
  createdAt: null,
  name: { sql: 'lower(run.name)', type: 'text' },
  status: {
    sql: `array_position(ARRAY['failed', 'cancelled', 'completed', 'pending', 'queued', 'running'], run.status::text)`,
    type: 'integer',
  },
  progress: { sql: 'coalesce(run.progress_percentage, 0)', type: 'integer' },
  durationMs: { sql: 'tries.duration_ms', type: 'number or null' },
  score: { sql: score, type: 'number or null' },
  val_accuracy: { sql: finalMetric('val_accuracy'), type: 'number or null' },
  val_loss: { sql: finalMetric('val_loss'), type: 'number or null' },
} as const;

/** Of a list in the order of something that changes, a run may be on two pages or on none: it moved between the two requests. */
function orderOf({ sort, order: direction }: Pick<RunQuery, 'sort' | 'order'>): RowOrder {
  const { keys } = newestFirst('run');
  const key = sortKeys[sort];
  if (key === null) return { name: sort, keys, direction };
  if (key.type !== 'number or null') return { name: sort, keys: [[key.sql, key.type], ...keys], direction };
  // Runs without the number come last in both directions.
  const none = direction === 'asc' ? 'Infinity' : '-Infinity';
  return { name: sort, keys: [[`coalesce(${key.sql}, '${none}')`, 'float8'], ...keys], direction };
}

/** Runs that are not in the bin, nor their project. */
const liveRuns = `FROM workflows AS run JOIN projects AS project
  ON project.id = run.project_id AND run.deleted_at IS NULL AND project.deleted_at IS NULL`;

const selectSummaries = `SELECT run.id, run.name, run.status, run.cancel_requested_at IS NOT NULL AS "cancelRequested",
    run.progress_percentage AS progress, run.current_epoch AS "currentEpoch", run.total_epochs AS "totalEpochs",
    progress.eta_ms AS "etaMs", run.final_metrics AS "finalMetrics", run.error_message AS error,
    tries.count AS "attemptCount", tries.duration_ms AS "durationMs", ${isoText('run.created_at')} AS "createdAt",
    ${isoText('run.started_at')} AS "startedAt", ${isoText('run.completed_at')} AS "completedAt",
    concat(coalesce(config.model_source, 'script'), '/', coalesce(config.model_name, script.name)) AS model, coalesce(config.task_type, '') AS "taskType",
    jsonb_build_object('id', project.id, 'name', project.name) AS project,
    CASE WHEN dataset.name IS NOT NULL AND config.hyperparameters #>> '{dataset,version}' IS NOT NULL
      THEN jsonb_build_object('id', dataset.id, 'name', dataset.name,
        'version', (config.hyperparameters #>> '{dataset,version}')::integer) END AS dataset
  ${liveRuns}
  LEFT JOIN workflow_configs AS config ON config.workflow_id = run.id
  LEFT JOIN workflow_scripts AS script ON script.workflow_id = run.id
  LEFT JOIN datasets AS dataset ON dataset.id = config.dataset_id
  CROSS JOIN LATERAL (
    SELECT count(*), max(attempt) AS newest, ${duration} AS duration_ms
    FROM workflow_runs WHERE workflow_id = run.id) AS tries
  LEFT JOIN LATERAL (
    SELECT (payload ->> 'etaMs')::float8 AS eta_ms FROM run_events
    WHERE workflow_id = run.id AND type = 'progress' AND attempt = tries.newest AND run.status = 'running'
    ORDER BY seq DESC LIMIT 1) AS progress ON true`;

/** What an order reads beside the runs themselves. */
const sortJoins: { readonly [Sort in RunSort]?: string } = {
  durationMs: `LEFT JOIN (SELECT workflow_id, ${duration} AS duration_ms FROM workflow_runs GROUP BY workflow_id)
    AS tries ON tries.workflow_id = run.id`,
  score: 'LEFT JOIN workflow_configs AS config ON config.workflow_id = run.id',
};

/** A page of runs. Those that are deleted, or whose project is, are not there. */
export async function listRuns(
  db: Db,
  { projectId, status, search, sort, order }: RunQuery,
  page: PageQuery,
): Promise<Page<RunSummary>> {
  const parameters = new Parameters();
  const conditions = ['run.deleted_at IS NULL'];
  if (projectId !== null) conditions.push(`run.project_id = ${parameters.add(projectId)}`);
  // Each project keeps the number of its runs: to add these costs less than to count the runs.
  const total = `SELECT coalesce(sum(workflow_count), 0) AS total FROM projects
    WHERE deleted_at IS NULL ${projectId === null ? '' : 'AND id = $1'}`;
  const isCounted = status === null && search === null;
  if (status !== null) conditions.push(`run.status = ${parameters.add(status)}`);
  if (search !== null) {
    const text = parameters.add(search.toLowerCase());
    conditions.push(`(strpos(lower(run.name), ${text}) > 0 OR starts_with(run.id::text, ${text}))`);
  }
  const found = await readPage<{ id: string }>(
    db,
    {
      columns: 'run.id',
      from: `${liveRuns} ${sortJoins[sort] ?? ''}`,
      where: conditions.join(' AND '),
      order: orderOf({ sort, order }),
      parameters,
      ...(isCounted && { total }),
    },
    page,
  );
  // Only these: a summary costs more than a place in the order.
  const ids = found.rows.map(({ id }) => id);
  return { ...found, rows: ids.length === 0 ? [] : await runSummaries(db, ids) };
}

/** In the order of the ids; missing ones are left out. */
export async function runSummaries(db: Db, runIds: readonly string[]): Promise<RunSummary[]> {
  const statement = { name: 'run-summaries', text: `${selectSummaries} WHERE run.id = ANY ($1::uuid[])` };
  const rows = await query<RunSummary>(db, statement, [runIds]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return runIds.flatMap((id) => byId.get(id) ?? []);
}

/** What a run's own page shows beside its summary. */
export async function runDetails(
  db: Db,
  runId: string,
): Promise<Pick<Run, 'description' | 'executor' | 'lastSeq' | 'attempts' | 'artifacts' | 'metricNames'>> {
  const [[run], attempts, artifacts, names] = await Promise.all([
    query<Pick<Run, 'description' | 'executor' | 'lastSeq'>>(
      db,
      'SELECT description, executor, last_seq AS "lastSeq" FROM workflows WHERE id = $1',
      [runId],
    ),
    query<Run['attempts'][number]>(
      db,
      `SELECT id, attempt, status, end_cause AS cause, message, process_id AS "processId", exit_code AS "exitCode",
         exit_signal AS "exitSignal", ${isoText('created_at')} AS "createdAt", ${isoText('started_at')} AS "startedAt",
         ${isoText('ended_at')} AS "endedAt",
         checkpoint_path AS "checkpointPath", resumed_from - 'path' AS "resumedFrom",
         coalesce(run_directory, '') AS "runDirectory"
       FROM workflow_runs WHERE workflow_id = $1 ORDER BY attempt`,
      [runId],
    ),
    query<Run['artifacts'][number]>(
      db,
      `SELECT id, attempt, kind, name, path, media_type AS "mediaType", size_bytes AS "sizeBytes", sha256, epoch, step,
         ${isoText('created_at')} AS "createdAt", format('/files/runs/%s/artifacts/%s', workflow_id, id) AS url
       FROM run_artifacts AS artifact WHERE workflow_id = $1 AND ${isKept} ORDER BY attempt, artifact.created_at, path`,
      [runId],
    ),
    metricNames(db, runId),
  ]);
  const { description = null, executor = '', lastSeq = 0 } = run ?? {};
  return { description, executor, lastSeq, attempts, artifacts, metricNames: names };
}

/** A jump through the index from name to name: its cost is the number of names, not of points. */
async function metricNames(db: Db, runId: string): Promise<string[]> {
  const next = (after: string) =>
    `(SELECT name FROM metric_rollups WHERE workflow_id = $1 ${after} ORDER BY name LIMIT 1)`;
  const rows = await query<{ name: string }>(
    db,
    `WITH RECURSIVE names(name) AS (
       ${next('')} UNION ALL SELECT ${next('AND name > names.name')} FROM names WHERE name IS NOT NULL
     ) SELECT name FROM names WHERE name IS NOT NULL`,
    [runId],
  );
  return rows.map(({ name }) => name);
}

/** An artifact and where it lies. */
export interface ArtifactFile {
  readonly name: string;
  /** Relative to the run directory. */
  readonly path: string;
  readonly mediaType: string | null;
  readonly runDirectory: string;
  /** In the bucket `artifacts`; null until it is there. */
  readonly objectKey: string | null;
}

/** An artifact of a run that is not deleted, and where its file is; null if there is none. */
export async function findArtifact(db: Db, runId: string, artifactId: string): Promise<ArtifactFile | null> {
  const [row] = await query<ArtifactFile>(
    db,
    `SELECT artifact.name, artifact.path, artifact.media_type AS "mediaType", artifact.object_key AS "objectKey",
       attempt.run_directory AS "runDirectory" ${liveRuns}
     JOIN run_artifacts AS artifact ON artifact.workflow_id = run.id AND artifact.id = $2
     JOIN workflow_runs AS attempt ON attempt.workflow_id = run.id AND attempt.attempt = artifact.attempt
       AND attempt.run_directory IS NOT NULL
     WHERE run.id = $1`,
    [runId, artifactId],
  );
  return row ?? null;
}
