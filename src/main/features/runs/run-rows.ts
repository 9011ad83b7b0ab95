import { mayTransition, type RunStatus } from '../../../shared/model/run.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { query, setColumns } from '../../postgres/rows.ts';
import { appendToJournal } from '../journal/journal-rows.ts';

/** A checkpoint of an attempt; `path` is absolute. */
export interface Checkpoint {
  readonly attempt: number;
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
}

/** The intent of a further attempt, written with the transition to `queued`. */
export interface RetryWanted {
  readonly kind: 'retry' | 'resume';
  readonly at: string;
  /** A resume: where to go on from. The checkpoint lies on one machine, so only that one may take the run. */
  readonly from?: Checkpoint;
  readonly machineId?: string;
}

/** The part of a run's row that its life depends on. */
export interface RunRow {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly executor: string;
  readonly cancelRequestedAt: Date | null;
  readonly cancelGraceMs: number | null;
  readonly retryWanted: RetryWanted | null;
  readonly startedAt: Date | null;
}

/** A run's name with its driver; `workflows.temporal_workflow_id` holds it. */
export const drivenId = (runId: string): string => `run-${runId}`;

/** Columns to set, by their names in camel case; those left out stay. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly cancelRequestedAt?: Date | null;
  readonly cancelGraceMs?: number | null;
  readonly retryWanted?: RetryWanted | null;
  readonly queuedAt?: Date;
  readonly startedAt?: Date;
  readonly completedAt?: Date | null;
  readonly deletedAt?: Date;
  readonly progressPercentage?: number;
  readonly currentEpoch?: number | null;
  readonly errorMessage?: string | null;
  readonly finalMetrics?: Readonly<Record<string, number | string>> | null;
}

const selectLive = `SELECT id, project_id AS "projectId", user_id AS "userId", name, status, executor,
    cancel_requested_at AS "cancelRequestedAt", cancel_grace_ms AS "cancelGraceMs", retry_wanted AS "retryWanted",
    started_at AS "startedAt"
  FROM workflows AS run WHERE id = $1 AND deleted_at IS NULL
    AND EXISTS (SELECT FROM projects WHERE projects.id = run.project_id AND projects.deleted_at IS NULL)`;

/** Null where the run is not there, or it or its project is in the bin. */
export async function findRun(db: Db, runId: string): Promise<RunRow | null> {
  const [row] = await query<RunRow>(db, selectLive, [runId]);
  return row ?? null;
}

/** As {@link findRun}, and no other transaction changes the run before this one ends. */
export async function lockRun(tx: Tx, runId: string): Promise<RunRow | null> {
  const [row] = await query<RunRow>(tx, `${selectLive} FOR NO KEY UPDATE`, [runId]);
  return row ?? null;
}

/** Sets the given columns of a run. For its status use `changeRunStatus`. */
export async function changeRun(tx: Tx, runId: string, change: RunChange): Promise<void> {
  await setColumns(tx, 'workflows', runId, change);
}

/**
 * Moves a locked run to another status, with its journal entry.
 * @param details stand in the journal beside from and to
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function changeRunStatus(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'status'>,
  to: RunStatus,
  change: Omit<RunChange, 'status'>,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (!mayTransition(run.status, to)) throw new Error(`run ${run.id} may not go from ${run.status} to ${to}`);
  await changeRun(tx, run.id, { ...change, status: to });
  await appendToJournal(tx, run.id, null, 'state', { from: run.status, to, ...details });
}

/** The run that a request made, were it deleted since. */
export async function findRunByRequest(db: Db, requestId: string): Promise<string | null> {
  const [id = null] = await idsOf(db, 'SELECT id FROM workflows WHERE request_id = $1', [requestId]);
  return id;
}

/**
 * Holds project and dataset in place for the transaction; of a script's run there is no dataset.
 * @returns which of the two is gone; null where both are there
 */
export async function lockSources(
  tx: Tx,
  projectId: string,
  datasetId: string | null,
): Promise<'project' | 'dataset' | null> {
  const live = (table: string) => `SELECT id FROM ${table} WHERE id = $1 AND deleted_at IS NULL`;
  // The project first, as everybody who locks both does: the removal of the dataset would wait for it while this waits for that.
  const project = await query(tx, `${live('projects')} FOR NO KEY UPDATE`, [projectId]);
  const dataset = datasetId === null ? null : await query(tx, `${live('datasets')} FOR SHARE`, [datasetId]);
  if (dataset?.length === 0) return 'dataset';
  return project.length === 0 ? 'project' : null;
}

