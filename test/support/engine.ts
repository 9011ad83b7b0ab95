import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findNode } from '../../bin/find-node.mjs';
import { endSurvivors } from './survivors.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
export const cliFile = path.join(root, 'out', 'node', 'cli.js');

/** Where the PostgreSQL of a state folder lies (as root it may be elsewhere); null while there is none. */
export async function databaseFolder(home: string): Promise<string | null> {
  try {
    const { folder } = JSON.parse(await readFile(path.join(home, 'postgres.json'), 'utf8')) as {
      folder: string;
    };
    return path.resolve(home, folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** A state folder of a test, removed when disposed, with its database. */
export async function temporaryHome(): Promise<{ home: string } & AsyncDisposable> {
  const around = await mkdtemp(path.join(tmpdir(), 'trainyard-test-'));
  // The database's account, where we are root, has to get through.
  await chmod(around, 0o711);
  const home = path.join(around, 'home');
  const dispose = async () => {
    await endSurvivors([home]);
    await rm(around, { recursive: true, force: true, maxRetries: 5 });
  };
  return { home, [Symbol.asyncDispose]: dispose };
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built CLI to its end, as a person would. */
export async function runCli(
  home: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  const child = spawn(findNode(), [cliFile, ...args], {
    cwd: root,
    env: { ...process.env, TRAINYARD_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** The JSON that a command printed; fails with everything it said where it did not end with 0. */
export async function cliJson<T>(home: string, args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli(home, [...args, '--json']);
  if (code !== 0) throw new Error(`trainyard ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

export interface RunningEngine extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** A link that opens the UI once. */
  readonly ticketUrl: string;
  readonly process: ChildProcess;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a real engine on a free port and waits for its line. */
export async function startEngine(
  home: string,
  args: readonly string[] = ['--no-sample'],
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningEngine> {
  const child = spawn(findNode(), [cliFile, 'serve', '--port', '0', '--json', ...args], {
    cwd: root,
    env: { ...process.env, TRAINYARD_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    exited.then(([code]) => Promise.reject(new Error(`the engine ended with ${code}: ${stderr}`))),
  ]);
  const ready = JSON.parse(line[0]) as { url: string; token: string; pid: number; ticketUrl: string };
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const [code] = await exited;
    return code;
  };
  return { ...ready, process: child, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** The engine that serves a state folder now, as it says itself. */
export async function engineOf(home: string): Promise<{ url: string; token: string }> {
  return JSON.parse(await readFile(path.join(home, 'engine.json'), 'utf8')) as { url: string; token: string };
}

/** Asks again until the answer is there. @throws Error that says what it waited for, after `timeoutMs` */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
  lookEveryMs = 50,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
