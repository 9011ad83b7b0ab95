import { closeSync, existsSync } from 'node:fs';
import path from 'node:path';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { runLockHint } from '../../../../shared/errors/runs.ts';
import { defaultGraceMs } from '../../../../shared/model/run.ts';
import {
  cancelSchema,
  type ExitRecordFile,
  supervisorRecordSchema,
} from '../../../../shared/model/run-directory.ts';
import { isDiskRefusal } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { isDiskSpent } from '../../../platform/faults/disk-room.ts';
import { acquireFileLock } from '../../../platform/file-lock.ts';
import { withLastResort } from '../../../platform/last-resort.ts';
import { inspectStateFile } from '../../../platform/state-file.ts';
import { watchFolder } from '../../../platform/watch-folder.ts';
import { readArguments, type SupervisorArguments, supervisorUsage } from './arguments.ts';
import { exitNoRoom, exitTaken, supervisorRecords } from './records.ts';
import { Sidecar } from './sidecar.ts';
import { startTrainer, type Trainer } from './trainer.ts';

/** An earlier supervisor of this directory was killed after it had begun: what its trainer wrote must not get a second writer, unless that trainer is adopted. */
const exitBegunBefore = 76;
const exitUsage = 64;
/** Where the system has no watch left to give. */
const withoutWatchMs = 500;

/** The grace that the `cancel` file names; null while it is not there, or somebody is still writing it. */
function graceOf(cancelFile: string): number | null {
  const found = inspectStateFile(cancelFile, cancelSchema, { hint: '', owners: 'any' });
  if (found.kind === 'whole') return found.value.graceMs;
  if (found.kind === 'absent' || found.error.details.fault === 'torn') return null;
  // It is there, complete, and not readable as a request: the run is stopped all the same.
  return defaultGraceMs;
}

/** Stops the trainer once the `cancel` file is there. Returns whether it came, and how to stop looking. */
function obeyCancel(directory: string, stop: Trainer['stop']): { came: () => boolean } & Disposable {
  const file = path.join(directory, 'cancel');
  let came = false;
  const look = () => {
    const graceMs = came ? null : graceOf(file);
    if (graceMs === null) return;
    came = true;
    stop(graceMs);
  };
  const watcher = watchFolder(directory, look);
  const timer = watcher ? undefined : setInterval(look, withoutWatchMs);
  // It may have been there before the watch began.
  look();
  return {
    came: () => came,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

/** Waits until the sidecar knows what was there before the script. @returns whether the run was cancelled before that */
async function isCancelledBefore(directory: string, sidecar: Sidecar): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using cancel = obeyCancel(directory, () => resolve());
  await Promise.race([sidecar.untilReady(), promise]);
  return cancel.came();
}

async function supervise(given: SupervisorArguments, directory: string): Promise<number> {
  const { container, sidecar: sidecarProgram } = given;
  const done = () => existsSync(path.join(directory, 'exit.json'));
  if (done()) return 0;
  using held = acquireFileLock(path.join(directory, 'supervisor.lock'), runLockHint, 500);
  if (!held) return exitTaken;
  if (done()) return 0;
  const before = inspectStateFile(path.join(directory, 'supervisor.json'), supervisorRecordSchema, {
    hint: '',
    owners: 'any',
  });
  const isAdopted = before.kind !== 'absent';
  // The sidecar of an earlier supervisor may be at work still.
  if (isAdopted && (container === null || sidecarProgram !== null)) return exitBegunBefore;

  const records = supervisorRecords(directory);
  const startedAt = (before.kind === 'whole' ? before.value.startedAt : new Date()).toISOString();
  failpoint('supervisor.begin.before');
  try {
    records.begin({ pid: process.pid, startedAt, trainerPid: null });
  } catch (error) {
    if (isDiskRefusal(error)) return exitNoRoom;
    throw error;
  }
  failpoint('supervisor.begin.after');
  // An adopted trainer may have its outputs, and anything in their place; or it waits for those that its supervisor did not live to open.
  const open = isAdopted ? records.reopenOutput : records.openOutput;
  const outputs: number[] = [];
  for (const name of ['stdout.log', 'stderr.log']) {
    const output = await open(name);
    if (output !== null) outputs.push(output);
  }
  const over = new AbortController();
  const sidecar = sidecarProgram === null ? null : new Sidecar([process.execPath, sidecarProgram], directory);
  const isCancelled = sidecar !== null && (await isCancelledBefore(directory, sidecar));
  let trainer: Trainer | null = null;
  let ending: Omit<ExitRecordFile, 'startedAt' | 'endedAt'>;
  try {
    // Nothing of a script that was cancelled before it began is run.
    if (isCancelled) ending = { exitCode: null, signal: null, cause: 'cancelled' };
    else {
      trainer = await start(given, directory, outputs, isAdopted);
      const { pid, container: containerRecord } = trainer;
      failpoint('supervisor.started.before');
      // Not waited for: a disk without room is no reason to let the trainer, or a cancellation, wait.
      records
        .started(
          {
            pid: process.pid,
            startedAt,
            trainerPid: pid,
            ...(containerRecord && { container: containerRecord }),
          },
          over.signal,
        )
        .catch((error: unknown) => over.signal.aborted || process.stderr.write(`${String(error)}\n`));
      failpoint('supervisor.started.after');
      const { stop, ended } = trainer;
      using cancel = obeyCancel(directory, stop);
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
        process.on(signal, () => stop(defaultGraceMs));
      const { exitCode, signal, outOfMemory } = await ended;
      const hasFailed = exitCode !== 0 || signal !== null;
      ending = {
        exitCode,
        signal,
        cause: cancel.came() ? 'cancelled' : signal ? 'signalled' : 'exited',
        ...(outOfMemory && { outOfMemory }),
        ...(hasFailed && isDiskSpent(directory) && { diskSpent: true }),
      };
    }
  } catch (error) {
    ending = { exitCode: null, signal: null, cause: 'spawn_failed', message: errorMessage(error) };
  } finally {
    over.abort();
    for (const output of outputs) closeSync(output);
  }
  const endedAt = new Date().toISOString();
  if (isCancelled) sidecar?.abandon();
  await sidecar?.finish(ending);
  failpoint('supervisor.exit.before');
  await records.exited({ ...ending, startedAt, endedAt });
  failpoint('supervisor.exit.after');
  await trainer?.clear?.();
  return 0;
}

/** Starts the trainer that the arguments name, with its output in the two files, or goes on with one that runs. */
async function start(
  { command, container, ...rest }: SupervisorArguments,
  directory: string,
  outputs: readonly number[],
  isAdopted: boolean,
): Promise<Trainer> {
  const [stdout, stderr] = outputs;
  if (command && stdout !== undefined && stderr !== undefined)
    return startTrainer({ ...rest, command }, directory, [stdout, stderr]);
  if (container === null) throw new TypeError('neither a program nor a container');
  return (await import('./container.ts')).superviseContainer(directory, container, { isAdopted, outputs });
}

/** The supervisor's program. @returns its exit code */
export async function runSupervisor(words: readonly string[]): Promise<number> {
  // Its standard error is a file, which a full disk may refuse; and it must be there when the trainer ends, whatever else goes wrong.
  process.stderr.on('error', () => {});
  withLastResort({
    log: (error, message) =>
      process.stderr.write(`${message}: ${error instanceof Error ? error.stack : String(error)}\n`),
    end: null,
  });
  const given = readArguments(words);
  if (given !== null) return supervise(given, path.resolve(given.directory));
  process.stderr.write(supervisorUsage);
  return exitUsage;
}
