import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { hasCode } from '../../../platform/error-code.ts';
import { signal } from '../../../platform/signal.ts';
import type { SupervisorArguments } from './arguments.ts';
import { killedForMemory, startInRunCgroup } from './run-cgroup.ts';
import { endProcessesOfRun, runDirectoryVariable } from './run-processes.ts';

/** How a trainer ended. */
export interface TrainerEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It, or a process of it, was killed because of the memory that it used. */
  readonly outOfMemory?: boolean;
}

export interface Trainer {
  readonly pid: number;
  /** The container that it runs in; left out without one. */
  readonly container?: { readonly id: string; readonly image: string };
  /** Resolves once it has ended, and whatever it started with it. */
  readonly ended: Promise<TrainerEnd>;
  /** Asks it to stop (SIGTERM), and kills what is left of it after the grace. Only the first call counts. */
  stop(graceMs: number): void;
  /** Removes what is left of it, once it is written down how it ended. */
  clear?(): Promise<void>;
}

/** Signals the trainer and whatever it started: it leads a process group of its own. */
function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') child.kill(name);
  else signal(-child.pid, name);
}

/** Ends what left the trainer's process group. What cannot be ended is logged; it must not keep the run from finishing. */
async function endLeftovers(directory: string, session: number | null): Promise<void> {
  try {
    const left = await endProcessesOfRun(directory, { session });
    if (left.length > 0)
      process.stderr.write(`Processes that the trainer started do not end: ${left.join(', ')}\n`);
  } catch (error) {
    process.stderr.write(`What the trainer started could not be looked for: ${String(error)}\n`);
  }
}

/** Whatever it starts later has the same. */
function lowerPriority(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch (error) {
    // It has ended, or its priority is lower already and may not be raised.
    if (!hasCode(error, 'ERR_SYSTEM_ERROR')) throw error;
  }
}

/**
 * Starts a trainer whose output goes to the two files and whose standard input is a pipe held by this process: when this
 * process is killed, the pipe closes, and a trainer that keeps to the protocol ends itself. A script with a folder of its own does not.
 * @throws Error where it could not be started
 */
export function startTrainer(
  {
    command,
    folder,
    memoryBytes,
    niceness,
  }: { command: readonly [string, ...string[]] } & Pick<
    SupervisorArguments,
    'folder' | 'memoryBytes' | 'niceness'
  >,
  directory: string,
  outputs: readonly [stdout: number, stderr: number],
): Promise<Trainer> {
  const [program, ...programArguments] = command;
  return new Promise((resolve, reject) => {
    const child = startInRunCgroup(directory, memoryBytes, () =>
      spawn(program, programArguments, {
        cwd: folder ?? directory,
        detached: true,
        windowsHide: true,
        env: { ...process.env, [runDirectoryVariable]: directory },
        // A script that asks for input gets none, and is not left waiting.
        stdio: [folder === null ? 'pipe' : 'ignore', ...outputs],
      }),
    );
    // A trainer may close its standard input early.
    child.stdin?.on('error', () => {});
    let killTimer: NodeJS.Timeout | undefined;
    const ended = new Promise<TrainerEnd>((resolveEnd) => {
      child.once('exit', (exitCode, killedBy) => {
        clearTimeout(killTimer);
        // Data loaders and the like must not go on without their trainer.
        signalGroup(child, 'SIGKILL');
        // Asked before its cgroup goes.
        const outOfMemory = exitCode !== 0 && killedForMemory(directory);
        void endLeftovers(directory, child.pid ?? null).then(() =>
          resolveEnd({ exitCode, signal: killedBy, outOfMemory }),
        );
      });
    });
    const stop = (graceMs: number) => {
      if (killTimer) return;
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      if (process.platform === 'win32') child.stdin?.end();
      else signalGroup(child, 'SIGTERM');
    };
    child.on('error', (error) => {
      void endLeftovers(directory, null).then(() => reject(error));
    });
    if (niceness !== null && child.pid !== undefined) lowerPriority(child.pid, niceness);
    child.once('spawn', () => resolve({ pid: child.pid as number, ended, stop }));
  });
}
