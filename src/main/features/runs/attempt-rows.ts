import path from 'node:path';
import { type AttemptStatus, mayTransitionAttempt } from '../../../shared/model/run.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { query, setColumns } from '../../postgres/rows.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { Checkpoint } from './run-rows.ts';

export interface AttemptRow {
  readonly id: string;
  readonly runId: string;
  readonly attempt: number;
  readonly status: AttemptStatus;
  /** The machine that holds its run directory: no other looks at it. */
  readonly machineId: string;
  readonly runDirectory: string;
  readonly resumedFrom: Checkpoint | null;
  readonly startedAt: Date | null;
  /** The cards that it may use. */
  readonly gpuUuids: readonly string[];
}

/** Columns to set, by their names in camel case; those left out stay. */
export interface AttemptChange {
  readonly endCause?: string;
  readonly message?: string | null;
  readonly processId?: number | null;
  readonly containerId?: string;
  readonly imageDigest?: string;
  readonly exitCode?: number | null;
  readonly exitSignal?: string | null;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly checkpointPath?: string | undefined;
}

/** The run's attempt with the highest number; null if it has none. */
export async function newestAttempt(db: Db | Tx, runId: string): Promise<AttemptRow | null> {
  const [row] = await query<AttemptRow>(
    db,
    `SELECT id, workflow_id AS "runId", attempt, status, coalesce(machine_id, '') AS "machineId",
       coalesce(run_directory, '') AS "runDirectory", resumed_from AS "resumedFrom", started_at AS "startedAt",
       gpu_uuids AS "gpuUuids"
     FROM workflow_runs WHERE workflow_id = $1 ORDER BY attempt DESC LIMIT 1`,
    [runId],
  );
  return row ?? null;
}

/** The cards of all other attempts that are under way on a machine, each as often as it is used. */
export async function cardsInUse(tx: Tx, machineId: string, attemptId: string): Promise<string[]> {
  const rows = await query<{ uuid: string }>(
    tx,
    `SELECT unnest(gpu_uuids) AS uuid FROM workflow_runs
     WHERE machine_id = $1 AND id <> $2 AND status IN ('starting', 'running')`,
    [machineId, attemptId],
  );
  return rows.map(({ uuid }) => uuid);
}

/** Notes the cards of an attempt that has not started. */
export async function setCards(tx: Tx, attemptId: string, uuids: readonly string[]): Promise<void> {
  await query(tx, 'UPDATE workflow_runs SET gpu_uuids = $2 WHERE id = $1', [attemptId, uuids]);
}

/** Inserts an attempt that has not started: `started_at` stays empty. */
export async function insertAttempt(tx: Tx, attempt: Omit<AttemptRow, 'startedAt'>): Promise<void> {
  const { id, runId, attempt: number, status, machineId, runDirectory, resumedFrom } = attempt;
  await query(
    tx,
    `INSERT INTO workflow_runs (id, workflow_id, attempt, status, machine_id, run_directory, resumed_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, runId, number, status, machineId, runDirectory, resumedFrom],
  );
}

/**
 * Moves an attempt of a locked run to another status, with its journal entry.
 * @param details stand in the journal beside from and to
 * @throws Error where the state machine has no such transition: a programming error
 */
export async function changeAttemptStatus(
  tx: Tx,
  { id, runId, attempt, status }: AttemptRow,
  to: AttemptStatus,
  change: AttemptChange,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (!mayTransitionAttempt(status, to)) {
    throw new Error(`attempt ${attempt} of run ${runId} may not go from ${status} to ${to}`);
  }
  await setColumns(tx, 'workflow_runs', id, { ...change, status: to });
  await appendToJournal(tx, runId, attempt, 'attempt', { from: status, to, ...details });
}

/** Checkpoints that the run's attempts on this machine reported: the newest attempt first, within an attempt the latest step first. */
export async function checkpointsOf(db: Db, runId: string, machineId: string): Promise<Checkpoint[]> {
  const rows = await query<Checkpoint & { runDirectory: string }>(
    db,
    `SELECT artifact.attempt, artifact.path, coalesce(artifact.epoch, 0) AS epoch, coalesce(artifact.step, 0) AS step,
       coalesce(attempt.run_directory, '') AS "runDirectory"
     FROM run_artifacts AS artifact
     JOIN workflow_runs AS attempt ON attempt.workflow_id = artifact.workflow_id AND attempt.attempt = artifact.attempt
     WHERE artifact.workflow_id = $1 AND artifact.kind = 'checkpoint' AND attempt.machine_id = $2
     ORDER BY artifact.attempt DESC, artifact.step DESC NULLS LAST, artifact.created_at DESC`,
    [runId, machineId],
  );
  return rows.map(({ runDirectory, path: inner, ...place }) => ({
    ...place,
    path: path.join(runDirectory, inner),
  }));
}
