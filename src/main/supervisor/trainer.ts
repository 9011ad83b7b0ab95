import { type ChildProcess, spawn } from 'node:child_process';
import { hasCode } from '../error-code.ts';

export interface Trainer {
  readonly pid: number;
  readonly ended: Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
  /** Asks it to stop (SIGTERM), and kills what is left of it after the grace. Only the first call counts. */
  stop(graceMs: number): void;
}

/** Signals the trainer and whatever it started: it leads a process group of its own. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // The group is gone: that is what was wanted.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/**
 * Starts a trainer whose output goes to the two files and whose standard input is a pipe held by this process: when this
 * process is killed, the pipe closes, and a trainer that keeps to the protocol ends itself.
 * @throws Error where it could not be started
 */
export function startTrainer(
  command: readonly [string, ...string[]],
  directory: string,
  outputs: readonly [stdout: number, stderr: number],
): Promise<Trainer> {
  const [program, ...programArguments] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, {
      cwd: directory,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', ...outputs],
    });
    // A trainer that closes its standard input early is none of our business.
    child.stdin?.on('error', () => {});
    let killTimer: NodeJS.Timeout | undefined;
    const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolveEnd) => {
      child.once('exit', (exitCode, signal) => {
        clearTimeout(killTimer);
        // Data loaders and the like must not go on without their trainer.
        signalGroup(child, 'SIGKILL');
        resolveEnd({ exitCode, signal });
      });
    });
    const stop = (graceMs: number) => {
      if (killTimer) return;
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      if (process.platform === 'win32') child.stdin?.end();
      else signalGroup(child, 'SIGTERM');
    };
    child.once('error', reject);
    child.once('spawn', () => resolve({ pid: child.pid as number, ended, stop }));
  });
}
