import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../../resources/workers/celery');

export interface PythonWorker extends AsyncDisposable {
  /** What it printed so far. */
  readonly printed: () => string;
  /** SIGKILL to it and everything that it started. */
  kill(): Promise<void>;
}

/** A Python environment with the worker's requirements: made once for each version of them, kept in the temporary folder. */
export function workerEnvironment(): { readonly bin: string } | { readonly reason: string } {
  const requirements = readFileSync(path.join(folder, 'requirements.txt'));
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 16);
  const made = path.join(tmpdir(), `trainyard-celery-${digest}`);
  const bin = path.join(made, 'bin');
  if (existsSync(path.join(made, 'complete'))) return { bin };
  // A place of its own until it is whole: several may make one at once, and one that was killed leaves half of it.
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 240_000 });
  try {
    run('python3', '-c', 'import sys; assert sys.version_info >= (3, 11), "Python is older than 3.11"');
    run('python3', '-m', 'venv', made);
    run(path.join(bin, 'pip'), 'install', '--quiet', '-r', path.join(folder, 'requirements.txt'));
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return { reason: `no Python environment can be made here: ${said}` };
  }
  writeFileSync(path.join(made, 'complete.new'), '');
  renameSync(path.join(made, 'complete.new'), path.join(made, 'complete'));
  return { bin };
}

/** Runs a Python program in the worker's folder and answers what it printed. */
export function runPython(
  bin: string,
  program: string,
  environment: Readonly<Record<string, string>>,
): string {
  return execFileSync(path.join(bin, 'python'), ['-c', program], {
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

/** Starts `celery worker` with the worker's application; it is killed when it is disposed. */
export function startWorker(
  bin: string,
  environment: Readonly<Record<string, string>>,
  name: string,
): PythonWorker {
  const child = spawn(
    path.join(bin, 'celery'),
    [
      ...['-A', 'trainyard_worker.app', 'worker', '--loglevel', 'INFO'],
      ...['--concurrency', '1', '--hostname', `${name}@test`],
    ],
    {
      cwd: folder,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: its pool's processes end with it.
      detached: true,
    },
  );
  const exited = once(child, 'exit');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const kill = async () => {
    if (child.pid && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
    await exited;
  };
  return { printed: () => printed, kill, [Symbol.asyncDispose]: kill };
}
