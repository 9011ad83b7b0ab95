import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { rest } from '../support/rest.ts';
import { processesOf } from '../support/survivors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** A fault in a real process: loaded before its program, it does on SIGUSR2 what the file beside it says. */
async function faults(): Promise<
  { environment: NodeJS.ProcessEnv; set: (what: string) => Promise<void> } & AsyncDisposable
> {
  const place = await temporaryFolder();
  const program = path.join(place.folder, 'fault.mjs');
  const what = path.join(place.folder, 'what');
  await writeFile(
    program,
    `import { readFileSync } from 'node:fs'; import { EventEmitter } from 'node:events';
    const kinds = {
      rejection: () => { Promise.reject(new TypeError('fault: rejection')); },
      reset: () => { new EventEmitter().emit('error', Object.assign(new Error('fault: reset'), { code: 'ECONNRESET', syscall: 'read' })); },
      storm: () => { for (let n = 0; n < 60; n += 1) setTimeout(() => kinds.reset(), n); },
      bug: () => { throw new TypeError('fault: bug'); },
    };
    process.on('SIGUSR2', () => kinds[readFileSync(${JSON.stringify(what)}, 'utf8')]());`,
  );
  return {
    environment: { NODE_OPTIONS: `--import=${program}` },
    set: (text) => writeFile(what, text),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

// Each test starts an engine of its own; to make a database anew for each would take most of the time.
let place: Awaited<ReturnType<typeof preparedHome>>;
beforeAll(async () => {
  place = await preparedHome();
});
afterAll(() => place[Symbol.asyncDispose]());

/** What the engine's log holds behind a place. */
const logSince = async (start: number) =>
  (await readFile(path.join(place.home, 'logs', 'engine.log'), 'utf8')).slice(start);

test('an engine goes on after a rejection that nobody awaited and a broken socket that nobody listened to', async () => {
  await using fault = await faults();
  await using engine = await startEngine(place.home, ['--no-sample'], fault.environment);
  for (const kind of ['rejection', 'reset']) {
    await fault.set(kind);
    engine.process.kill('SIGUSR2');
    await waitFor('its line in the log', async () => (await logSince(0)).includes(`fault: ${kind}`));
    expect(await rest(engine, 'GET', '/projects')).toEqual({ projects: [], next: null, total: 0 });
  }
  expect(await engine.stop()).toBe(0);
});

test.each(['bug', 'storm'])(
  'an engine that met a %s stops cleanly, says so, and the next one starts',
  async (kind) => {
    await using fault = await faults();
    const engine = await startEngine(place.home, ['--no-sample'], fault.environment);
    const begin = (await logSince(0)).length;
    await fault.set(kind);
    let said = '';
    engine.process.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const ended = once(engine.process, 'close');
    engine.process.kill('SIGUSR2');
    expect(await ended).toEqual([1, null]);
    expect(said).toContain('Nothing is lost');
    const log = await logSince(begin);
    expect(log).toContain('it stops cleanly');
    expect(log).toContain('the engine stops');
    expect(existsSync(path.join(place.home, 'engine.json'))).toBe(false);
    expect(await processesOf([place.home])).toEqual([]);
    await using next = await startEngine(place.home);
    expect(await rest(next, 'GET', '/projects')).toEqual({ projects: [], next: null, total: 0 });
  },
);

test('a supervisor that meets any error still tells how its trainer ended', async () => {
  await using fault = await faults();
  await using run = await temporaryFolder();
  const { folder } = run;
  await fault.set('bug');
  const wait = `const wait = setInterval(() => { if (require('node:fs').existsSync('go')) process.exit(3); }, 10);`;
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'src/main/features/runs/supervisor/supervisor.ts'),
      folder,
      '--',
      process.execPath,
      '-e',
      wait,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...fault.environment } },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await waitFor('the trainer', async () => {
    const file = path.join(folder, 'supervisor.json');
    return existsSync(file) && !(await readFile(file, 'utf8')).includes('"trainerPid":null');
  });
  child.kill('SIGUSR2');
  await waitFor('the error to be told', async () => said.includes('fault: bug'));
  await writeFile(path.join(folder, 'go'), '');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(JSON.parse(await readFile(path.join(folder, 'exit.json'), 'utf8'))).toMatchObject({ exitCode: 3 });
});

test('no listener for errors leaves after the first: a second error would end the process', async () => {
  const found: string[] = [];
  for (const folder of ['src/main', 'bin', 'resources/trainers']) {
    for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|mjs)$/.test(entry.name)) continue;
      const file = path.join(entry.parentPath, entry.name);
      if (/\.once\(\s*'error'/.test(await readFile(file, 'utf8'))) found.push(path.relative(root, file));
    }
  }
  expect(found).toEqual([]);
});

test('a command whose reader has gone ends without a word', async () => {
  await using _engine = await startEngine(place.home);
  expect((await runCli(place.home, ['project', 'list'])).code).toBe(0);
  for (const program of ['out/node/cli.js', 'bin/trainyard.mjs']) {
    const child = spawn(process.execPath, [path.join(root, program), 'project', 'list', '--json'], {
      env: { ...process.env, TRAINYARD_HOME: place.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    await once(child, 'close');
    expect(said).toBe('');
  }
});
