import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { withoutAccounts } from '../../../../shared/errors/without-accounts.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { signal as sendSignal } from '../../../platform/signal.ts';

/** How a program ended that was run. */
export interface ProgramEnd {
  /** `code 1` or `SIGKILL`; null if it ended well. */
  readonly failure: string | null;
  /** The last lines that it wrote, without secrets. */
  readonly lines: readonly string[];
}

const keptLines = 200;

/**
 * Runs a program that takes its time, and reports each line that it writes, without secrets. Its process group ends with it; killed, this
 * process leaves it a broken pipe.
 * @throws the reason of `signal`, once all of its processes were killed; the system's error if there is no such program
 */
export async function runReported(
  program: string,
  args: readonly string[],
  options: {
    readonly environment: NodeJS.ProcessEnv;
    readonly folder: string;
    readonly report: (line: string) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ProgramEnd> {
  const { environment, folder, report, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: folder,
    env: environment,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (text) => {
      const line = withoutAccounts(text.trimEnd());
      if (line === '') return;
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      report(line);
    });
  const end = () => {
    if (child.pid === undefined) return;
    if (process.platform === 'win32') child.kill('SIGKILL');
    else sendSignal(-child.pid, 'SIGKILL');
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject);
      // Of the same group: what it left behind would hold the pipes open.
      child.once('exit', end);
      child.once('close', (exitCode, name) => resolve([exitCode, name]));
    });
    signal?.throwIfAborted();
    return { failure: code === 0 ? null : (killedBy ?? `code ${code}`), lines };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return { failure: error.code, lines: [error.message] };
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
