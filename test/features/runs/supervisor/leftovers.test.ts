import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BuiltinTrainers } from '../../../../src/main/features/runs/process/builtin-trainers.ts';
import { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { SupervisedExecutor } from '../../../../src/main/features/runs/process/supervised-executor.ts';
import { startInRunCgroup } from '../../../../src/main/features/runs/supervisor/run-cgroup.ts';
import {
  endProcessesOfRun,
  runDirectoryVariable,
} from '../../../../src/main/features/runs/supervisor/run-processes.ts';
import { waitFor } from '../../../support/engine.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const supervisor = path.resolve(
  import.meta.dirname,
  '../../../../src/main/features/runs/supervisor/supervisor.ts',
);
const onLinux = process.platform === 'linux';

/** Whether a process runs: a zombie, whose parent has not asked how it ended, does not. */
async function runs(pid: number): Promise<boolean> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** A trainer that starts processes in sessions of their own, writes their ids to `children`, and then does `then`. */
const trainerThatLeaves = (commands: readonly string[], then: string) => `
  const { spawn } = require('node:child_process'); const fs = require('node:fs');
  const commands = ${JSON.stringify(commands)};
  const child = spawn('sh', ['-c', commands.join(' ')], { stdio: 'ignore', detached: true, cwd: process.argv[2] ?? process.cwd() });
  const wait = setInterval(() => {
    if (!fs.existsSync('children') || fs.readFileSync('children', 'utf8').split('\\n').length < commands.length) return;
    clearInterval(wait);
    ${then}
  }, 10);`;
const started = "setsid sh -c 'echo $$ >> children; exec sleep 60' &";
const startedBare = 'setsid env -i PATH="$PATH" sh -c \'echo $$ >> children; exec sleep 60\' &';

const children = (folder: string, count: number) =>
  waitFor('what the trainer started', async () => {
    if (!existsSync(path.join(folder, 'children'))) return null;
    const pids = (await readFile(path.join(folder, 'children'), 'utf8')).trim().split('\n').map(Number);
    return pids.length === count && pids;
  });

function supervise(folder: string, script: string): ChildProcess {
  return spawn(process.execPath, [supervisor, folder, '--', process.execPath, '-e', script], {
    stdio: 'ignore',
  });
}

test.runIf(onLinux)(
  'what a trainer started in sessions of its own ends with it, before the end is told',
  async () => {
    await using place = await temporaryFolder();
    const child = supervise(place.folder, trainerThatLeaves([started, started, 'wait'], 'process.exit(0)'));
    await once(child, 'exit');
    expect(existsSync(path.join(place.folder, 'exit.json'))).toBe(true);
    const pids = await children(place.folder, 2);
    expect(await Promise.all(pids.map(runs))).toEqual([false, false]);
  },
);

test.runIf(onLinux)('a cancelled trainer that does not listen leaves nothing either', async () => {
  await using place = await temporaryFolder();
  const script = `process.on('SIGTERM', () => {}); ${trainerThatLeaves([started, 'wait'], '')} setInterval(() => {}, 1000)`;
  const child = supervise(place.folder, script);
  const pids = await children(place.folder, 1);
  await writeFile(path.join(place.folder, 'cancel'), '{"graceMs": 100}');
  await once(child, 'exit');
  expect(await Promise.all(pids.map(runs))).toEqual([false]);
});

/** Whether this machine and user have cgroups of version 2 to give. */
async function hasCgroups(): Promise<boolean> {
  await using place = await temporaryFolder();
  startInRunCgroup(place.folder, null, () => {});
  const has = existsSync(path.join(place.folder, 'cgroup'));
  await endProcessesOfRun(place.folder);
  return has;
}
const withCgroups = onLinux && (await hasCgroups());
if (!withCgroups) console.info('skipped what only a cgroup finds: this user has none of version 2 to give');

test.runIf(withCgroups)(
  'not even one that emptied its environment goes on, and the cgroup goes with it',
  async () => {
    await using place = await temporaryFolder();
    const child = supervise(
      place.folder,
      trainerThatLeaves([startedBare, startedBare, 'wait'], 'process.exit(0)'),
    );
    await once(child, 'exit');
    const pids = await children(place.folder, 2);
    expect(await Promise.all(pids.map(runs))).toEqual([false, false]);
    expect(existsSync(await readFile(path.join(place.folder, 'cgroup'), 'utf8'))).toBe(false);
  },
);

test.runIf(onLinux)(
  'a supervisor that was killed: the engine ends the trainer and all that it started, and nobody else',
  async () => {
    await using place = await temporaryFolder();
    const runDirectory = path.join(place.folder, 'runs', 'one', '1');
    await mkdir(runDirectory, { recursive: true });
    await writeFile(path.join(runDirectory, 'config.json'), '{}');
    const trainer = path.join(place.folder, 'trainer.cjs');
    await writeFile(
      trainer,
      `process.on('SIGTERM', () => {}); ${trainerThatLeaves([started, 'wait'], '')} setInterval(() => {}, 1000)`,
    );
    const directories = new FileRunDirectories(path.join(place.folder, 'runs'));
    const executor = new SupervisedExecutor({
      node: process.execPath,
      supervisor,
      trainers: new BuiltinTrainers(process.execPath, trainer),
      directories,
      log: { warn: () => {} },
    });
    const strangers = ['/somewhere/else', `${runDirectory}0`].map((directory) =>
      spawn('sleep', ['600'], {
        stdio: 'ignore',
        env: { ...process.env, [runDirectoryVariable]: directory },
      }),
    );
    try {
      expect(await executor.start(runDirectory, [])).toBeNull();
      const pids = await children(runDirectory, 1);
      const record = await waitFor('the trainer’s id', async () => {
        const found = JSON.parse(await readFile(path.join(runDirectory, 'supervisor.json'), 'utf8')) as {
          pid: number;
          trainerPid: number | null;
        };
        return found.trainerPid === null ? null : found;
      });
      process.kill(record.pid, 'SIGKILL');
      await executor.endOrphan(runDirectory, 50);
      expect(await Promise.all([record.trainerPid ?? 0, ...pids].map(runs))).toEqual([false, false]);
      expect(await Promise.all(strangers.map(({ pid }) => runs(pid ?? 0)))).toEqual([true, true]);
    } finally {
      for (const stranger of strangers) stranger.kill('SIGKILL');
    }
  },
);

test.runIf(onLinux)('a record that names another cgroup is not believed', async () => {
  await using place = await temporaryFolder();
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    await writeFile(path.join(place.folder, 'cgroup'), '/sys/fs/cgroup');
    expect(await endProcessesOfRun(place.folder)).toEqual([]);
    expect(await runs(stranger.pid ?? 0)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});
