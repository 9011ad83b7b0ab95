import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { acquireEngineLock } from '../../src/main/platform/home.ts';
import { pause } from '../../src/main/platform/waiting.ts';
import { cliJson, runCli, startEngine, temporaryHome, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const starting = 'No engine is running; starting one in the background.\n';

test('commands start one engine among them, which goes when nobody needs it', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const both = await Promise.all([
    runCli(home, ['project', 'create', 'one', '--json']),
    runCli(home, ['project', 'create', 'two', '--json']),
  ]);
  expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: starting },
    { code: 0, stderr: starting },
  ]);
  const { pid }: { pid: number } = JSON.parse(readFileSync(path.join(home, 'engine.json'), 'utf8'));
  const third = await runCli(home, ['project', 'list', '--json']);
  expect(third.stderr).toBe('');
  expect(JSON.parse(third.stdout).projects).toHaveLength(2);
  process.kill(pid, 'SIGTERM');
  await waitFor('the engine to go', async () => !existsSync(path.join(home, 'engine.json')));
});

test('a command starts its engine from a shell that says odd things to other programs', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const far = path.join(path.dirname(home), 'a'.repeat(120));
  const { code, stdout, stderr } = await runCli(home, ['project', 'create', 'one', '--json'], {
    TMPDIR: `${far}/with a space, and not there`,
    HOME: '',
    TZ: 'Mars/Olympus',
    LC_ALL: 'xx_XX.nonsense',
    // libvips then prints to the standard output.
    G_MESSAGES_DEBUG: 'all',
    NODE_OPTIONS: '--no-warnings',
    NODE_EXTRA_CA_CERTS: '/nonexistent',
    LD_PRELOAD: '',
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    ALL_PROXY: 'socks5://127.0.0.1:9',
    NODE_USE_ENV_PROXY: '1',
    PGHOST: 'nowhere.invalid',
    PGPASSWORD: 'else',
    PGSSLMODE: 'verify-full',
    MONGODB_URI: 'mongodb://nowhere.invalid',
    REDIS_URL: 'redis://nowhere.invalid',
    AWS_PROFILE: 'nothere',
  });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(starting) });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'one' });
  const { pid }: { pid: number } = JSON.parse(readFileSync(path.join(home, 'engine.json'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  await waitFor('the engine to go', async () => !existsSync(path.join(home, 'engine.json')));
});

test('an engine with --idle-stop goes by itself', async () => {
  await using place = await preparedHome();
  const engine = await startEngine(place.home, ['--no-sample', '--idle-stop', '300']);
  const code = await new Promise((resolve) => engine.process.once('exit', resolve));
  expect(code).toBe(0);
  expect(existsSync(path.join(place.home, 'engine.json'))).toBe(false);
});

test('a command waits for an engine that is stopping, and starts one in its place', async () => {
  await using place = await preparedHome();
  // An engine that stops has taken back where it is, and still has the folder.
  const lock = acquireEngineLock(place.home);
  const listed = runCli(place.home, ['project', 'list']);
  await pause(2500);
  lock?.[Symbol.dispose]();
  expect(await listed).toMatchObject({ code: 0 });
  const { pid } = JSON.parse(readFileSync(path.join(place.home, 'engine.json'), 'utf8'));
  process.kill(pid);
  await waitFor('the engine has stopped', async () => !existsSync(path.join(place.home, 'engine.json')));
});

test('an engine that cannot start says why', async () => {
  await using place = await temporaryHome();
  const { code, stderr } = await runCli(place.home, ['project', 'list'], {
    TRAINYARD_FAILPOINT: 'postgres.launch.before',
  });
  expect(code).toBe(1);
  expect(stderr.split('\n')[1]).toMatch(
    /^The engine did not start: .* "trainyard doctor" checks this machine\.$/,
  );
});

test('a follower waits for an engine that was killed, and goes on where it was', async () => {
  await using place = await preparedHome();
  const { home } = place;
  await writeTinyDataset(`${home}-photos`);
  const first = await startEngine(home);
  await cliJson(home, ['project', 'create', 'demo']);
  await cliJson(home, ['dataset', 'import', `${home}-photos`, '--project', 'demo', '--name', 'photos']);
  const slow = ['--project', 'demo', '--dataset', 'photos', '--epochs', '5000', '--batch-size', '8'];
  const { runId } = await cliJson<{ runId: string }>(home, ['train', ...slow]);
  const lastSeq = async () => (await cliJson<{ lastSeq: number }>(home, ['runs', 'show', runId])).lastSeq;

  const following = runCli(home, ['runs', 'follow', runId, '--json']);
  await waitFor('the training to say something', async () => (await lastSeq()) > 20);
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  await using second = await startEngine(home);
  const before = await lastSeq();
  await waitFor('the training to go on', async () => (await lastSeq()) > before);
  await cliJson(home, ['runs', 'cancel', runId, '--wait']);

  const { code, stdout, stderr } = await following;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'The engine went away; waiting for it to come back.\nThe run ended: cancelled.\n',
  });
  const seqs = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).seq);
  expect(seqs).toEqual(Array.from({ length: await lastSeq() }, (_none, index) => index + 1));
  expect(await second.stop()).toBe(0);
}, 120_000);
