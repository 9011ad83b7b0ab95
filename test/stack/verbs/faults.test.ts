import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackLabels } from '../../../src/main/stack/labels.ts';
import { withoutServer } from '../../support/servers.ts';
import { failure, up } from '../support/failure.ts';
import { docker, listener, makeStack, readStackJson, stackHome, stackProcess } from '../support/stack.ts';

const reason = withoutServer('postgres', 'redis');
if (reason) console.info(`skipped: the stack's faults, ${reason}`);

const onProgress = () => undefined;
const only = ['redis'] as const;

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
    expect(cause.hint).toContain('systemctl start docker');
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
      code: 'COMPOSE_MISSING',
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
    await makeStack(home).down({ services: [], onProgress });
    const publish = ['-p', `127.0.0.1:${ports.redis.main}:6379`, '--entrypoint', 'sleep', 'redis:8', '600'];
    const stopped = `stopped-stack-${process.pid}`;
    // Another stack wants the port as well, and has it as little.
    await docker('create', '--name', stopped, '--label', `${stackLabels.stack}=${randomUUID()}`, ...publish);
    try {
      await using _squatter = await listening(ports.redis.main);
      const cause = await failure(up(home, only));
      expect(cause.code).toBe('PORT_TAKEN');
      expect(cause.message).toContain(String(ports.redis.main));
      if (process.platform === 'linux') expect(cause.message).toContain(`(process ${process.pid})`);
      expect(cause.hint).toContain('--ports new');
    } finally {
      await docker('rm', '-f', '-v', stopped);
    }
    const name = `port-squatter-${process.pid}`;
    await docker('run', '-d', '--name', name, ...publish);
    try {
      expect((await failure(up(home, only))).message).toContain(`the container ${name}`);
      expect(readStackJson(home).ports).toEqual(ports);
      const heard = listener();
      await makeStack(home).up({ services: only, onProgress: heard.onProgress, ports: 'new' });
      expect(readStackJson(home).ports.redis.main).not.toBe(ports.redis.main);
      expect(readStackJson(home).ports.postgres).toEqual(ports.postgres);
      expect(heard.steps()).toContain('ports done');
    } finally {
      await docker('rm', '-f', '-v', name);
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
});
