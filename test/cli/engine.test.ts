import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importKey } from '../../src/shared/model/sign-in.ts';
import { cliFile, cliJson, type RunningEngine, runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { signInOver } from '../support/sign-in.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

interface Imported {
  readonly id: string;
  readonly version: number;
  readonly images: number;
  readonly classes: readonly { name: string; count: number }[];
  readonly reused: boolean;
}

let place: Awaited<ReturnType<typeof preparedHome>>;
let folder: string;
let home: string;
let engine: RunningEngine;

beforeAll(async () => {
  place = await preparedHome();
  home = place.home;
  folder = path.dirname(home);
  [engine] = await Promise.all([startEngine(home), writeTinyDataset(path.join(folder, 'photos'))]);
  await cliJson(home, ['project', 'create', 'demo', '--tag', 'one', '--description', 'First']);
});

afterAll(async () => {
  await engine.stop();
  await place[Symbol.asyncDispose]();
});

const json = <T>(...args: string[]) => cliJson<T>(home, args);

test('a second engine on the same folder ends with 1 and names the first', async () => {
  const { code, stderr, stdout } = await runCli(home, ['serve', '--port', '0', '--json']);
  expect(code).toBe(1);
  expect(stderr).toContain(`${engine.url} (process ${engine.pid})`);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ENGINE_RUNNING' } });
});

test('projects are made, listed and shown, for programs and for people', async () => {
  const shown = await json<{ id: string; tags: string[] }>('project', 'show', 'demo');
  expect(shown).toMatchObject({ name: 'demo', description: 'First', tags: ['one'] });
  expect(await json('project', 'list')).toMatchObject({ projects: [{ id: shown.id, name: 'demo' }] });
  const { stdout } = await runCli(home, ['project', 'list']);
  expect(stdout).toMatch(/^NAME +RUNS +DATASETS +CREATED +ID\ndemo +/);
  expect(stdout).toContain(shown.id);
});

test('what the engine refuses ends with 1, and says what and how to fix it', async () => {
  const { code, stdout, stderr } = await runCli(home, ['project', 'show', 'nope', '--json']);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({
    code: expect.stringMatching(/NOT_FOUND/),
    message: expect.stringContaining('nope'),
  });
  expect(stderr).toContain(error.hint);
});

test('a dataset is imported from a relative path, once', async () => {
  const given = path.relative(process.cwd(), path.join(folder, 'photos'));
  const first = await json<Imported>('dataset', 'import', given, '--project', 'demo', '--format', 'imagenet');
  expect(first).toMatchObject({ version: 1, images: 60, reused: false });
  expect(first.classes).toEqual(['class-0', 'class-1', 'class-2'].map((name) => ({ name, count: 20 })));
  const again = await json<Imported>('dataset', 'import', given, '--project', 'demo');
  expect(again).toMatchObject({ id: first.id, version: 1, reused: true });
  expect(await json('dataset', 'list', '--project', 'demo')).toMatchObject({ datasets: [{ id: first.id }] });
  expect(await json('dataset', 'show', first.id)).toMatchObject({ versions: [{ version: 1, images: 60 }] });
});

test('a folder with errors is not imported, unless told to leave them out', async () => {
  const broken = path.join(folder, 'broken');
  await writeTinyDataset(broken, { classes: 2, images: 4 });
  await writeFile(path.join(broken, 'class-0', 'bad.png'), 'no image');
  const refused = await runCli(home, ['dataset', 'import', broken, '--project', 'demo']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  const taken = await json<Imported>('dataset', 'import', broken, '--project', 'demo', '--skip-invalid');
  expect(taken.images).toBe(8);
});

test('a run is queued, followed to its end, and read back', async () => {
  const { datasets } = await json<{ datasets: { id: string; name: string }[] }>(
    'dataset',
    'list',
    '--search',
    'photos',
  );
  const common = [
    '--project',
    'demo',
    '--dataset',
    datasets[0]?.id ?? '',
    '--epochs',
    '2',
    '--seed',
    '7',
    '--batch-size',
    '16',
  ];
  const { runId } = await json<{ runId: string }>('train', ...common, '--model', 'builtin/cnn');
  const followed = await runCli(home, ['runs', 'follow', runId, '--json']);
  expect(followed).toMatchObject({ code: 0, stderr: '' });
  const events: { seq: number; type: string }[] = followed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));

  const { metrics } = await json<{ metrics: { seq: number; values: Record<string, number> }[] }>(
    'runs',
    'metrics',
    'last',
  );
  expect(metrics.length).toBe(events.filter(({ type }) => type === 'metric').length);
  expect(metrics.at(-1)?.values.val_accuracy).toEqual(expect.any(Number));
  const shown = await json<{ attempts: unknown[] }>('runs', 'show', runId.slice(0, 8));
  expect(shown).toMatchObject({ id: runId, status: 'completed', progress: 100 });
  expect(shown.attempts).toHaveLength(1);
  const { stdout: korean } = await runCli(home, ['runs', 'show', runId], { TRAINYARD_LANG: 'ko' });
  expect(korean).toContain('완료');
  expect(korean).not.toContain('completed');

  const late = await runCli(home, ['runs', 'follow', runId, '--json', '--after', String(events.length - 2)]);
  expect(late.stdout.trimEnd().split('\n')).toHaveLength(2);
  const told = await runCli(home, ['runs', 'follow', runId]);
  expect(told).toMatchObject({ code: 0 });
  expect(told.stdout).toMatch(/epoch 2: .*val_accuracy/);

  const lines = (await runCli(home, ['runs', 'logs', runId, '--json'])).stdout.trimEnd().split('\n');
  const tail = (await runCli(home, ['runs', 'logs', runId, '--json', '--tail', '1'])).stdout.trimEnd();
  expect(tail).toBe(lines.at(-1));

  const second = await runCli(home, ['train', ...common, '--lr', '0.01', '--follow', '--json']);
  expect(second.code).toBe(0);
  const compared = await json<{ differences: { field: string }[] }>('runs', 'compare', runId, 'last');
  expect(compared.differences.map(({ field }) => field)).toEqual(['training.learningRate']);
  expect(await runCli(home, ['runs', 'compare', 'last', 'last'])).toMatchObject({
    code: 2,
    stderr: 'last and last are the same run. Name two to eight different runs.\n',
  });
  expect(await json('runs', 'list', '--status', 'completed')).toMatchObject({ total: 2 });
});

