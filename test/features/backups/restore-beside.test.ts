import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, runCli, startEngine, temporaryHome, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { processesOf } from '../../support/survivors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const projectsOf = async (home: string) => {
  const { projects } = await cliJson<{ projects: { name: string }[] }>(home, ['project', 'list']);
  return projects.map(({ name }) => name).sort();
};

const innerStates = async (home: string) =>
  (await readdir(home)).filter((name) => /^(aside|previous)-/.test(name)).map((name) => name.split('-')[0]);

test('a restore beside what is served keeps it, and going back and forth brings each of both back whole', async () => {
  await using prepared = await preparedHome();
  await using elsewhere = await temporaryFolder();
  const { home } = prepared;
  const images = path.join(elsewhere.folder, 'images');
  await writeTinyDataset(images);
  const read = async () => ({
    projects: await projectsOf(home),
    datasets: (await runCli(home, ['dataset', 'list', '--json'])).stdout,
    runs: (await runCli(home, ['runs', 'list', '--json'])).stdout,
    metrics: (await runCli(home, ['runs', 'metrics', 'last', '--json'])).stdout,
    settings: (await runCli(home, ['settings', 'list', '--json'])).stdout,
  });
  await using engine = await startEngine(home);
  await cliJson(home, ['project', 'create', 'kept']);
  await cliJson(home, ['dataset', 'import', images, '--project', 'kept', '--name', 'tiny']);
  const train = ['train', '--project', 'kept', '--dataset', 'tiny', '--epochs', '1'];
  expect((await runCli(home, [...train, '--follow'])).code).toBe(0);
  const then = await read();
  const { id } = await cliJson<{ id: string }>(home, ['backup', 'create']);

  const drill = await cliJson<{ ok: boolean; checks: { check: string; detail: string }[] }>(home, [
    ...['backup', 'drill', id],
  ]);
  expect(drill.ok, JSON.stringify(drill)).toBe(true);
  expect(drill.checks.find(({ check }) => check === 'model')?.detail).toMatch(/artifacts\/.+ \(\d+ bytes\)/);
  expect(await cliJson(home, ['backup', 'show', id])).toMatchObject({ provenAt: expect.any(String) });
  expect(await innerStates(home)).toEqual([]);

  await cliJson(home, ['project', 'create', 'later']);
  const { runId } = await cliJson<{ runId: string }>(home, [...train, '--epochs', '500']);
  const status = async () => (await cliJson<{ status: string }>(home, ['runs', 'show', runId])).status;
  await waitFor('the run', async () => (await status()) === 'running');
  const refused = await runCli(home, ['backup', 'restore', id, '--yes', '--json']);
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('RESTORE_RUNS_UNDER_WAY') });
  const stopped = await runCli(home, ['backup', 'restore', id, '--yes', '--stop-runs']);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(await read()).toEqual(then);
  expect(await innerStates(home)).toEqual(['previous']);

  await cliJson(home, ['project', 'create', 'after']);
  expect((await runCli(home, ['backup', 'revert', '--yes'])).code).toBe(0);
  expect(await projectsOf(home)).toEqual(['kept', 'later']);
  // It was cancelled, and its state is kept with it.
  expect(await cliJson(home, ['runs', 'show', runId])).toMatchObject({ status: 'cancelled' });
  expect((await runCli(home, ['backup', 'revert', '--yes'])).code).toBe(0);
  expect(await projectsOf(home)).toEqual(['after', 'kept']);
  expect((await runCli(home, ['backup', 'discard', '--yes'])).code).toBe(0);
  expect(await innerStates(home)).toEqual([]);
  const gone = await runCli(home, ['backup', 'revert', '--yes', '--json']);
  expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining('RESTORE_NOTHING_TO_REVERT') });
  expect(engine.pid).toBeGreaterThan(0);
}, 240_000);

test('a restore without an engine that is killed leaves the old state, or the new one to whoever comes next, and nothing of its servers', async () => {
  await using prepared = await preparedHome();
  const { home } = prepared;
  const snapshot = await (async () => {
    await using _engine = await startEngine(home);
    await cliJson(home, ['project', 'create', 'then']);
    const { path: made } = await cliJson<{ path: string }>(home, ['backup', 'create']);
    await cliJson(home, ['project', 'create', 'now']);
    return made;
  })();
  const killed = (failpoint: string) =>
    runCli(home, ['backup', 'restore', snapshot, '--yes'], { TRAINYARD_FAILPOINT: failpoint });

  expect((await killed('restore.database.commit.before')).code).not.toBe(0);
  expect(await innerStates(home)).toEqual(['aside']);
  {
    await using _engine = await startEngine(home);
    expect(await projectsOf(home)).toEqual(['now', 'then']);
    await waitFor('the sweep', async () => (await innerStates(home)).length === 0);
    expect((await processesOf([home])).filter(({ command }) => command.includes('aside-'))).toEqual([]);
  }
  expect((await killed('switch.move.after:3')).code).not.toBe(0);
  await using _engine = await startEngine(home);
  expect(await projectsOf(home)).toEqual(['then']);
  expect((await runCli(home, ['backup', 'revert', '--yes'])).code).toBe(0);
  expect(await projectsOf(home)).toEqual(['now', 'then']);
}, 240_000);

test('objects that lie on another disk by a link are restored on that disk', async () => {
  await using place = await temporaryHome();
  await using disk = await temporaryFolder();
  const { home } = place;
  {
    await using _engine = await startEngine(home);
    await cliJson(home, ['project', 'create', 'then']);
  }
  await rename(path.join(home, 'objects'), path.join(disk.folder, 'objects'));
  await symlink(path.join(disk.folder, 'objects'), path.join(home, 'objects'));
  await mkdir(path.join(disk.folder, 'other'));
  await using _engine = await startEngine(home);
  const { id } = await cliJson<{ id: string }>(home, ['backup', 'create']);
  expect((await runCli(home, ['backup', 'restore', id, '--yes'])).code).toBe(0);
  const served = await realpath(path.join(home, 'objects'));
  expect(path.dirname(served)).toBe(await realpath(disk.folder));
  expect(path.basename(served)).toMatch(/^objects-aside-/);
  expect(existsSync(path.join(disk.folder, 'objects'))).toBe(true);
  expect((await runCli(home, ['backup', 'discard', '--yes'])).code).toBe(0);
  expect((await readdir(disk.folder)).sort()).toEqual([path.basename(served), 'other']);
}, 120_000);
