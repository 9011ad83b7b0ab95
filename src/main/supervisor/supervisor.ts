import { closeSync, existsSync, openSync, watch } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import {
  cancelSchema,
  type ExitRecordFile,
  type SupervisorRecordFile,
} from '../../shared/model/run-directory.ts';
import { replaceFile } from '../durable-file.ts';
import { hasCode } from '../error-code.ts';
import { failpoint } from '../failpoints.ts';
import { withLastResort } from '../last-resort.ts';
import { inspectStateFile, prepareOwnFile } from '../state-file.ts';
import { startTrainer, type Trainer } from './trainer.ts';

/** Another supervisor has this directory (sysexits.h's EX_TEMPFAIL). */
const exitTaken = 75;
/** An earlier supervisor of this directory was killed after it had begun: what its trainer wrote must not get a second writer. */
const exitBegunBefore = 76;
const exitUsage = 64;
const defaultGraceMs = 10_000;

function write(
  directory: string,
  name: 'supervisor.json' | 'exit.json',
  record: SupervisorRecordFile | ExitRecordFile,
): void {
  replaceFile(path.join(directory, name), `${JSON.stringify(record)}\n`);
}

/** Takes the directory for this process's life; an operating system's lock, so that a kill frees it. Null where it is taken. */
function lock(directory: string): Disposable | null {
  const file = path.join(directory, 'supervisor.lock');
  prepareOwnFile(file, 'Remove it, and retry the run.');
  // Whoever only asks whether the lock is held has it for an instant: that is waited out.
  const database = new Database(file, { timeout: 500 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (hasCode(error, 'SQLITE_BUSY')) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** The grace that the `cancel` file names; null while it is not there, or somebody is still writing it. */
function graceOf(cancelFile: string): number | null {
  const found = inspectStateFile(cancelFile, cancelSchema, { hint: '', owners: 'any' });
  if (found.kind === 'whole') return found.value.graceMs;
  if (found.kind === 'absent' || found.error.details.fault === 'torn') return null;
  // It is there, whole, and says nothing usable: the wish to stop stands all the same.
  return defaultGraceMs;
}

/** Stops the trainer once the `cancel` file is there. Answers whether it came, and how to stop looking. */
function obeyCancel(directory: string, trainer: Trainer): { came: () => boolean } & Disposable {
  const file = path.join(directory, 'cancel');
  let came = false;
  const look = () => {
    const graceMs = came ? null : graceOf(file);
    if (graceMs === null) return;
    came = true;
    trainer.stop(graceMs);
  };
  const watcher = watch(directory, look);
  // It may have been there before the watch began.
  look();
  return { came: () => came, [Symbol.dispose]: () => watcher.close() };
}

async function supervise(directory: string, command: readonly [string, ...string[]]): Promise<number> {
  const done = () => existsSync(path.join(directory, 'exit.json'));
  if (done()) return 0;
  using held = lock(directory);
  if (!held) return exitTaken;
  if (done()) return 0;
  if (existsSync(path.join(directory, 'supervisor.json'))) return exitBegunBefore;

  const startedAt = new Date().toISOString();
  failpoint('supervisor.begin.before');
  write(directory, 'supervisor.json', { pid: process.pid, startedAt, trainerPid: null });
  failpoint('supervisor.begin.after');
  const outputs = ['stdout.log', 'stderr.log'].map((name) =>
    openSync(path.join(directory, name), 'a', 0o600),
  ) as [number, number];
  let exit: ExitRecordFile;
  try {
    const trainer = await startTrainer(command, directory, outputs);
    failpoint('supervisor.started.before');
    write(directory, 'supervisor.json', { pid: process.pid, startedAt, trainerPid: trainer.pid });
    failpoint('supervisor.started.after');
    using cancel = obeyCancel(directory, trainer);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => trainer.stop(defaultGraceMs));
    const { exitCode, signal } = await trainer.ended;
    const cause = cancel.came() ? 'cancelled' : signal ? 'signalled' : 'exited';
    exit = { exitCode, signal, cause, startedAt, endedAt: new Date().toISOString() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    exit = {
      exitCode: null,
      signal: null,
      cause: 'spawn_failed',
      message,
      startedAt,
      endedAt: new Date().toISOString(),
    };
  } finally {
    for (const output of outputs) closeSync(output);
  }
  failpoint('supervisor.exit.before');
  write(directory, 'exit.json', exit);
  failpoint('supervisor.exit.after');
  return 0;
}

const [directory, divider, program, ...programArguments] = process.argv.slice(2);
if (!directory || divider !== '--' || !program) {
  process.stderr.write('usage: supervisor RUN_DIRECTORY -- PROGRAM [ARGUMENT …]\n');
  process.exit(exitUsage);
}
// Its standard error is a file, which a full disk may refuse; and it must be there when the trainer ends, whatever else goes wrong.
process.stderr.on('error', () => {});
withLastResort({
  tell: (error, message) =>
    process.stderr.write(`${message}: ${error instanceof Error ? error.stack : String(error)}\n`),
  end: null,
});
process.exit(await supervise(path.resolve(directory), [program, ...programArguments]));
