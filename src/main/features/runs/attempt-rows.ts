import path from 'node:path';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { AttemptStatus } from '../../../shared/model/run.ts';
import { createDatabase, type Database } from '../../postgres/database.ts';
import { rowsOf } from '../../postgres/rows.ts';
import type { Checkpoint } from '../../postgres/run-tables.ts';
import type { Tx } from '../../postgres/unit-of-work.ts';
import { clientOf } from '../../postgres/unit-of-work.ts';
import type { AttemptChange, AttemptRow, AttemptStore } from './ports.ts';

const underWay: AttemptStatus[] = ['starting', 'running'];

/** The rows of `workflow_runs`. */
export class PostgresAttemptStore implements AttemptStore {
  private readonly pool: pg.Pool;
  private readonly db: Kysely<Database>;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.db = createDatabase(pool);
  }

  async newest(runId: string, tx?: Tx): Promise<AttemptRow | null> {
    const query = this.db
      .selectFrom('workflow_runs')
      .select([
        'id',
        'workflow_id',
        'attempt',
        'status',
        'machine_id',
        'run_directory',
        'resumed_from',
        'started_at',
      ])
      .where('workflow_id', '=', runId)
      .orderBy('attempt', 'desc')
      .limit(1);
    const [row] = await rowsOf(tx ? clientOf(tx) : this.pool, query);
    if (!row) return null;
    return {
      id: row.id,
      runId: row.workflow_id,
      attempt: row.attempt,
      status: row.status,
      machineId: row.machine_id ?? '',
      runDirectory: row.run_directory ?? '',
      resumedFrom: row.resumed_from,
      startedAt: row.started_at,
    };
  }

  async insert(tx: Tx, attempt: Omit<AttemptRow, 'startedAt'>): Promise<void> {
    const query = this.db.insertInto('workflow_runs').values({
      id: attempt.id,
      workflow_id: attempt.runId,
      attempt: attempt.attempt,
      status: attempt.status,
      machine_id: attempt.machineId,
      run_directory: attempt.runDirectory,
      resumed_from: attempt.resumedFrom && JSON.stringify(attempt.resumedFrom),
    });
    await rowsOf(clientOf(tx), query.returning('id'));
  }

  async change(tx: Tx, attemptId: string, change: AttemptChange): Promise<void> {
    const query = this.db
      .updateTable('workflow_runs')
      .set({
        ...(change.status !== undefined && { status: change.status }),
        ...(change.cause !== undefined && { end_cause: change.cause }),
        ...(change.message !== undefined && { message: change.message }),
        ...(change.processId !== undefined && { process_id: change.processId }),
        ...(change.exitCode !== undefined && { exit_code: change.exitCode }),
        ...(change.exitSignal !== undefined && { exit_signal: change.exitSignal }),
        ...(change.startedAt !== undefined && { started_at: change.startedAt }),
        ...(change.endedAt !== undefined && { ended_at: change.endedAt }),
        ...(change.checkpointPath !== undefined && { checkpoint_path: change.checkpointPath }),
      })
      .where('id', '=', attemptId);
    await rowsOf(clientOf(tx), query.returning('id'));
  }

  async underWay(machineId: string, executor: string, tx?: Tx): Promise<string[]> {
    const query = this.db
      .selectFrom('workflow_runs')
      .innerJoin('workflows', 'workflows.id', 'workflow_runs.workflow_id')
      .select('workflow_runs.workflow_id')
      .where('workflow_runs.machine_id', '=', machineId)
      .where('workflow_runs.status', 'in', underWay)
      .where('workflows.executor', '=', executor);
    return (await rowsOf(tx ? clientOf(tx) : this.pool, query)).map((row) => row.workflow_id);
  }

  async checkpoints(runId: string, machineId: string): Promise<Checkpoint[]> {
    const query = this.db
      .selectFrom('run_artifacts as artifact')
      .innerJoin('workflow_runs as attempt', (join) =>
        join
          .onRef('attempt.workflow_id', '=', 'artifact.workflow_id')
          .onRef('attempt.attempt', '=', 'artifact.attempt'),
      )
      .select([
        'artifact.attempt',
        'artifact.path',
        'artifact.epoch',
        'artifact.step',
        'attempt.run_directory',
      ])
      .where('artifact.workflow_id', '=', runId)
      .where('artifact.kind', '=', 'checkpoint')
      .where('attempt.machine_id', '=', machineId)
      .orderBy('artifact.attempt', 'desc')
      .orderBy('artifact.step', (step) => step.desc().nullsLast())
      .orderBy('artifact.created_at', 'desc');
    return (await rowsOf(this.pool, query)).map((row) => ({
      attempt: row.attempt,
      path: path.join(row.run_directory ?? '', row.path),
      epoch: row.epoch ?? 0,
      step: row.step ?? 0,
    }));
  }
}