/** How many runs of the project (deleted ones too) have a name that begins so. Lock the project before. */
export async function countNamed(tx: Tx, projectId: string, prefix: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    tx,
    'SELECT count(*) FROM workflows WHERE project_id = $1 AND starts_with(name, $2)',
    [projectId, prefix],
  );
  return row?.count ?? 0;
}

/** Adds a run, `pending`. Answers false where its request made one already. */
export async function insertRun(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'projectId' | 'userId' | 'name' | 'executor'> & {
    readonly description: string | null;
    readonly requestId: string | null;
    readonly priority: number;
    readonly epochs: number | null;
    readonly gpuCount: number;
  },
): Promise<boolean> {
  const { id, projectId, userId, name, description, executor, priority, requestId, epochs, gpuCount } = run;
  // The same request: the same id, temporal_workflow_id and request_id.
  const inserted = await query(
    tx,
    `INSERT INTO workflows (id, project_id, user_id, name, description, temporal_workflow_id, status, total_epochs,
       allocated_gpu_count, priority, executor, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
    [
      ...[id, projectId, userId, name, description, drivenId(id), epochs],
      ...[gpuCount, priority, executor, requestId],
    ],
  );
  return inserted.length > 0;
}

/** Serialises the queue's claims over all engines of a database; any number that nobody else locks. */
const queueLock = 7_244_102_001;

/** One transaction at a time passes here: what it reads of the queue stays true until it ends. */
export async function lockQueue(tx: Tx): Promise<void> {
  await query(tx, 'SELECT pg_advisory_xact_lock($1)', [queueLock]);
}

/** The queued run without an attempt under way that is first in the order of priority and time. */
export async function firstQueued(
  db: Db | Tx,
  executors: readonly string[],
  machineId: string,
): Promise<string | null> {
  const [id = null] = await idsOf(
    db,
    `SELECT id FROM workflows AS run WHERE status = 'queued' AND executor = ANY ($1) AND deleted_at IS NULL
       AND cancel_requested_at IS NULL AND coalesce(retry_wanted ->> 'machineId', $2) = $2
       AND NOT EXISTS (SELECT FROM workflow_runs WHERE workflow_id = run.id AND status IN ('starting', 'running'))
     ORDER BY priority DESC, queued_at, created_at, id LIMIT 1`,
    [executors, machineId],
  );
  return id;
}

/** Runs with an attempt of this machine under way. */
export function runsUnderWay(db: Db | Tx, machineId: string): Promise<string[]> {
  return idsOf(
    db,
    `SELECT run.id FROM workflow_runs AS attempt JOIN workflows AS run ON run.id = attempt.workflow_id
     WHERE attempt.machine_id = $1 AND attempt.status IN ('starting', 'running')`,
    [machineId],
  );
}

/** The first of the queue, in its order; at most 500. */
export function queuedRuns(db: Db, executors: readonly string[]): Promise<string[]> {
  return idsOf(
    db,
    `SELECT id FROM workflows WHERE status = 'queued' AND executor = ANY ($1) AND deleted_at IS NULL
     ORDER BY priority DESC, queued_at LIMIT 500`,
    [executors],
  );
}

/** Which of these runs are there, deleted ones too. */
export async function knownRuns(db: Db, runIds: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set(await idsOf(db, 'SELECT id FROM workflows WHERE id = ANY ($1::uuid[])', [runIds]));
}

/** Queued runs whose cancellation was asked for before anything was started. */
export function cancelledInQueue(db: Db): Promise<string[]> {
  return idsOf(
    db,
    `SELECT id FROM workflows WHERE status = 'queued' AND deleted_at IS NULL AND cancel_requested_at IS NOT NULL`,
    [],
  );
}

async function idsOf(db: Db | Tx, text: string, values: readonly unknown[]): Promise<string[]> {
  return (await query<{ id: string }>(db, text, values)).map(({ id }) => id);
}
