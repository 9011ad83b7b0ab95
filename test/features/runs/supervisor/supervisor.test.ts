import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lostOutcome } from '../../../../src/main/features/runs/outcome.ts';
import { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { endProcessesOfRun } from '../../../../src/main/features/runs/supervisor/run-processes.ts';
import { waitFor } from '../../../support/engine.ts';
import { SmallDisk, withoutSmallDisks } from '../../../support/small-disk.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const supervisor = path.resolve(
  import.meta.dirname,
  '../../../../src/main/features/runs/supervisor/supervisor.ts',
);

/** A run directory, removed with whatever a failed test left running. */
async function temporaryRun(): Promise<{ folder: string } & AsyncDisposable> {
  const place = await temporaryFolder();
  const dispose = async () => {
    await endProcessesOfRun(place.folder);
    await place[Symbol.asyncDispose]();
  };
  return { folder: place.folder, [Symbol.asyncDispose]: dispose };
}

/** Starts a supervisor over a trainer that is a line of JavaScript. */
function supervise(folder: string, script: string): ChildProcess {
  return spawn(process.execPath, [supervisor, folder, '--', process.execPath, '-e', script], {
    stdio: 'ignore',
  });
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

const json = async (folder: string, name: string) =>
  JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Record<string, unknown>;

const started = (folder: string) =>
  waitFor('the trainer to be started', async () => {
    if (!existsSync(path.join(folder, 'supervisor.json'))) return null;
    const { trainerPid } = await json(folder, 'supervisor.json');
    return typeof trainerPid === 'number' && trainerPid;
  });

const said = (folder: string, word: string) =>
  waitFor(
    `"${word}" on standard output`,
    async () =>
      existsSync(path.join(folder, 'stdout.log')) &&
      (await readFile(path.join(folder, 'stdout.log'), 'utf8')).includes(word),
  );

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('records the exit code and keeps both outputs byte for byte', async () => {
  await using place = await temporaryRun();
  const code = await codeOf(
    supervise(place.folder, 'console.log("out 한글"); console.error("err"); process.exit(3)'),
  );
  expect(code).toBe(0);
  expect(await json(place.folder, 'exit.json')).toMatchObject({ exitCode: 3, signal: null, cause: 'exited' });
  expect(await readFile(path.join(place.folder, 'stdout.log'), 'utf8')).toBe('out 한글\n');
  expect(await readFile(path.join(place.folder, 'stderr.log'), 'utf8')).toBe('err\n');
});

test('a folder or a link that a trainer puts in the place of a record is set aside, and how it ended is recorded', async () => {
  for (const make of [
    "mkdirSync('exit.json/inside', { recursive: true })",
    "symlinkSync('/nowhere', 'exit.json')",
  ]) {
    await using place = await temporaryRun();
    const script = `process.chdir(${JSON.stringify(place.folder)}); require("node:fs").${make}; process.exit(4)`;
    expect(await codeOf(supervise(place.folder, script)), make).toBe(0);
    expect(await json(place.folder, 'exit.json')).toMatchObject({ exitCode: 4, cause: 'exited' });
  }
});

test.skipIf(withoutSmallDisks)(
  'on a full disk nothing is written through what a trainer puts in the place of the room for the record, and nothing waits for it',
  async () => {
    for (const put of ["symlinkSync(theirs, '.exit.reserve')", "execFileSync('mkfifo', ['.exit.reserve'])"]) {
      await using disk = await SmallDisk.make('2m');
      const folder = path.join(disk.mount, 'run');
      await mkdir(folder);
      const theirs = path.join(disk.beside, 'theirs');
      await writeFile(theirs, 'theirs');
      const child = supervise(
        folder,
        `process.chdir(${JSON.stringify(folder)}); const theirs = ${JSON.stringify(theirs)};
        const { execFileSync } = require('node:child_process'); const { rmSync, symlinkSync } = require('node:fs');
        rmSync('.exit.reserve'); ${put}; console.log('put'); process.stdin.resume();`,
      );
      await said(folder, 'put');
      disk.fill();
      child.kill('SIGTERM');
      await delay(1000);
      expect(child.exitCode, put).toBeNull();
      disk.free();
      expect(await codeOf(child), put).toBe(0);
      expect(await json(folder, 'exit.json')).toMatchObject({ signal: 'SIGTERM' });
      expect(await readFile(theirs, 'utf8')).toBe('theirs');
    }
  },
);

test('a folder in the place of the record of a supervisor that is gone is told as what it is', async () => {
  await using place = await temporaryRun();
  await codeOf(supervise(place.folder, ''));
  await rm(path.join(place.folder, 'exit.json'));
  await mkdir(path.join(place.folder, 'exit.json'));
  const seen = await new FileRunDirectories(place.folder).observe(place.folder);
  expect(seen).toMatchObject({
    kind: 'gone',
    fault: expect.stringContaining('exit.json is a folder, not a file'),
  });
  const { cause, message } = lostOutcome(null, [], seen.kind === 'gone' ? seen.fault : undefined);
  expect(cause).toBe('record_unreadable');
  expect(message).not.toContain('was killed');
});

test('records the signal that ended the trainer', async () => {
  await using place = await temporaryRun();
  await codeOf(supervise(place.folder, 'process.kill(process.pid, "SIGKILL")'));
  expect(await json(place.folder, 'exit.json')).toMatchObject({
    exitCode: null,
    signal: 'SIGKILL',
    cause: 'signalled',
  });
});

test('a cancelled trainer gets SIGTERM and may end by itself', async () => {
  await using place = await temporaryRun();
  const child = supervise(
    place.folder,
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); console.log("ready")',
  );
  await said(place.folder, 'ready');
  await writeFile(path.join(place.folder, 'cancel'), '{"graceMs": 30000}');
  await codeOf(child);
  expect(await json(place.folder, 'exit.json')).toMatchObject({ exitCode: 0, cause: 'cancelled' });
});

