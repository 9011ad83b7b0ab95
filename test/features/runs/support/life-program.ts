import { setTimeout as delay } from 'node:timers/promises';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { claimRun } from '../../../../src/main/features/runs/attempt-starter.ts';
import type { Run } from '../../../../src/shared/contract/runs.ts';
import { isEnded } from '../../../../src/shared/model/run.ts';
import { createStage, type Stage } from './stage.ts';

/**
 * An engine that leads three runs through their lives, and may be killed anywhere: started again, it looks where it was and
 * goes on. Its arguments are the database, the folder, and the dataset.
 */
const [url = '', folder = '', dataset = ''] = process.argv.slice(2);
const requests = {
  quick: '00000000-0000-4000-8000-0000000000a1',
  waiting: '00000000-0000-4000-8000-0000000000a2',
  unstarted: '00000000-0000-4000-8000-0000000000a3',
};

async function until(stage: Stage, runId: string, holds: (run: Run) => boolean): Promise<Run> {
  for (;;) {
    const run = await stage.runs.views.show(runId);
    if (holds(run)) return run;
    await delay(20);
  }
}

async function projectOf({ projects }: Stage): Promise<string> {
  const [found] = (await projects.list(localOwnerId, { limit: 1 })).projects;
  const project = found ?? (await projects.create(localOwnerId, { name: 'first' }));
  if (project.name === 'first') await projects.update(localOwnerId, project.id, { name: 'demo' });
  return project.id;
}

async function queue(
  { runs }: Stage,
  project: string,
  behaviour: 'quick' | 'waiting' | 'unstarted',
): Promise<string> {
  const { runId } = await runs.create(localOwnerId, {
    project,
    dataset,
    model: `builtin/${behaviour === 'quick' ? 'quick' : 'waiting'}`,
    executor: 'auto',
    name: behaviour,
    // First in the queue, so that it can be claimed by hand.
    priority: behaviour === 'unstarted' ? 10 : 0,
    overrides: {},
    source: 'manual',
    requestId: requests[behaviour],
  });
  return runId;
}

/** Cancelled between its claim and its run directory: the loop finds an attempt that was never begun. */
async function leaveUnstarted(stage: Stage, project: string): Promise<void> {
  const runId = await queue(stage, project, 'unstarted');
  const run = await stage.runs.views.show(runId);
  if (isEnded(run.status) || run.cancelRequested) return;
  if (run.attempts.length === 0) await claimRun(stage.parts, runId);
  await stage.runs.commands.cancel(localOwnerId, runId, 5000);
}

async function cancelTwice(stage: Stage, runId: string): Promise<void> {
  for (;;) {
    const { status, attempts, cancelRequested } = await stage.runs.views.show(runId);
    if (isEnded(status) && attempts.length === 2) return;
    if (isEnded(status)) {
      await stage.runs.commands.resume(localOwnerId, runId);
    } else if (!cancelRequested) {
      await until(
        stage,
        runId,
        ({ status: now, artifacts, attempts: all }) =>
          isEnded(now) || (now === 'running' && artifacts.some((file) => file.attempt === all.length)),
      );
      if (!isEnded((await stage.runs.views.show(runId)).status)) {
        await stage.runs.commands.cancel(localOwnerId, runId, 5000);
      }
    }
    await until(stage, runId, (run) => isEnded(run.status) || !run.cancelRequested);
  }
}

const stage = createStage({ url, folder });
const project = await projectOf(stage);
const isGone = async (requestId: string) =>
  (
    await stage.pool.query('SELECT FROM workflows WHERE request_id = $1 AND deleted_at IS NOT NULL', [
      requestId,
    ])
  ).rowCount === 1;
if (!(await isGone(requests.unstarted))) await leaveUnstarted(stage, project);
await stage.runs.loop.start();
const quick = await queue(stage, project, 'quick');
await until(stage, quick, ({ status }) => isEnded(status));
await cancelTwice(stage, await queue(stage, project, 'waiting'));
if (!(await isGone(requests.unstarted))) {
  const runId = await queue(stage, project, 'unstarted');
  await until(stage, runId, ({ status }) => isEnded(status));
  await stage.runs.commands.remove(localOwnerId, runId);
}
const spares = await stage.pool.query(`SELECT id, deleted_at FROM projects WHERE name = 'spare'`);
if (spares.rowCount === 0) await stage.projects.create(localOwnerId, { name: 'spare' });
if (!spares.rows[0]?.deleted_at) await stage.projects.remove(localOwnerId, 'spare');
await stage[Symbol.asyncDispose]();
