import { TooLateError, within } from './deadline.ts';
import { hasCode } from './error-code.ts';

/** How a program that was run ended. */
export type ProgramAnswer =
  | { readonly outcome: 'absent' }
  /** It got a signal to end, and may not have: one that waits for a device ignores even SIGKILL. */
  | { readonly outcome: 'hangs'; readonly output: string }
  | {
      readonly outcome: 'ended';
      /** 126 if it could not be executed, 128 if a signal ended it, whose name is then in `output`. */
      readonly exitCode: number;
      readonly stdout: string;
      /** Standard output and standard error, in the order in which they came. */
      readonly output: string;
    };

export interface ProgramOptions {
  /** All of its environment, as `childEnvironment` makes it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly folder?: string;
  readonly signal?: AbortSignal | undefined;
  /** The signal it gets at its timeout. After SIGTERM its end is awaited for a short time, so that nothing else runs beside it. */
  readonly killSignal?: 'SIGTERM' | 'SIGKILL';
}

/** How long a program that got a signal has to end; execa sends SIGKILL after 5 s of it. */
const graceMs = 8_000;

function unlessTooLate(error: unknown): void {
  if (!(error instanceof TooLateError)) throw error;
}

/** Characters of output that are kept. */
const mostOutput = 256 * 1024;

/**
 * Runs a program that is to end by itself, for no longer than its time; it gets no input.
 * @param args everybody on the machine can read them: nothing secret
 * @throws the reason of `signal`; the system's error if no process could be made
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramAnswer> {
  const { environment, timeoutMs, folder, signal, killSignal = 'SIGKILL' } = options;
  signal?.throwIfAborted();
  const { execa } = await import('execa');
  const child = execa(program, args, {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    cleanup: false,
    ...(folder === undefined ? {} : { cwd: folder }),
    ...(signal ? { cancelSignal: signal } : {}),
  });
  let [stdout, output] = ['', ''];
  const keep = (kept: string, text: string) => (kept.length < mostOutput ? kept + text : kept);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = keep(stdout, text);
    output = keep(output, text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = keep(output, text);
  });
  try {
    const { exitCode, signal: endedBy, cause } = await within(timeoutMs, child);
    signal?.throwIfAborted();
    if (hasCode(cause, 'ENOENT', 'ENOTDIR')) return { outcome: 'absent' };
    if (hasCode(cause, 'EACCES'))
      return { outcome: 'ended', exitCode: 126, stdout: '', output: cause.message };
    if (exitCode === undefined && endedBy === undefined) throw cause;
    const words = endedBy ? `${output}\n${endedBy}` : output;
    return { outcome: 'ended', exitCode: exitCode ?? 128, stdout: stdout.trim(), output: words.trim() };
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error;
    child.kill(killSignal);
    if (killSignal === 'SIGTERM') await within(graceMs, child).catch(unlessTooLate);
    child.stdout.destroy();
    child.stderr.destroy();
    child.nodeChildProcess.unref();
    return { outcome: 'hangs', output: output.trim() };
  }
}