test('cancelled while the sidecar still looks through the folder, a script is not started, and that is noticed at once', async () => {
  await using run = await temporaryRun();
  const { folder } = run;
  const sidecar = path.join(folder, 'sidecar.mjs');
  await writeFile(sidecar, 'process.stdin.resume(); setInterval(() => {}, 1000);');
  const write = `require('node:fs').writeFileSync(${JSON.stringify(path.join(folder, 'begun'))}, '')`;
  const child = spawn(
    process.execPath,
    [supervisor, folder, '--sidecar', sidecar, '--', process.execPath, '-e', write],
    { stdio: 'ignore' },
  );
  await waitFor('the supervisor', async () => existsSync(path.join(folder, 'supervisor.json')));
  const asked = performance.now();
  await writeFile(path.join(folder, 'cancel'), '{"graceMs":60000}');
  expect(await codeOf(child)).toBe(0);
  // The sidecar is given half a minute.
  expect(performance.now() - asked).toBeLessThan(15_000);
  expect(await json(folder, 'exit.json')).toMatchObject({ cause: 'cancelled', exitCode: null });
  expect(existsSync(path.join(folder, 'begun'))).toBe(false);
});

test('a trainer that ignores SIGTERM is killed after the grace, and what it started with it', async () => {
  await using place = await temporaryRun();
  const script = `process.on("SIGTERM", () => {}); const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]); console.log("child", child.pid, "ready"); setInterval(() => {}, 1000)`;
  const child = supervise(place.folder, script);
  await said(place.folder, 'ready');
  const grandchild = Number(
    /child (\d+)/.exec(await readFile(path.join(place.folder, 'stdout.log'), 'utf8'))?.[1],
  );
  await writeFile(path.join(place.folder, 'cancel'), '{"graceMs": 200}');
  await codeOf(child);
  expect(await json(place.folder, 'exit.json')).toMatchObject({ signal: 'SIGKILL', cause: 'cancelled' });
  await waitFor('the grandchild to be gone', async () => !isAlive(grandchild));
});

test('a second supervisor of the same directory gives way', async () => {
  await using place = await temporaryRun();
  const first = supervise(
    place.folder,
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)',
  );
  await started(place.folder);
  expect(await codeOf(supervise(place.folder, 'console.log("never")'))).toBe(75);
  await writeFile(path.join(place.folder, 'cancel'), '{"graceMs": 1000}');
  await codeOf(first);
  expect(await readFile(path.join(place.folder, 'stdout.log'), 'utf8')).not.toContain('never');
});

test('a directory whose trainer has ended is left alone', async () => {
  await using place = await temporaryRun();
  await codeOf(supervise(place.folder, 'console.log("once")'));
  expect(await codeOf(supervise(place.folder, 'console.log("twice")'))).toBe(0);
  expect(await readFile(path.join(place.folder, 'stdout.log'), 'utf8')).toBe('once\n');
});

test('when the supervisor is killed the trainer sees its standard input close, and no second trainer may begin there', async () => {
  await using place = await temporaryRun();
  const child = supervise(
    place.folder,
    'process.stdin.on("end", () => process.exit(0)).resume(); setInterval(() => {}, 1000)',
  );
  const trainer = await started(place.folder);
  child.kill('SIGKILL');
  await waitFor('the trainer to end itself', async () => !isAlive(trainer));
  expect(existsSync(path.join(place.folder, 'exit.json'))).toBe(false);
  expect(await codeOf(supervise(place.folder, 'console.log("second")'))).toBe(76);
});

test('a program that cannot be started is said to be so', async () => {
  await using place = await temporaryRun();
  const child = spawn(process.execPath, [supervisor, place.folder, '--', '/nowhere/trainer'], {
    stdio: 'ignore',
  });
  await codeOf(child);
  const exit = await json(place.folder, 'exit.json');
  expect(exit).toMatchObject({ cause: 'spawn_failed', exitCode: null });
  expect(exit.message).toContain('/nowhere/trainer');
});
