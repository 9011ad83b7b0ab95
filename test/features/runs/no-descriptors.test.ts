import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

const program = `
  import { openSync } from 'node:fs';
  import { FileRunDirectories } from ${JSON.stringify(path.resolve('src/main/features/runs/process/run-directories.ts'))};
  const directories = new FileRunDirectories('/');
  const seen = async () => {
    try {
      return (await directories.observe(process.argv[1])).kind;
    } catch (error) {
      return error.code;
    }
  };
  const before = await seen();
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left: so it was to be.
  }
  console.log(JSON.stringify([before, await seen()]));`;

test.runIf(process.platform === 'linux')(
  'an engine without descriptors takes no trainer that runs for one that is gone',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-descriptors-'));
    const lock = new Database(path.join(folder, 'supervisor.lock'));
    try {
      const record = { pid: process.pid, startedAt: new Date().toISOString(), trainerPid: process.pid };
      await writeFile(path.join(folder, 'config.json'), '{}');
      await writeFile(path.join(folder, 'supervisor.json'), JSON.stringify(record));
      lock.exec('BEGIN EXCLUSIVE');
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        'ulimit -n 60; exec "$@"',
        'sh',
        process.execPath,
        '--input-type=module',
        '-e',
        program,
        folder,
      ]);
      expect(JSON.parse(stdout)).toEqual(['running', 'STATE_FILE_UNREADABLE']);
    } finally {
      lock.close();
      await rm(folder, { recursive: true });
    }
  },
);
