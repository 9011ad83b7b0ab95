import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackStateSchema } from '../../../src/shared/contract/stack.ts';
import { serviceNames } from '../../../src/shared/model/stack.ts';
import { withoutServer } from '../../support/servers.ts';
import {
  docker,
  isThere,
  labelled,
  listener,
  makeStack,
  readStackJson,
  redis,
  squatFamiliarPorts,
  stackFile,
  stackHome,
  stackProcess,
} from '../support/stack.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: the stack's verbs, ${reason}`);

const only = ['redis'] as const;

/** An environment in which there is no docker program. */
const noProgram = {
  ...process.env,
  PATH: '/nonexistent',
  DOCKER_HOST: process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock',
};

describe.skipIf(reason)('a stack of five services', () => {
  let state: Awaited<ReturnType<typeof stackHome>>;
  let home: string;
  const containersOf = async () => {
    const { services } = await makeStack(home).status();
    return Object.fromEntries(
      services.map(({ name, containerId, startedAt }) => [name, { containerId, startedAt }]),
    );
  };

  beforeAll(async () => {
    // A name that Compose, a shell or YAML would read otherwise.
    state = await stackHome("a $HOME: 'x'");
    home = state.home;
  });
  afterAll(async () => {
    await state[Symbol.asyncDispose]();
  });

  test('is up from nothing, healthy, on ports of its own', async () => {
    const heard = listener();
    await using _squatter = await squatFamiliarPorts();
    const up = await makeStack(home).up({ services: [], onProgress: heard.onProgress });
    expect(stackStateSchema.parse(up)).toEqual(up);
    expect(up).toMatchObject({ status: 'running', name: expect.stringMatching(/^trainyard-[0-9a-f]{8}$/) });
    expect(up.services.map(({ name, status }) => [name, status])).toEqual(
      serviceNames.map((name) => [name, 'healthy']),
    );
    for (const service of up.services) {
      expect(service.endpoint).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(service.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(service.version, service.name).toBeTruthy();
    }
    expect(heard.steps()).toEqual(
      expect.arrayContaining(['images done', 'create done', 'start done', 'probe done']),
    );
    expect(statSync(stackFile(home, 'secrets')).mode & 0o777).toBe(0o700);
    await redis(home, 'set', 'marker', 'kept');
  });

  test('is up at once when it is up, without Compose', async () => {
    const before = await containersOf();
    const heard = listener();
    const up = await makeStack(home, { environment: noProgram }).up({
      services: [],
      onProgress: heard.onProgress,
    });
    expect(up.status).toBe('running');
    expect(new Set(heard.steps())).toEqual(new Set(['probe done']));
    expect(await containersOf()).toEqual(before);
  });

  test('is known to Compose as what it is', async () => {
    const before = await containersOf();
    await docker('compose', '-f', stackFile(home, 'compose.yaml'), 'up', '-d', '--pull', 'never');
    expect(await containersOf()).toEqual(before);
  });

  test('stops and starts with its data, without Compose', async () => {
    const stack = makeStack(home, { environment: noProgram });
    const down = await stack.down({ services: [], onProgress: () => undefined });
    expect(down.status).toBe('stopped');
    expect(down.services.every(({ cause }) => cause === null)).toBe(true);
    expect((await stack.up({ services: [], onProgress: () => undefined })).status).toBe('running');
    expect(await redis(home, 'get', 'marker')).toBe('kept');
  });

  test('restarts one service and leaves the others', async () => {
    const before = await containersOf();
    const state = await makeStack(home).restart({ services: only, onProgress: () => undefined });
    expect(state.status).toBe('running');
    const after = await containersOf();
    expect(after.redis?.startedAt).not.toBe(before.redis?.startedAt);
    expect({ ...after, redis: null }).toEqual({ ...before, redis: null });
  });

  test('stops one service and says that the stack is degraded', async () => {
    const stack = makeStack(home);
    const down = await stack.down({ services: only, onProgress: () => undefined });
    expect(down.status).toBe('degraded');
    expect(down.services.find(({ name }) => name === 'redis')?.status).toBe('stopped');
    expect((await stack.up({ services: only, onProgress: () => undefined })).status).toBe('running');
  });

  test('says of a paused service that it is, and how it goes on', async () => {
    const redisNow = async () =>
      (await makeStack(home).status()).services.find(({ name }) => name === 'redis');
    const container = (await redisNow())?.containerName ?? '';
    await docker('pause', container);
    try {
      const hint = `Resume it: docker unpause ${container}`;
      expect(await redisNow()).toMatchObject({
        status: 'unhealthy',
        cause: { code: 'SERVICE_PAUSED', hint },
      });
    } finally {
      await docker('unpause', container);
    }
    expect(await redisNow()).toMatchObject({ status: 'healthy', cause: null });
  });

  test('makes a container anew where its plan is another, and keeps its data', async () => {
    const before = await containersOf();
    const environment = { ...process.env, TRAINYARD_REDIS_MEMORY: '300m' };
    const up = await makeStack(home, { environment }).up({ services: only, onProgress: () => undefined });
    expect(up.services.find(({ name }) => name === 'redis')?.memoryLimitBytes).toBe(300 * 1024 ** 2);
    const after = await containersOf();
    expect(after.redis?.containerId).not.toBe(before.redis?.containerId);
    expect(after.postgres).toEqual(before.postgres);
    expect(await redis(home, 'get', 'marker')).toBe('kept');
    expect(await redis(home, 'config', 'get', 'maxmemory')).toBe(`maxmemory\n${180 * 1024 ** 2}`);
  });

  test('is found again by its labels where its local state was lost: name, ports, passwords', async () => {
    const before = readStackJson(home);
    const urls = await makeStack(home).urls();
    rmSync(stackFile(home), { recursive: true });
    const lost = await makeStack(home).status();
    expect(lost).toMatchObject({ name: before.name, status: 'running' });
    const heard = listener();
    const up = await makeStack(home).up({ services: [], onProgress: heard.onProgress });
    expect(up.status).toBe('running');
    expect(heard.steps()).toContain('recover done');
    expect(readStackJson(home)).toMatchObject({ id: before.id, name: before.name, ports: before.ports });
    expect(await makeStack(home).urls()).toEqual(urls);
    expect(await redis(home, 'get', 'marker')).toBe('kept');
  });

  test('is found again where its containers are gone too', async () => {
    const before = readStackJson(home);
    const { containers, networks } = await labelled(home);
    await docker('rm', '-f', '-v', ...containers);
    await docker('network', 'rm', ...networks);
    rmSync(stackFile(home), { recursive: true });
    expect((await makeStack(home).up({ services: [], onProgress: () => undefined })).status).toBe('running');
    expect(readStackJson(home)).toMatchObject({ id: before.id, ports: before.ports });
    expect(await redis(home, 'get', 'marker')).toBe('kept');
  });

  test('sets a damaged stack.json aside, says so, and goes on', async () => {
    const before = readStackJson(home);
    writeFileSync(stackFile(home, 'stack.json'), '{"version":1,"id":');
    const heard = listener();
    expect((await makeStack(home).up({ services: [], onProgress: heard.onProgress })).status).toBe('running');
    const told = heard.changes.find(
      (one) => one.type === 'step' && one.step === 'state' && one.status === 'done',
    );
    expect(told).toMatchObject({ detail: expect.stringContaining('STACK_STATE_CORRUPT') });
    expect(readStackJson(home).id).toBe(before.id);
  });

  test('starts again where its network was pruned', async () => {
    const stack = makeStack(home);
    await stack.down({ services: [], onProgress: () => undefined });
    const { networks } = await labelled(home);
    await docker('network', 'rm', ...networks);
    expect((await stack.up({ services: [], onProgress: () => undefined })).status).toBe('running');
    expect(await redis(home, 'get', 'marker')).toBe('kept');
  });

  test('is not destroyed without its name', async () => {
    const stack = makeStack(home);
    const wrong = stack.destroy({ name: 'trainyard-00000000', services: [], onProgress: () => undefined });
    await expect(wrong).rejects.toMatchObject({ code: 'STACK_NAME_WRONG' });
    expect((await stack.status()).status).toBe('running');
  });

  test('loses one service with its data where only that is destroyed', async () => {
    const stack = makeStack(home);
    const { name } = readStackJson(home);
    const state = await stack.destroy({ name, services: only, onProgress: () => undefined });
    expect(state.services.find((one) => one.name === 'redis')?.status).toBe('absent');
    expect(state.status).toBe('degraded');
    expect((await stack.up({ services: [], onProgress: () => undefined })).status).toBe('running');
    expect(await redis(home, 'get', 'marker')).toBe('');
  });

  test('is gone without a trace when it is destroyed', async () => {
    const { name } = readStackJson(home);
    const state = await makeStack(home).destroy({ name, services: [], onProgress: () => undefined });
    expect(state).toMatchObject({ status: 'absent', name: null });
    expect(await labelled(home)).toEqual({ containers: [], volumes: [], networks: [] });
    expect(isThere(home)).toBe(false);
    await expect(makeStack(home).endpoints()).rejects.toMatchObject({ code: 'STACK_ABSENT' });
  });
});

describe.skipIf(reason)('several at once', () => {
  test('ten starts of one stack: one makes it, nine wait and agree', async () => {
    await using state = await stackHome();
    const all = await Promise.all(
      Array.from({ length: 10 }, async (_none, index) => {
        // Some in processes of their own.
        if (index < 3) {
          const { code, output } = await stackProcess(state.home, 'up', only).ended;
          const lines = output
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
          const steps = lines.filter((line) => line.status === 'done').map((line) => line.step as string);
          return { ok: code === 0, steps, name: lines.at(-1)?.state?.name };
        }
        const heard = listener();
        const { name } = await makeStack(state.home).up({ services: only, onProgress: heard.onProgress });
        return { ok: true, steps: heard.steps().map((step) => step.split(' ')[0] ?? ''), name };
      }),
    );
    expect(all.filter(({ ok }) => ok)).toHaveLength(10);
    expect(all.filter(({ steps }) => steps.includes('create'))).toHaveLength(1);
    // Those in this process began at the same moment; another may come when everything is done.
    expect(all.slice(3).filter(({ steps }) => steps.includes('wait')).length).toBeGreaterThanOrEqual(6);
    expect(new Set(all.map(({ name }) => name)).size).toBe(1);
    expect((await labelled(state.home)).containers).toHaveLength(1);
  });

  test('stacks of two state folders begun at the same moment have ports, data and passwords of their own', async () => {
    await using one = await stackHome();
    await using other = await stackHome();
    const homes = [one.home, other.home];
    await Promise.all(
      homes.map((home) => makeStack(home).up({ services: only, onProgress: () => undefined })),
    );
    const [first, second] = homes.map(readStackJson);
    expect(first?.ports.redis.main).not.toBe(second?.ports.redis.main);
    const passwords = homes.map((home) => readFileSync(stackFile(home, 'secrets', 'redis-password'), 'utf8'));
    expect(passwords[0]).not.toBe(passwords[1]);
    await redis(one.home, 'set', 'whose', 'one');
    expect(await redis(other.home, 'get', 'whose')).toBe('');
    await makeStack(one.home).destroy({ name: first?.name ?? '', services: [], onProgress: () => undefined });
    expect((await makeStack(other.home).status()).services.find(({ name }) => name === 'redis')?.status).toBe(
      'healthy',
    );
  });
});

test.skipIf(reason)('the template works by hand as it stands', async () => {
  const project = `trainyard-byhand-${process.pid}`;
  await using state = await stackHome();
  mkdirSync(path.join(state.home, 'secrets'), { recursive: true });
  for (const name of ['postgres', 'mongo', 'redis', 's3'])
    writeFileSync(path.join(state.home, 'secrets', `${name}-password`), 'a-password-made-by-hand', {
      mode: 0o600,
    });
  const template = readFileSync(
    path.resolve(import.meta.dirname, '../../../resources/stack/compose.yaml'),
    'utf8',
  );
  const file = path.join(state.home, 'compose.yaml');
  // Other ports than those by which a server of this machine may be known, and health asked for often: this test shall not take long.
  writeFileSync(
    file,
    template.replaceAll(/127\.0\.0\.1:\d+:/g, '127.0.0.1::').replaceAll('interval: 10s', 'interval: 500ms'),
  );
  const compose = (...args: string[]) =>
    promisify(execFile)('docker', ['compose', '-p', project, '-f', file, ...args], { timeout: 100_000 });
  try {
    await compose('up', '--wait', '--pull', 'never');
    const { stdout } = await compose('ps', '--format', '{{.Service}} {{.Health}}');
    expect(stdout.trim().split('\n').sort()).toEqual(
      [...serviceNames].sort().map((name) => `${name} healthy`),
    );
  } finally {
    await compose('down', '-v', '--timeout', '5');
  }
});
