import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { migrationsFolder } from '../../../src/main/platform/paths.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { connect } from './catalog.ts';
import { addProject, addWorkflow } from './rows.ts';

/** A copy of the migrations to change, removed when disposed. */
export async function copyMigrations(): Promise<{ folder: string } & AsyncDisposable> {
  const place = await temporaryFolder();
  await cp(migrationsFolder(), place.folder, { recursive: true });
  return place;
}

/** The error that a promise ends with, as code, message and hint. */
export async function errorOf(promise: Promise<unknown>): Promise<TrainyardError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

export interface Upgrader {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string }>;
}

interface UpgraderOptions {
  readonly folder?: string;
  readonly failpoint?: string;
  /** Down is one step back. */
  readonly direction?: 'up' | 'down';
}

/** Migrates a database in a process of its own. */
export function startUpgrader(url: string, options: UpgraderOptions = {}): Upgrader {
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'upgrader.ts'),
      ...[url, options.folder ?? '', options.direction ?? 'up'],
    ],
    {
      env: { ...process.env, TRAINYARD_FAILPOINT: options.failpoint ?? '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout }));
  return { process: child, ended };
}

/** A database of a test's own with a run in it, and a connection to it. */
export async function databaseWithRun() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const client = stack.use(await connect(url));
  const workflow = await addWorkflow(client, await addProject(client));
  const held = stack.move();
  return { url, client, workflow, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
