import { cp, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, runCli, startEngine, temporaryHome } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { rest } from '../../support/rest.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

interface Made {
  id: string;
  path: string;
  bytes: number;
  stores: { database: { rows: number; tables: number }; objects: { count: number } };
}

test('a home that is gone is back in another one from its snapshot: datasets, runs with their metrics and logs, and a model that predicts', async () => {
  await using prepared = await preparedHome();
  await using elsewhere = await temporaryFolder();
  await using second = await temporaryHome();
  const { home } = prepared;
  const snapshot = path.join(elsewhere.folder, 'kept');
  const images = path.join(elsewhere.folder, 'images');
  await writeTinyDataset(images);
  const read = async (of: string) => ({
    datasets: await cliJson(of, ['dataset', 'list']),
    runs: await cliJson(of, ['runs', 'list']),
    metrics: (await runCli(of, ['runs', 'metrics', 'last', '--json'])).stdout,
    logs: (await runCli(of, ['runs', 'logs', 'last', '--json'])).stdout,
  });
  const before = await (async () => {
    await using engine = await startEngine(home);
    expect(await rest(engine, 'GET', '/backups')).toEqual({
      ...{ snapshots: [], operation: null, replaced: null },
    });
    await cliJson(home, ['project', 'create', '한글 project']);
    await cliJson(home, ['dataset', 'import', images, '--project', '한글 project', '--name', 'tiny']);
    const train = ['train', '--project', '한글 project', '--dataset', 'tiny', '--epochs', '1', '--follow'];
    expect((await runCli(home, train)).code).toBe(0);
    const made = await cliJson<Made>(home, ['backup', 'create', '--why', 'before the end']);
    expect(made.stores.database.rows).toBeGreaterThan(10);
    expect(made.stores.objects.count).toBeGreaterThan(8);
    const { snapshots } = await cliJson<{ snapshots: { id: string; snapshot: { why: string } }[] }>(home, [
      ...['backup', 'list'],
    ]);
    expect(snapshots.map(({ id, snapshot: { why } }) => [id, why])).toEqual([[made.id, 'before the end']]);
    expect(await rest(engine, 'GET', '/backups')).toMatchObject({
      operation: { status: 'done', snapshot: { id: made.id } },
    });
    expect(await cliJson(home, ['backup', 'verify', 'last'])).toEqual({ ok: true, problems: [] });
    await cp(made.path, snapshot, { recursive: true });
    return read(home);
  })();
  await rm(home, { recursive: true });
  const unconfirmed = await runCli(second.home, ['backup', 'restore', snapshot, '--json']);
  expect(unconfirmed).toMatchObject({ code: 1, stdout: expect.stringContaining('RESTORE_NOT_CONFIRMED') });
  await cliJson(second.home, ['backup', 'restore', snapshot, '--yes']);
  await using _engine = await startEngine(second.home);
  expect(await read(second.home)).toEqual(before);
  const predicted = await runCli(second.home, [
    'predict',
    'last',
    path.join(images, 'class-0', '0.png'),
    '--json',
  ]);
  expect(predicted.code).toBe(0);
  expect(predicted.stdout).toContain('class-0');
}, 180_000);

test('a damaged snapshot is told by its file and an exit code, and no command takes it', async () => {
  await using prepared = await preparedHome();
  await using empty = await temporaryHome();
  const { home } = prepared;
  const made = await cliJson<Made>(home, ['backup', 'create']);
  await truncate(path.join(made.path, 'database', 'users.copy.zst'), 5);
  const verified = await runCli(home, ['backup', 'verify', made.id.slice(0, 16), '--json']);
  expect(verified.code).toBe(1);
  expect(JSON.parse(verified.stdout)).toEqual({
    ok: false,
    problems: [expect.objectContaining({ file: 'database/users.copy.zst', code: 'SNAPSHOT_FILE_DAMAGED' })],
  });
  const restored = await runCli(empty.home, ['backup', 'restore', made.path, '--yes', '--json']);
  expect(restored).toMatchObject({ code: 1, stdout: expect.stringContaining('RESTORE_REFUSED') });
  expect(restored.stdout).toContain('database/users.copy.zst');
  const absent = await runCli(home, ['backup', 'show', '2020', '--json']);
  expect(absent).toMatchObject({ code: 1, stdout: expect.stringContaining('SNAPSHOT_NOT_FOUND') });
});

test('pruning says first which snapshots go, and leaves the newest one whatever it is told', async () => {
  await using prepared = await preparedHome();
  const { home } = prepared;
  const ids: string[] = [];
  for (let made = 0; made < 3; made += 1) ids.push((await cliJson<Made>(home, ['backup', 'create'])).id);
  const none = ['--keep-last', '0', '--keep-daily', '0', '--keep-weekly', '0', '--keep-monthly', '0'];
  const [first, second, third] = ids;
  const told = { removed: [first, second], kept: [third] };
  expect(await cliJson(home, ['backup', 'prune', ...none])).toEqual({ ...told, dryRun: true });
  const listed = async () =>
    (await cliJson<{ snapshots: { id: string }[] }>(home, ['backup', 'list'])).snapshots.map(({ id }) => id);
  expect(await listed()).toEqual([third, second, first]);
  expect(await cliJson(home, ['backup', 'prune'])).toEqual({
    removed: [],
    kept: [third, second, first],
    dryRun: true,
  });
  expect(await cliJson(home, ['backup', 'prune', ...none, '--yes'])).toEqual({ ...told, dryRun: false });
  expect(await listed()).toEqual([third]);
  expect(await cliJson(home, ['backup', 'verify', 'last'])).toEqual({ ok: true, problems: [] });
});
