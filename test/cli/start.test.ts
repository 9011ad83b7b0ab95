import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, temporaryHome, waitFor } from '../support/engine.ts';

const script = path.resolve(import.meta.dirname, '../../bin/start.mjs');

interface Started {
  readonly child: ChildProcess;
  /** What it said so far. */
  text(): string;
  /** The link it printed. */
  readonly link: string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

async function start(
  home: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const child = spawn(process.execPath, [script, '--no-sample', ...args], {
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', TRAINYARD_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const ended = once(child, 'exit').then(([code]): number | null => code);
  const link = await waitFor('the link', async () => {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${text}`);
    return /http:\/\/127\.0\.0\.1:\d+\/#ticket=\S+/.exec(text)?.[0];
  });
  return { child, text: () => text, link, ended };
}

const engineFile = (home: string) => path.join(home, 'engine.json');

test('it prints a link that opens the UI; a second start attaches; Ctrl-C stops what each started', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const first = await start(home, ['--port', '0']);
  expect(first.text()).toContain('Trainyard is running.');
  const page = await fetch(first.link);
  expect(await page.text()).toContain('<div id="root">');
  expect(page.headers.get('set-cookie')).toBeNull();

  const second = await start(home, [], { TRAINYARD_LANG: 'ko' });
  expect(second.text()).toContain('Trainyard가 이미 실행 중입니다');
  expect(new URL(second.link).origin).toBe(new URL(first.link).origin);
  expect(second.link).not.toBe(first.link);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(await cliJson(home, ['project', 'list'])).toEqual({ projects: [], total: 0 });

  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(existsSync(engineFile(home))).toBe(false);
});

test('killed without a chance to stop anything, it leaves nothing running', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const { child, ended } = await start(home, ['--no-window', '--port', '0']);
  const { pid }: { pid: number } = JSON.parse(readFileSync(engineFile(home), 'utf8'));
  child.kill('SIGKILL');
  await ended;
  await waitFor('the engine to stop', async () => !existsSync(engineFile(home)));
  await waitFor('its process to end', async () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
});

test('where there is a display and Electron’s program, it opens the window and ends it', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  const note = path.join(home, '..', 'window');
  const dist = path.join(home, '..', 'electron-dist');
  await mkdir(dist, { recursive: true });
  const program = path.join(dist, 'electron');
  await writeFile(program, `#!/bin/sh\necho "$TRAINYARD_ENGINE_URL $*" > ${note}\nexec sleep 600\n`);
  await chmod(program, 0o755);
  const { child, ended, link } = await start(home, ['--port', '0'], {
    DISPLAY: ':77',
    ELECTRON_OVERRIDE_DIST_PATH: dist,
  });
  const said = await waitFor(
    'the window',
    async () => existsSync(note) && (await readFile(note, 'utf8')).trim(),
  );
  expect(said).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#ticket=\S+ .*\//);
  expect(said).not.toContain(link);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('an unknown option is wrong usage', async () => {
  const child = spawn(process.execPath, [script, '--nosample'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [code] = await once(child, 'exit');
  expect(code).toBe(2);
});
