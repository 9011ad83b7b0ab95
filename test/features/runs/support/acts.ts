import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { listProcesses } from '../../../../src/main/features/runs/process/trainer-processes.ts';
import { hasCode } from '../../../../src/main/platform/error-code.ts';
import type { Run } from '../../../../src/shared/contract/runs.ts';
import { isEnded } from '../../../../src/shared/model/run.ts';
import type { TrainingOverrides } from '../../../../src/shared/model/training-config.ts';
import { waitFor } from '../../../support/engine.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres.ts';
import { createStage, ensureDataset, type Stage, type StageOptions } from './stage.ts';

export interface World extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly stage: Stage;
  readonly projectId: string;
  readonly datasetId: string;
  /** Another engine on the same database and run directories; ended with the world. */
  another(options?: Partial<StageOptions>): Stage;
}

export type CreateWorld = (options?: Partial<StageOptions>) => Promise<World>;

/** A database, a folder, a project and a dataset of a test's own, and an engine's services on them. */
export async function createWorld(options: Partial<StageOptions> = {}): Promise<World> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-runs-'));
  const stages: Stage[] = [];
  const another = (more: Partial<StageOptions> = {}) => {
    const stage = createStage({ url: database.url, folder, ...options, ...more });
    stages.push(stage);
    return stage;
  };
  const stage = another();
  const datasetId = await ensureDataset(stage.pool);
  const project = await stage.projects.create(localOwnerId, { name: 'demo' });
  return {
    database,
    folder,
    stage,
    projectId: project.id,
    datasetId,
    another,
    [Symbol.asyncDispose]: async () => {
      await using ends = new AsyncDisposableStack();
      ends.defer(() => rm(folder, { recursive: true, force: true }));
      ends.use(database);
      ends.defer(() => killAllOf(folder));
      for (const each of stages) ends.use(each);
      const { left } = await stage.runs.loop.stopAll({ graceMs: 0 });
      if (left.length > 0) throw new Error(`runs did not end: ${left.join(', ')}`);
    },
  };
}

/** A test that failed must leave no trainer behind. */
async function killAllOf(folder: string): Promise<void> {
  for (const { pid, command } of await listProcesses()) {
    if (!command.includes(folder) || pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  }
}

/** Queues a run of a model whose name says what the fake trainer does. */
export async function queueRun(
  { stage, projectId, datasetId }: Pick<World, 'stage' | 'projectId' | 'datasetId'>,
  behaviour: string,
  options: {
    epochs?: number;
    priority?: number;
    requestId?: string;
    name?: string;
    overrides?: TrainingOverrides;
  } = {},
): Promise<string> {
  const {
    epochs = 2,
    priority = 0,
    requestId = randomUUID(),
    name,
    overrides = { training: { epochs } },
  } = options;
  const { runId } = await stage.runs.create(localOwnerId, {
    project: projectId,
    dataset: datasetId,
    model: `builtin/${behaviour}`,
    executor: 'auto',
    name,
    priority,
    requestId,
    source: 'manual',
    overrides,
  });
  return runId;
}

/** Waits until a run is as it should be; says how it is where it does not become so. */
export async function until(
  stage: Stage,
  runId: string,
  what: string,
  holds: (run: Run) => boolean,
): Promise<Run> {
  let last: Run | null = null;
  try {
    return await waitFor(
      what,
      async () => {
        last = await stage.runs.views.show(runId);
        return holds(last) ? last : null;
      },
      20_000,
    );
  } catch (error) {
    const state = JSON.stringify({ run: last, warnings: stage.warnings.map(String) }, null, 1);
    throw new Error(`${error instanceof Error ? error.message : String(error)}; it is ${state}`, {
      cause: error,
    });
  }
}

/** Waits for the end of a run. */
export function untilOver(stage: Stage, runId: string): Promise<Run> {
  return until(stage, runId, 'the end of the run', ({ status }) => isEnded(status));
}

/** Tells the `steady` trainer of a run to come to its end. */
export async function letFinish(stage: Stage, runId: string): Promise<void> {
  const { attempts } = await stage.runs.views.show(runId);
  await writeFile(path.join(attempts.at(-1)?.runDirectory ?? '', 'enough'), '');
}

/** Waits for a trainer that has written its first checkpoint. */
export function untilTraining(stage: Stage, runId: string): Promise<Run> {
  return until(
    stage,
    runId,
    'a trainer with a checkpoint',
    ({ status, artifacts, attempts }) =>
      status === 'running' &&
      artifacts.some((file) => file.kind === 'checkpoint' && file.attempt === attempts.length),
  );
}

export interface JournalEntry {
  readonly seq: number;
  readonly attempt: number | null;
  readonly type: string;
  readonly payload: {
    readonly from?: string | null;
    readonly to?: string;
    readonly [field: string]: unknown;
  };
}

/** What the platform wrote into a run's journal. */
export async function journalOf(stage: Stage, runId: string): Promise<JournalEntry[]> {
  const { rows } = await stage.pool.query<JournalEntry>(
    `SELECT seq, attempt, type, payload FROM run_events
     WHERE workflow_id = $1 AND type IN ('state', 'attempt', 'config') ORDER BY seq`,
    [runId],
  );
  return rows;
}

/** The statuses that a run went through, in order. */
export async function statesOf(stage: Stage, runId: string): Promise<(string | undefined)[]> {
  return (await journalOf(stage, runId))
    .filter(({ type }) => type === 'state')
    .map(({ payload }) => payload.to);
}
