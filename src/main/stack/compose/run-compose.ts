import { spawn } from 'node:child_process';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';

export interface ComposeCall {
  /** After `docker compose`. Nothing secret: everybody sees them. */
  readonly args: readonly string[];
  /** As `childEnvironment('docker')` makes it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly acceptedExitCodes?: readonly number[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ComposeAnswer {
  readonly exitCode: number;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

const mostOutput = 256 * 1024;

/** The docker program without the plugin takes `compose` for a command that it doesn't know, or its options for its own. */
const withoutPlugin =
  /'compose' is not a docker command|unknown (shorthand )?flag|unknown command: docker compose/;

/**
 * Runs `docker compose`, the only place that does. It ends with us: its progress goes into a pipe that breaks when this process is
 * killed.
 * @throws TrainyardError DOCKER_PROGRAM_MISSING, COMPOSE_MISSING, COMPOSE_TIMEOUT
 */
export function runCompose(call: ComposeCall): Promise<ComposeAnswer> {
  const { args, environment, timeoutMs, signal, acceptedExitCodes = [0] } = call;
  return new Promise((resolve, reject) => {
    const child = spawn('docker', ['compose', '--ansi', 'never', ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(signal ? { signal } : {}),
    });
    let output = '';
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (output.length < mostOutput) output += chunk.toString('utf8');
      });
    }
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(hasCode(error, 'ENOENT') ? fault('DOCKER_PROGRAM_MISSING', {}, { cause: error }) : error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const exitCode = code ?? 128;
      if (late) return reject(tooLate(timeoutMs, output));
      if (!acceptedExitCodes.includes(exitCode) && withoutPlugin.test(output))
        return reject(fault('COMPOSE_MISSING', {}));
      resolve({ exitCode, output: output.trim() });
    });
  });
}

function tooLate(timeoutMs: number, output: string) {
  const lines = output.trim().split('\n').slice(-20);
  return fault('COMPOSE_TIMEOUT', { seconds: Math.round(timeoutMs / 1000) }, { details: { lines } });
}
