import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findNode } from '../../../bin/find-node.mjs';
import type { StackProgress } from '../../../src/main/platform/progress.ts';
import type { StackOptions } from '../../../src/main/stack/verbs/context.ts';
import { openLocalStack } from '../../../src/main/stack/verbs/open-stack.ts';
import type { StackService } from '../../../src/main/stack/verbs/stack-service.ts';
import type { ServiceName } from '../../../src/shared/model/stack.ts';

const run = promisify(execFile);

/** Runs the docker program and answers what it printed, both streams. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout + stderr;
}

export function makeStack(home: string, options: Partial<StackOptions> = {}): StackService {
  return openLocalStack({
    home,
    environment: process.env,
    profile: () => 'docker',
    images: {},
    steps: [],
    log: { info: () => undefined },
    timeoutMs: 60_000,
    ...options,
  }).stack;
}

/** Keeps what a verb tells. */
export function listener() {
  const changes: StackProgress[] = [];
  return {
    changes,
    onProgress: (one: StackProgress) => void changes.push(one),
    /** Steps by name with how they ended. */
    steps: () =>
      changes.flatMap((one) =>
        one.type === 'step' && one.status !== 'running' ? [`${one.step} ${one.status}`] : [],
      ),
  };
}

/** What carries a home's label, by kind. */
export async function labelled(
  home: string,
): Promise<{ containers: string[]; volumes: string[]; networks: string[] }> {
  const filter = `label=io.trainyard.stack.home=${home}`;
  const lines = async (...args: string[]) =>
    (await docker(...args, '--filter', filter)).split('\n').filter(Boolean);
  const [containers, volumes, networks] = await Promise.all([
    lines('ps', '-aq', '--no-trunc'),
    lines('volume', 'ls', '-q'),
    lines('network', 'ls', '-q', '--no-trunc'),
  ]);
  return { containers, volumes, networks };
}

/** A state folder for a stack; with it goes everything that carries its label. */
export async function stackHome(name = 'home'): Promise<{ readonly home: string } & AsyncDisposable> {
  const around = await mkdtemp(path.join(tmpdir(), 'trainyard-stack-'));
  await chmod(around, 0o711);
  const home = path.join(around, name);
  return {
    home,
    [Symbol.asyncDispose]: async () => {
      const { containers, volumes, networks } = await labelled(home);
      if (containers.length > 0) await docker('rm', '-f', '-v', ...containers);
      for (const network of networks) await docker('network', 'rm', network);
      if (volumes.length > 0) await docker('volume', 'rm', '-f', ...volumes);
      await rm(around, { recursive: true, force: true });
    },
  };
}

/** Runs redis-cli in a stack's container with its password, which no command line shows. */
export async function redis(home: string, ...command: string[]): Promise<string> {
  const { name } = readStackJson(home);
  const script = 'REDISCLI_AUTH="$(cat /run/secrets/redis-password)" exec redis-cli "$@"';
  return (await docker('exec', `${name}-redis-1`, 'sh', '-c', script, 'redis', ...command)).trim();
}

/** Starts a verb in a process of its own, as the command line does. */
export function stackProcess(
  home: string,
  verb: string,
  services: readonly ServiceName[],
  environment: NodeJS.ProcessEnv = {},
  account: { readonly uid?: number; readonly gid?: number } = {},
) {
  const child = spawn(
    findNode(),
    [path.join(import.meta.dirname, 'stack-program.ts'), home, verb, ...services],
    {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = (once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>).then(
    ([code, signal]) => ({
      code,
      signal,
      output,
    }),
  );
  return { child, ended };
}

export interface StackJson {
  readonly id: string;
  readonly name: string;
  readonly ports: { readonly postgres: { readonly main: number }; readonly redis: { readonly main: number } };
  readonly images: Record<string, { reference: string; pinned: string | null; id: string }>;
}

export function readStackJson(home: string): StackJson {
  return JSON.parse(readFileSync(path.join(home, 'stack', 'stack.json'), 'utf8')) as StackJson;
}

export const stackFile = (home: string, ...parts: string[]) => path.join(home, 'stack', ...parts);
export const isThere = (home: string, ...parts: string[]) => existsSync(stackFile(home, ...parts));

/**
 * Listens on the ports that a new stack likes best, as far as they are free: one begun meanwhile has ports of its own choice, which no
 * other test's stack takes while its containers are away.
 */
export async function squatFamiliarPorts(): Promise<AsyncDisposable> {
  const servers = await Promise.all(
    [15432, 17017, 16379, 19000, 19001, 17233, 18233].map(async (port) => {
      const server = createServer();
      const listening = new Promise<void>((resolve) => {
        // Somebody else has it, which does as well.
        server.once('error', () => resolve());
        server.listen(port, '127.0.0.1', resolve);
      });
      await listening;
      return server;
    }),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
