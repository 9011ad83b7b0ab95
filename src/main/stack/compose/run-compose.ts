import { spawn } from 'node:child_process';
import { TrainyardError } from '../../../shared/errors/error.ts';
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

function programMissing(cause: unknown): TrainyardError {
  return new TrainyardError(
    'DOCKER_PROGRAM_MISSING',
    'There is no docker program on the PATH, and the stack is made by "docker compose"',
    "Install Docker's command line with its Compose plugin: sudo apt install docker-ce-cli docker-compose-plugin",
    { status: 503, cause },
  );
}

function composeMissing(): TrainyardError {
  return new TrainyardError(
    'DOCKER_COMPOSE_MISSING',
    'The docker program has no Compose plugin, and the stack is made by "docker compose"',
    'Install it: sudo apt install docker-compose-plugin (from Docker) or docker-compose-v2 (from Ubuntu)',
    { status: 503 },
  );
}

/** The docker program without the plugin takes `compose` for a command that it doesn't know, or its options for its own. */
const withoutPlugin =
  /'compose' is not a docker command|unknown (shorthand )?flag|unknown command: docker compose/;

/**
 * Runs `docker compose`, the only place that does. It ends with us: its progress goes into a pipe that breaks when this process is
 * killed.
 * @throws TrainyardError DOCKER_PROGRAM_MISSING, DOCKER_COMPOSE_MISSING, COMPOSE_TIMEOUT
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
      reject(hasCode(error, 'ENOENT') ? programMissing(error) : error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const exitCode = code ?? 128;
      if (late) return reject(tooLate(timeoutMs, output));
      if (!acceptedExitCodes.includes(exitCode) && withoutPlugin.test(output))
        return reject(composeMissing());
      resolve({ exitCode, output: output.trim() });
    });
  });
}

function tooLate(timeoutMs: number, output: string): TrainyardError {
  return new TrainyardError(
    'COMPOSE_TIMEOUT',
    `docker compose was not done after ${Math.round(timeoutMs / 1000)} s`,
    'See whether Docker hangs, then try again: docker info',
    { status: 503, details: { lines: output.trim().split('\n').slice(-20) } },
  );
}
