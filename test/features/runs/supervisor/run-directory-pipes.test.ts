import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const onUnix = process.platform !== 'win32';
let place: Awaited<ReturnType<typeof temporaryFolder>>;
let runDirectory: string;
let directories: FileRunDirectories;
beforeAll(async () => {
  place = await temporaryFolder();
  runDirectory = place.folder;
  directories = new FileRunDirectories(path.dirname(runDirectory));
  for (const name of ['stderr.log', 'best.safetensors', 'cgroup'])
    if (onUnix) execFileSync('mkfifo', [path.join(runDirectory, name)]);
});
afterAll(() => place[Symbol.asyncDispose]());

/** Whoever waits for a pipe's other end waits for ever, and with four of them all of Node's file system does. */
test.runIf(onUnix).each<[string, () => Promise<unknown>, unknown]>([
  ['standard error', () => directories.lastErrorLines(runDirectory, 10), []],
  [
    'a checkpoint',
    () => directories.checkpointFault(path.join(runDirectory, 'best.safetensors')),
    expect.stringContaining('is no file'),
  ],
  [
    'an artifact',
    () => directories.openFile(runDirectory, 'best.safetensors').catch(({ code }: { code: string }) => code),
    'ARTIFACT_NOT_FOUND',
  ],
])(
  'a pipe that a trainer put in the place of %s is not waited for',
  async (_name, read, expected) => {
    expect(await read()).toEqual(expected);
  },
  5000,
);

test.runIf(process.platform === 'linux')(
  'a pipe in the place of the record of a cgroup is not waited for',
  async () => {
    const module = path.resolve(
      import.meta.dirname,
      '../../../../src/main/features/runs/supervisor/run-processes.ts',
    );
    const script = `const { endProcessesOfRun } = await import(process.argv[1]); console.log(await endProcessesOfRun(process.argv[2]));`;
    const ended = promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, module, runDirectory],
      { timeout: 20_000, killSignal: 'SIGKILL' },
    );
    expect((await ended).stdout).toBe('[]\n');
  },
);
