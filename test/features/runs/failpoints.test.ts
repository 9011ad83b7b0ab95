import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/main/postgres/pool.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { ensureDataset } from './support/stage.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(import.meta.dirname, 'support', 'life-program.ts');

/** Every place, in the order in which the program first comes by: killed at one, the next engine goes on to the next. */
const order = [
  'project.create',
  'project.update',
  'run.create.document',
  'run.create.rows',
  'attempt.claim',
  'run.cancel',
  'run.cancel-unstarted',
  'run-directory.dataset',
  'run-directory.config',
  'attempt.start',
  'attempt.running',
  'attempt.drain',
  'attempt.finish',
  'run-directory.cancel',
  'run.again',
  'run.remove',
  'project.remove',
];

/** Every failpoint of runs and projects, found in the sources. */
async function failpoints(): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of ['runs', 'projects', 'runs/process']) {
    const sources = path.join(root, 'src/main/features', folder);
    for (const file of (await readdir(sources)).filter((name) => name.endsWith('.ts'))) {
      const source = await readFile(path.join(sources, file), 'utf8');
      for (const [, name] of source.matchAll(/failpoint\('([^']+)'\)/g)) if (name) names.add(name);
    }
  }
  return [...names].sort();
}

/** Runs the program to its end, or to its failpoint; answers the signal that ended it. */
async function live(
  args: readonly string[],
  failpoint?: { name: string; mark: string },
): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: path.join(tmpdir(), 'trainyard-test-compile-cache'),
      ...(failpoint && { TRAINYARD_FAILPOINT: failpoint.name, TRAINYARD_FAILPOINT_MARK: failpoint.mark }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const [code, signal] = await once(child, 'close');
  if (signal === null && code !== 0) throw new Error(`the program ended with ${code}: ${complaint}`);
  return signal;
}

/** What is left in the database, without what differs from run to run. */
async function finalRows(pool: pg.Pool): Promise<unknown> {
  const queries = {
    projects: `SELECT name, workflow_count, deleted_at IS NULL AS live FROM projects ORDER BY name`,
    runs: `SELECT id, name, status, progress_percentage, final_metrics, error_message, retry_wanted, priority, request_id,
             temporal_workflow_id, cancel_requested_at IS NOT NULL AS cancelled, cancel_grace_ms, deleted_at IS NULL AS live,
             started_at IS NULL AS never_started, completed_at IS NULL AS open FROM workflows ORDER BY name`,
    configs: `SELECT workflow_id, task_type, model_name, dataset_id, hyperparameters FROM workflow_configs ORDER BY workflow_id`,
    attempts: `SELECT workflow_id, attempt, status, end_cause, message, exit_code, exit_signal, machine_id, checkpoint_path,
                 resumed_from ->> 'step' AS resumed FROM workflow_runs ORDER BY workflow_id, attempt`,
    journal: `SELECT workflow_id, type, attempt, payload ->> 'from' AS "from", payload ->> 'to' AS "to", payload ->> 'cause' AS cause
              FROM run_events WHERE type IN ('state', 'attempt', 'config') ORDER BY workflow_id, seq`,
    artifacts: `SELECT workflow_id, attempt, kind, path FROM run_artifacts ORDER BY workflow_id, attempt, path`,
    points: `SELECT workflow_id, attempt, step, epoch, extra_metrics, train_loss FROM metrics ORDER BY workflow_id, attempt, step`,
    documents: `SELECT id FROM documents WHERE collection = 'training_configs' ORDER BY id`,
    gaps: `SELECT run.id FROM workflows AS run WHERE run.last_seq <> (SELECT coalesce(sum(span), 0) FROM run_events WHERE workflow_id = run.id)
             + (SELECT count(*) FROM metrics WHERE workflow_id = run.id)`,
  };
  const answers: Record<string, unknown> = {};
  for (const [name, query] of Object.entries(queries)) answers[name] = (await pool.query(query)).rows;
  return answers;
}

async function createPlace() {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-failpoints-'));
  const pool = createPool({ url: database.url }, { max: 2 });
  const dataset = await ensureDataset(pool, '00000000-0000-4000-8000-0000000000d1');
  return {
    args: [database.url, folder, dataset],
    folder,
    pool,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test('an engine that is killed at every durable write, one after the other, comes to the same end', async () => {
  await using undisturbed = await createPlace();
  await using tortured = await createPlace();
  expect(await live(undisturbed.args)).toBeNull();
  const expected = await finalRows(undisturbed.pool);
  expect(expected).toMatchObject({
    gaps: [],
    runs: [
      { name: 'quick', status: 'completed' },
      { name: 'unstarted', status: 'cancelled', live: false, never_started: true },
      { name: 'waiting', status: 'cancelled' },
    ],
  });

  const names = order.flatMap((place) => [`${place}.before`, `${place}.after`]);
  expect([...names].sort()).toEqual(await failpoints());
  for (const name of names) {
    const mark = path.join(tortured.folder, `taken-${name}`);
    expect(await live(tortured.args, { name, mark }), name).toBe('SIGKILL');
  }
  expect(await live(tortured.args)).toBeNull();
  expect(await finalRows(tortured.pool)).toEqual(expected);
}, 120_000);