test('Ctrl-C leaves a run alone; cancelled, it ends its follower with 1, and can be resumed', async () => {
  const slow = ['--project', 'demo', '--dataset', 'photos', '--epochs', '5000', '--batch-size', '8'];
  const { runId } = await json<{ runId: string }>('train', ...slow);
  const show = () =>
    json<{ status: string; currentEpoch: number; attemptCount: number }>('runs', 'show', runId);
  await waitFor('a checkpoint', async () => ((await show()).currentEpoch ?? 0) > 2);

  const watcher = spawn(process.execPath, [cliFile, 'runs', 'follow', runId, '--json'], {
    env: { ...process.env, TRAINYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  watcher.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  await once(watcher.stdout, 'data');
  watcher.stdout.resume();
  watcher.kill('SIGINT');
  expect(await once(watcher, 'close')).toEqual([1, null]);
  expect(said).toMatch(/^The run goes on\. Watch it again: trainyard runs follow \S+ --after \d+\n$/);
  expect((await show()).status).toBe('running');

  const following = runCli(home, ['runs', 'follow', runId, '--json']);
  expect(await json('runs', 'cancel', runId, '--wait')).toMatchObject({ status: 'cancelled' });
  expect(await following).toMatchObject({ code: 1, stderr: 'The run ended: cancelled.\n' });
  const { stdout: korean } = await runCli(home, ['runs', 'show', runId], { TRAINYARD_LANG: 'ko' });
  expect(korean).not.toContain('cancelled');
  await json('runs', 'resume', runId);
  await waitFor('the second attempt', async () => (await show()).status === 'running');
  expect((await show()).attemptCount).toBe(2);
  await json('runs', 'cancel', runId, '--grace', '5', '--wait');
});

test('a reference that names no run, or several', async () => {
  expect(await runCli(home, ['runs', 'show', 'zzz'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"zzz"'),
  });
  const { runs } = await json<{ runs: { id: string }[] }>('runs', 'list');
  const firsts = runs.map(({ id }) => id.slice(0, 1));
  const shared = firsts.find((letter, index) => firsts.indexOf(letter) !== index);
  if (shared) expect(await runCli(home, ['runs', 'show', shared])).toMatchObject({ code: 1 });
});

test('the schema of a database in use can be asked for, and not taken away', async () => {
  const state = await json<{ revision: string; head: string }>('db', 'current');
  expect(state.revision).toBe(state.head);
  const { code, stderr } = await runCli(home, ['db', 'downgrade']);
  expect(code).toBe(1);
  expect(stderr).toContain(`Stop it first (kill ${engine.pid}), then run this again.`);
  // Neither the page nor another folder would take this one's schema back.
  expect(stderr).not.toMatch(/trainyard open|another folder/);
});

test('the doctor asks the running engine for its database', async () => {
  const { stdout } = await runCli(home, ['doctor', '--json']);
  const codes = JSON.parse(stdout).findings.map(({ code }: { code: string }) => code);
  expect(codes).toEqual(expect.arrayContaining(['ENGINE_RUNNING', 'DATABASE_OK']));
});

test('open makes a link that works once', async () => {
  const { url } = await json<{ url: string }>('open');
  const [id = '', secret = ''] = new URL(url).hash.replace('#ticket=', '').split('.');
  const key = await importKey(new TextEncoder().encode(secret));
  const visit = () => signInOver(engine.url, { kind: 'ticket', id, audience: '', key });
  expect((await visit()).page?.key).toHaveLength(32);
  await expect(visit()).rejects.toThrow(expect.objectContaining({ code: 'TICKET_USED' }));
});

test('a folder that another engine could not make is said to be unusable', async () => {
  await mkdir(path.join(folder, 'x'), { recursive: true });
  await writeFile(path.join(folder, 'x', 'file'), '');
  const { code, stderr } = await runCli(path.join(folder, 'x', 'file', 'home'), ['project', 'list']);
  expect(code).toBe(1);
  expect(stderr).toContain('TRAINYARD_HOME');
});

test('SIGTERM ends the engine with 0, and leaves nothing that says it runs', async () => {
  expect(await engine.stop()).toBe(0);
  expect(existsSync(path.join(home, 'engine.json'))).toBe(false);
  const { stdout } = await runCli(home, ['doctor', '--json']);
  expect(stdout).toContain('LEFTOVERS_NONE');
});
