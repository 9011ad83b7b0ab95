import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrainyardError } from '../../src/shared/model/errors.ts';
import type { ServiceName } from '../../src/shared/model/stack.ts';
import { withoutServer } from '../support/servers.ts';
import {
  docker,
  listener,
  makeStack,
  readStackJson,
  squatFamiliarPorts,
  stackFile,
  stackHome,
  stackProcess,
} from './support/stack.ts';

const reason = withoutServer('postgres', 'redis');
if (reason) console.info(`skipped: the stack's faults, ${reason}`);

const tell = () => undefined;
const only = ['redis'] as const;

/** The cause of a failed start. */
async function failure(work: Promise<unknown>): Promise<TrainyardError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const linesOf = ({ details }: TrainyardError) =>
  Array.isArray(details.lines) ? details.lines.join('\n') : '';

const up = (home: string, services: readonly ServiceName[], environment: NodeJS.ProcessEnv = {}) =>
  makeStack(home, { environment: { ...process.env, ...environment } }).up({ services, tell });

async function listening(port: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('without a usable Docker', () => {
  let state: Awaited<ReturnType<typeof stackHome>>;
  beforeAll(async () => {
    state = await stackHome();
  });
  afterAll(() => rm(path.dirname(state.home), { recursive: true, force: true }));

  test('a daemon that does not run', async () => {
    const environment = { DOCKER_HOST: `unix://${state.home}/docker.sock` };
    const cause = await failure(up(state.home, only, environment));
    expect(cause).toMatchObject({ code: 'DOCKER_NOT_RUNNING', message: expect.stringContaining(state.home) });
    expect(cause.mend).toContain('systemctl start docker');
    const status = makeStack(state.home, { environment: { ...process.env, ...environment } }).status();
    expect((await failure(status)).code).toBe('DOCKER_NOT_RUNNING');
  });

  test('an address that is none', async () => {
    const make = () => makeStack(state.home, { environment: { DOCKER_HOST: 'ssh://somewhere' } });
    expect(make).toThrow(expect.objectContaining({ code: 'DOCKER_ADDRESS_INVALID' }));
  });

  test('an image or an amount of memory that is none', () => {
    for (const environment of [
      { TRAINYARD_REDIS_IMAGE: '-v /:/host' },
      { TRAINYARD_REDIS_MEMORY: 'a lot' },
    ]) {
      expect(() => makeStack(state.home, { environment })).toThrow(
        expect.objectContaining({ code: 'STACK_SETTING_INVALID' }),
      );
    }
  });
});

describe.skipIf(reason)('a start that fails', () => {
  const isRoot = process.getuid?.() === 0;

  test.skipIf(!isRoot)('because the account may not use the socket', async () => {
    await using state = await stackHome();
    const nobody = 65_534;
    await mkdir(state.home);
    await chown(state.home, nobody, nobody);
    const account = { uid: nobody, gid: nobody };
    const { code, output } = await stackProcess(state.home, 'up', only, { HOME: state.home }, account).ended;
    expect(code, output).toBe(1);
    expect(output).toContain('DOCKER_PERMISSION');
  });

  test('because there is no docker program', async () => {
    await using state = await stackHome();
    const cause = await failure(up(state.home, only, { PATH: '/nonexistent' }));
    expect(cause.code).toBe('DOCKER_PROGRAM_MISSING');
  });

  test.skipIf(!isRoot || process.platform !== 'linux')('because Docker has no Compose', async () => {
    await using state = await stackHome();
    const around = path.dirname(state.home);
    // The real program, in a world of its own in which the folders of its plugins are empty.
    const programs = (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'docker'));
    const program = programs.find(existsSync);
    const roots = ['/usr/libexec', '/usr/lib', '/usr/local/libexec', '/usr/local/lib'];
    const folders = roots.map((folder) => `${folder}/docker/cli-plugins`).filter(existsSync);
    const hide = folders.map((folder) => `mount -t tmpfs none ${folder}`).join(' && ');
    const script = `#!/bin/sh\nexec unshare -m sh -c '${hide || 'true'} && exec ${program} "$@"' docker "$@"\n`;
    await mkdir(path.join(around, 'bin'));
    await writeFile(path.join(around, 'bin', 'docker'), script, { mode: 0o755 });
    const environment = { PATH: `${path.join(around, 'bin')}:${process.env.PATH}`, DOCKER_CONFIG: around };
    expect(await failure(up(state.home, only, environment))).toMatchObject({
      code: 'DOCKER_COMPOSE_MISSING',
    });
    // Where Compose is there, what was left is completed.
    expect((await up(state.home, only)).services.find(({ name }) => name === 'redis')?.status).toBe(
      'healthy',
    );
  });

  test('because a program or a container has the port', async () => {
    await using state = await stackHome();
    const { home } = state;
    await up(home, only);
    const { ports } = readStackJson(home);
    await makeStack(home).down({ services: [], tell });
    {
      await using _squatter = await listening(ports.redis.main);
      const cause = await failure(up(home, only));
      expect(cause.code).toBe('PORT_TAKEN');
      expect(cause.message).toContain(String(ports.redis.main));
      if (process.platform === 'linux') expect(cause.message).toContain(`(process ${process.pid})`);
      expect(cause.mend).toContain('--ports new');
    }
    const name = `port-squatter-${process.pid}`;
    await docker(
      'run',
      '-d',
      '--name',
      name,
      '-p',
      `127.0.0.1:${ports.redis.main}:6379`,
      '--entrypoint',
      'sleep',
      'redis:8',
      '600',
    );
    try {
      expect((await failure(up(home, only))).message).toContain(`the container ${name}`);
      expect(readStackJson(home).ports).toEqual(ports);
      const heard = listener();
      await makeStack(home).up({ services: only, tell: heard.tell, ports: 'new' });
      expect(readStackJson(home).ports.redis.main).not.toBe(ports.redis.main);
      expect(readStackJson(home).ports.postgres).toEqual(ports.postgres);
      expect(heard.steps()).toContain('ports done');
    } finally {
      await docker('rm', '-f', name);
    }
  });

  test('because the image is not here and its registry out of reach', async () => {
    await using state = await stackHome();
    const image = 'registry.invalid/trainyard/none:1';
    const cause = await failure(up(state.home, only, { TRAINYARD_REDIS_IMAGE: image }));
    expect(cause).toMatchObject({ code: 'IMAGE_MISSING', message: expect.stringContaining(image) });
  });

  test('because the registry has no such image', async () => {
    await using state = await stackHome();
    // Docker takes a registry on this machine without encryption.
    const registry = createHttpServer((request, response) => {
      const body = { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] };
      response.writeHead(request.url === '/v2/' ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.url === '/v2/' ? {} : body));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const address = registry.address();
    const image = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}/none:1`;
    try {
      const cause = await failure(up(state.home, only, { TRAINYARD_REDIS_IMAGE: image }));
      expect(cause).toMatchObject({ code: 'IMAGE_PULL_FAILED', message: expect.stringContaining(image) });
    } finally {
      registry.close();
    }
  });

  test('because the data is of another major version, the disk full, or the password another', async () => {
    await using state = await stackHome();
    const { home } = state;
    {
      await using _squatter = await squatFamiliarPorts();
      await up(home, only);
    }
    const { id, name } = readStackJson(home);
    const volume = `${name}_postgres-data`;
    const inVolume = (script: string) =>
      docker(
        'run',
        '--rm',
        '--network',
        'none',
        '-v',
        `${volume}:/data`,
        '--entrypoint',
        'sh',
        'postgres:17',
        '-c',
        script,
      );
    const away = async () => {
      await makeStack(home).down({ services: ['postgres'], tell });
      await docker('rm', '-f', `${name}-postgres-1`);
      await docker('volume', 'rm', volume);
    };

    await docker('volume', 'rm', volume);
    // The stack's own volume, on a file system of four megabytes.
    const labels = {
      'io.trainyard.stack': id,
      'io.trainyard.stack.home': home,
      'io.trainyard.service': 'postgres',
    };
    const flags = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    await docker(
      'volume',
      'create',
      ...flags,
      '-o',
      'type=tmpfs',
      '-o',
      'device=tmpfs',
      '-o',
      'o=size=4m',
      volume,
    );
    const full = await failure(up(home, ['postgres']));
    expect(full.code, `${full.message} ${linesOf(full)}`).toBe('DISK_FULL');
    expect(linesOf(full)).toMatch(/no space left on device/i);
    await away();

    await up(home, ['postgres']);
    await makeStack(home).down({ services: ['postgres'], tell });
    await inVolume('echo 16 >/data/PG_VERSION');
    const version = await failure(up(home, ['postgres']));
    expect(version).toMatchObject({ code: 'VOLUME_VERSION', message: expect.stringContaining('(16)') });
    expect(version.mend).toContain('TRAINYARD_POSTGRES_IMAGE=postgres:16');
    // It is not started again and again, and what it said stays with it; stopped in the midst of a start it has said nothing.
    const stopped = (await makeStack(home).status()).services.find((one) => one.name === 'postgres');
    expect(['failed', 'stopped']).toContain(stopped?.status);
    if (stopped?.status === 'failed') expect(stopped.cause).toMatchObject({ code: 'VOLUME_VERSION' });
    await inVolume('echo 17 >/data/PG_VERSION');

    await writeFile(stackFile(home, 'secrets', 'postgres-password'), 'f'.repeat(48), { mode: 0o600 });
    const stack = makeStack(home, { patienceMs: 8000 });
    expect((await failure(stack.up({ services: ['postgres'], tell }))).code).toBe(
      'SERVICE_REFUSES_CREDENTIALS',
    );
  });

  test('because a service is given too little memory, or ends', async () => {
    await using state = await stackHome();
    const { home } = state;
    const memory = await failure(up(home, ['postgres'], { TRAINYARD_POSTGRES_MEMORY: '8m' }));
    expect(memory.code, `${memory.message} ${linesOf(memory)}`).toBe('SERVICE_OUT_OF_MEMORY');
    expect(memory.message).toContain('8 MiB');
    expect(memory.mend).toContain('TRAINYARD_POSTGRES_MEMORY=');

    // An image without the server: its entrypoint ends at once.
    const crashed = await failure(up(home, only, { TRAINYARD_REDIS_IMAGE: 'postgres:17' }));
    expect(crashed).toMatchObject({
      code: 'SERVICE_CRASHED',
      message: expect.stringContaining('exit code 127'),
    });
    expect(linesOf(crashed)).toContain('redis-server');
  });

  test('because a service never answers', async () => {
    await using state = await stackHome();
    const { probes } = await import('../../src/main/adapters/probes/probes.ts');
    const mute = { ...probes, redis: () => Promise.reject(new Error('nothing said')) };
    const stack = makeStack(state.home, { probes: mute, patienceMs: 1500 });
    const cause = await failure(stack.up({ services: only, tell }));
    expect(cause).toMatchObject({
      code: 'SERVICE_TIMEOUT',
      message: expect.stringContaining('nothing said'),
    });
    // The last lines of a service that ran well.
    expect(linesOf(cause)).toContain('Ready to accept connections');
    // A start can be broken off.
    const aborting = makeStack(state.home, { probes: mute }).up({
      services: only,
      tell,
      signal: AbortSignal.timeout(300),
    });
    expect((await failure(aborting)).code).toBe('STACK_CANCELLED');
  });

  test('because the passwords are gone everywhere while there is data', async () => {
    await using state = await stackHome();
    const { home } = state;
    await up(home, only);
    const { name } = readStackJson(home);
    await makeStack(home).down({ services: [], tell });
    await rm(stackFile(home, 'secrets'), { recursive: true });
    await docker('volume', 'rm', `${name}_recovery`);
    expect((await failure(up(home, only))).code).toBe('STACK_CREDENTIALS_LOST');
    // Its data can still be given up.
    expect((await makeStack(home).destroy({ name, services: [], tell })).status).toBe('absent');
  });

  test('because the state folder has no space left, and nothing is lost by it', async (context) => {
    await using state = await stackHome();
    await mkdir(state.home);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', state.home]);
    if (status !== 0) return context.skip('no file system can be mounted here');
    try {
      await chmod(state.home, 0o700);
      // Just enough for the lock.
      await writeFile(path.join(state.home, 'filler'), Buffer.alloc(60 * 1024)).catch(() => undefined);
      const cause = await failure(up(state.home, only));
      expect(cause.code).toBe('DISK_FULL');
      await rm(path.join(state.home, 'filler'));
      expect((await up(state.home, only)).name).toBeTruthy();
      await makeStack(state.home).destroy({ name: readStackJson(state.home).name, services: [], tell });
    } finally {
      spawnSync('umount', ['-l', state.home]);
    }
  });
});
