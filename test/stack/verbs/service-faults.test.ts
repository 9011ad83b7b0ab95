import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { withoutServer } from '../../support/servers.ts';
import { failure, linesOf, up } from '../support/failure.ts';
import {
  docker,
  makeStack,
  readStackJson,
  squatFamiliarPorts,
  stackFile,
  stackHome,
} from '../support/stack.ts';

const reason = withoutServer('postgres', 'redis');
if (reason) console.info(`skipped: the faults of the stack's services, ${reason}`);

const onProgress = () => undefined;
const only = ['redis'] as const;

describe.skipIf(reason)('a start that fails at a service or its data', () => {
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
      await makeStack(home).down({ services: ['postgres'], onProgress });
      await docker('rm', '-f', '-v', `${name}-postgres-1`);
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
    await makeStack(home).down({ services: ['postgres'], onProgress });
    await inVolume('echo 16 >/data/PG_VERSION');
    const version = await failure(up(home, ['postgres']));
    expect(version).toMatchObject({ code: 'VOLUME_VERSION', message: expect.stringContaining('(16)') });
    expect(version.hint).toContain('TRAINYARD_POSTGRES_IMAGE=postgres:16');
    // It is not started again and again, and what it said stays with it; stopped in the midst of a start it has said nothing.
    const stopped = (await makeStack(home).status()).services.find((one) => one.name === 'postgres');
    expect(['failed', 'stopped']).toContain(stopped?.status);
    if (stopped?.status === 'failed') expect(stopped.cause).toMatchObject({ code: 'VOLUME_VERSION' });
    await inVolume('echo 17 >/data/PG_VERSION');

    await writeFile(stackFile(home, 'secrets', 'postgres-password'), 'f'.repeat(48), { mode: 0o600 });
    const stack = makeStack(home, { timeoutMs: 8000 });
    expect((await failure(stack.up({ services: ['postgres'], onProgress }))).code).toBe(
      'SERVICE_REFUSES_CREDENTIALS',
    );
  });

  test('because a service is given too little memory, or ends', async () => {
    await using state = await stackHome();
    const { home } = state;
    const memory = await failure(up(home, ['postgres'], { TRAINYARD_POSTGRES_MEMORY: '8m' }));
    expect(memory.code, `${memory.message} ${linesOf(memory)}`).toBe('SERVICE_OUT_OF_MEMORY');
    expect(memory.message).toContain('8 MiB');
    expect(memory.hint).toContain('TRAINYARD_POSTGRES_MEMORY=');

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
    const { probes } = await import('../../../src/main/stack/probes/probes.ts');
    const mute = { ...probes, redis: () => Promise.reject(new Error('nothing said')) };
    const stack = makeStack(state.home, { probes: mute, timeoutMs: 1500 });
    const cause = await failure(stack.up({ services: only, onProgress }));
    expect(cause).toMatchObject({
      code: 'SERVICE_TIMEOUT',
      message: expect.stringContaining('nothing said'),
    });
    // The last lines of a service that ran well.
    expect(linesOf(cause)).toContain('Ready to accept connections');
    // A start can be broken off.
    const aborting = makeStack(state.home, { probes: mute }).up({
      services: only,
      onProgress,
      signal: AbortSignal.timeout(300),
    });
    expect((await failure(aborting)).code).toBe('STACK_CANCELLED');
  });

  test('because the passwords are gone everywhere while there is data', async () => {
    await using state = await stackHome();
    const { home } = state;
    await up(home, only);
    const { name } = readStackJson(home);
    await makeStack(home).down({ services: [], onProgress });
    await rm(stackFile(home, 'secrets'), { recursive: true });
    await docker('volume', 'rm', `${name}_recovery`);
    expect((await failure(up(home, only))).code).toBe('STACK_CREDENTIALS_LOST');
    // Its data can still be given up.
    expect((await makeStack(home).destroy({ name, services: [], onProgress })).status).toBe('absent');
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
      await makeStack(state.home).destroy({ name: readStackJson(state.home).name, services: [], onProgress });
    } finally {
      spawnSync('umount', ['-l', state.home]);
    }
  });
});
