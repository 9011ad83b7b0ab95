import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/engine.ts';
import { stageWithDataset, train, type Where } from '../../torture/life.ts';
import { kill, type Stage } from '../../torture/stage.ts';

let staged: Awaited<ReturnType<typeof stageWithDataset>>;
let stage: Stage;
let where: Where;
beforeAll(async () => {
  staged = await stageWithDataset();
  ({ stage, where } = staged);
});
afterAll(() => staged[Symbol.asyncDispose]());

/** A run with a checkpoint under way, and its run directory. */
async function underWay(): Promise<{ runId: string; folder: string }> {
  const runId = await train(stage, where, 100_000);
  await waitFor('a checkpoint', async () =>
    (await stage.ask<{ artifacts: { kind: string }[] }>('GET', `/runs/${runId}`)).artifacts.some(
      ({ kind }) => kind === 'checkpoint',
    ),
  );
  return { runId, folder: (await stage.run(runId)).attempts.at(-1)?.runDirectory ?? '' };
}

const makePipe = async (file: string) => {
  await rm(file, { recursive: true, force: true });
  await promisify(execFile)('mkfifo', [file]);
};

const cancelAtOnce = (runId: string) => stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 0 });

test.runIf(process.platform !== 'win32')(
  'pipes in place of everything in a run directory hold up neither a start of the engine, nor the end of the run, nor its next attempt',
  async () => {
    const { runId, folder } = await underWay();
    const trainer = await stage.processOf(runId, 'trainerPid');
    if (trainer !== null) process.kill(trainer, 'SIGSTOP');
    for (const name of ['events.jsonl', 'stdout.log', 'stderr.log', 'supervisor.log', 'cgroup'])
      await makePipe(path.join(folder, name));
    const { artifacts } = await stage.ask<{ artifacts: { id: string; path: string }[] }>(
      'GET',
      `/runs/${runId}`,
    );
    for (const artifact of artifacts) await makePipe(path.join(folder, ...artifact.path.split('/')));
    const next = path.join(path.dirname(folder), '2');
    await mkdir(next);
    for (const name of ['supervisor.log', 'stdout.log', 'stderr.log', 'supervisor.lock', 'cgroup'])
      await makePipe(path.join(next, name));
    await stage.killEngine();
    await cancelAtOnce(runId);
    expect((await stage.untilOver(runId)).status).toBe('cancelled');
    const { url, token } = stage.engine;
    for (const { id } of artifacts) {
      const answer = await fetch(`${url}/files/runs/${runId}/artifacts/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(await answer.json()).toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    }
    await stage.ask('POST', `/runs/${runId}/retry`, {});
    await waitFor('the second attempt', () => stage.processOf(runId, 'trainerPid'));
    await cancelAtOnce(runId);
    expect((await stage.untilOver(runId)).attempts).toHaveLength(2);
    await writeFile(path.join(path.dirname(folder), '3'), '');
    await stage.ask('POST', `/runs/${runId}/retry`, {});
    expect((await stage.untilOver(runId)).status).toBe('failed');
  },
  180_000,
);

test.runIf(process.platform !== 'win32')(
  'a run directory that became a link in a circle ends its run, and keeps the engine from nothing',
  async () => {
    const { runId, folder } = await underWay();
    const pids = [await stage.processOf(runId, 'trainerPid'), await stage.processOf(runId, 'pid')];
    await rename(folder, `${folder}-moved`);
    await symlink(folder, folder);
    await stage.killEngine();
    expect((await stage.untilOver(runId)).status).toBe('failed');
    expect((await stage.untilOver(await train(stage, where, 1))).status).toBe('completed');
    for (const pid of pids) if (pid !== null) kill(pid);
    expect(existsSync(`${folder}-moved/config.json`)).toBe(true);
  },
  180_000,
);
