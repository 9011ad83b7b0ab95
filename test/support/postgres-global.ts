import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder with the state folder (`home`) of the run's one PostgreSQL, which the first test that wants it starts. */
    readonly postgresFolder: string;
  }
}

/** Vitest's global set-up: a folder for one PostgreSQL, and a process that clears it away however the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-test-postgres-'));
  // Where the tests run as root, the server's account passes through.
  await chmod(folder, 0o711);
  project.provide('postgresFolder', folder);
  const reaper = spawn(process.execPath, [path.join(import.meta.dirname, 'postgres-reaper.mjs'), folder], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  return async () => {
    const ended = once(reaper, 'exit');
    reaper.stdin.end();
    await ended;
  };
}
