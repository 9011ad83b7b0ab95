import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { withoutServer } from '../../support/servers.ts';
import {
  docker,
  labelled,
  makeStack,
  readStackJson,
  squatFamiliarPorts,
  stackHome,
} from '../support/stack.ts';

const reason = withoutServer('redis');
if (reason) console.info(`skipped: what is not the stack's, ${reason}`);

const only = ['redis'] as const;
const onProgress = () => undefined;
const image = 'redis:8';

/** Removed after each test, by name. */
const foreign: { kind: 'container' | 'volume' | 'network'; name: string }[] = [];

afterEach(async () => {
  for (const { kind, name } of foreign.splice(0).reverse())
    await docker(kind, 'rm', ...(kind === 'network' ? [] : ['-f']), name);
});

async function foreignVolume(name: string): Promise<void> {
  await docker('volume', 'create', name);
  foreign.push({ kind: 'volume', name });
  await docker(
    'run',
    '--rm',
    '--network',
    'none',
    '-v',
    `${name}:/theirs`,
    '--entrypoint',
    'sh',
    image,
    '-c',
    'echo precious >/theirs/file',
  );
}

async function foreignContainer(name: string, ...options: string[]): Promise<string> {
  const id = await docker('run', '-d', '--name', name, ...options, '--entrypoint', 'sleep', image, '600');
  foreign.push({ kind: 'container', name });
  return id.trim();
}

const contentOf = async (volume: string) =>
  createHash('sha256')
    .update(
      await docker(
        'run',
        '--rm',
        '--network',
        'none',
        '-v',
        `${volume}:/theirs:ro`,
        '--entrypoint',
        'sh',
        image,
        '-c',
        'ls -ln /theirs; cat /theirs/*',
      ),
    )
    .digest('hex');

const idOf = async (name: string) =>
  (await docker('inspect', '-f', '{{.Id}} {{.State.Status}}', name)).trim();

async function firstUp(stack: ReturnType<typeof makeStack>): Promise<void> {
  await using _squatter = await squatFamiliarPorts();
  await stack.up({ services: only, onProgress });
}

describe.skipIf(reason)('what is somebody else’s', () => {
  test('a volume of the same name is not taken, and stands after the stack was destroyed', async () => {
    await using state = await stackHome();
    const stack = makeStack(state.home);
    await firstUp(stack);
    const { name } = readStackJson(state.home);
    const volume = `${name}_redis-data`;
    await stack.down({ services: only, onProgress });
    await docker('rm', `${name}-redis-1`);
    await docker('volume', 'rm', volume);
    await foreignVolume(volume);
    const before = await contentOf(volume);

    await expect(stack.up({ services: only, onProgress })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining(volume),
      hint: expect.stringContaining(`docker volume rm ${volume}`),
    });
    expect((await stack.destroy({ name, services: [], onProgress })).status).toBe('absent');
    expect(await contentOf(volume)).toBe(before);
    expect(await labelled(state.home)).toEqual({ containers: [], volumes: [], networks: [] });
  });

  test('a container and a network of the same name are not touched', async () => {
    await using state = await stackHome();
    const stack = makeStack(state.home);
    await firstUp(stack);
    const { name } = readStackJson(state.home);
    await docker('rm', '-f', '-v', `${name}-redis-1`);
    await foreignContainer(`${name}-redis-1`);
    const before = await idOf(`${name}-redis-1`);
    await expect(stack.up({ services: only, onProgress })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    expect((await stack.status()).services.find((one) => one.name === 'redis')?.status).toBe('absent');
    await stack.down({ services: [], onProgress });
    expect(await idOf(`${name}-redis-1`)).toBe(before);

    await docker('rm', '-f', '-v', `${name}-redis-1`);
    foreign.splice(0);
    await docker('network', 'rm', `${name}_default`);
    await docker('network', 'create', `${name}_default`);
    foreign.push({ kind: 'network', name: `${name}_default` });
    await expect(stack.up({ services: only, onProgress })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await stack.destroy({ name, services: [], onProgress });
    expect(await docker('network', 'inspect', `${name}_default`)).toContain('"Labels": {}');
  });

  test('containers on the usual ports stay, and a new stack goes elsewhere', async () => {
    await using state = await stackHome();
    const squatter = `squatter-${process.pid}`;
    await foreignContainer(squatter, '-p', '127.0.0.1:16379:6379').catch(() => {
      // Somebody else is there already, which does as well; the container was made all the same.
      foreign.push({ kind: 'container', name: squatter });
    });
    const before = await idOf(squatter);
    const stack = makeStack(state.home);
    await stack.up({ services: only, onProgress });
    expect(readStackJson(state.home).ports.redis.main).not.toBe(16379);
    await stack.destroy({ name: readStackJson(state.home).name, services: [], onProgress });
    expect(await idOf(squatter)).toBe(before);
  });

  test('a volume that somebody else’s container uses is told of, and destroying goes on once it is free', async () => {
    await using state = await stackHome();
    const stack = makeStack(state.home);
    await stack.up({ services: only, onProgress });
    const { name } = readStackJson(state.home);
    const user = `volume-user-${process.pid}`;
    await foreignContainer(user, '--network', 'none', '-v', `${name}_redis-data:/data:ro`);
    await expect(stack.destroy({ name, services: [], onProgress })).rejects.toMatchObject({
      code: 'STACK_OBJECT_IN_USE',
      message: expect.stringContaining(`${name}_redis-data`),
    });
    expect(await idOf(user)).toContain('running');
    await docker('rm', '-f', '-v', user);
    foreign.splice(0);
    expect((await stack.destroy({ name, services: [], onProgress })).status).toBe('absent');
    expect(await labelled(state.home)).toEqual({ containers: [], volumes: [], networks: [] });
  });
});
