import { spawn } from 'node:child_process';
import { hasCode } from '../../../platform/error-code.ts';

/** How a program that was tried ended. */
export type ProgramAnswer =
  | { readonly outcome: 'absent' }
  /** It was told to end, and may not have: one that waits for a device ignores even SIGKILL. */
  | { readonly outcome: 'hangs'; readonly output: string }
  | { readonly outcome: 'ended'; readonly exitCode: number; readonly output: string };

const mostOutput = 64 * 1024;

/** Runs a program for no longer than its time and answers what it printed, standard error included. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly environment: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<ProgramAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      if (output.length < mostOutput) output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({ outcome: 'hangs', output: output.trim() });
    }, options.timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) resolve({ outcome: 'absent' });
      else if (hasCode(error, 'EACCES')) resolve({ outcome: 'ended', exitCode: 126, output: error.message });
      else reject(error);
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      const said = signal ? `${output}\n${signal}` : output;
      resolve({ outcome: 'ended', exitCode: exitCode ?? 128, output: said.trim() });
    });
  });
}
