import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { serviceNames } from '../../src/shared/model/stack.ts';
import { runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { withoutServer } from '../support/servers.ts';

const reason = withoutServer(...serviceNames);
if (reason) console.info(`skipped: the stack by the command line (${reason})`);

interface Service {
  readonly name: string;
  readonly status: string;
  readonly endpoint: string;
  readonly image: string;
}

const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '');

test.skipIf(reason)(
  'stack up, status, logs and destroy, as a program sees them',
  async () => {
    await using state = await temporaryHome();
    const { home } = state;
    let name = '';
    try {
      const up = await runCli(home, ['stack', 'up', '--profile', 'docker', '--json']);
      expect(up.code, up.stderr + up.stdout).toBe(0);
      const lines = up.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const events = lines.slice(0, -1);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect([events[0]?.type, events.at(-1)?.type]).toEqual(['begin', 'end']);
      const running = lines.at(-1);
      name = running.name;
      expect(running).toMatchObject({ status: 'running', profile: 'docker' });
      expect(running.urls).toBeUndefined();
      const services: Service[] = running.services;
      expect(services.map((service) => service.name)).toEqual([...serviceNames]);
      for (const service of services) {
        expect(service).toMatchObject({
          status: 'healthy',
          endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        });
        expect(service.image).toMatch(/:/);
      }

      const status = await runCli(home, ['stack', 'status', '--json', '--reveal']);
      const revealed = JSON.parse(status.stdout);
      expect(revealed).toMatchObject({ status: 'running', profile: 'docker' });
      expect(Object.keys(revealed.urls)).toEqual(['postgres', 'mongo', 'redis', 's3', 'temporal']);
      expect(up.stdout + up.stderr).not.toContain(new URL(revealed.urls.postgres).password);

      const logs = await runCli(home, ['stack', 'logs', 'redis', '--search', 'ready to accept', '--json']);
      expect(lastLine(logs.stdout)).toMatchObject({ service: 'redis', stream: 'stdout' });

      const down = await runCli(home, ['stack', 'down', 'redis', '--json']);
      expect(lastLine(down.stdout)).toMatchObject({ status: 'degraded' });
      const wrong = await runCli(home, ['stack', 'destroy', '--name', 'another', '--json']);
      expect(wrong.code).toBe(1);
      expect(lastLine(wrong.stdout)).toMatchObject({ error: { code: 'STACK_NAME_WRONG' } });
    } finally {
      const destroyed = await runCli(home, ['stack', 'destroy', '--name', name, '--json']);
      expect(destroyed.code, destroyed.stderr).toBe(0);
      expect(lastLine(destroyed.stdout)).toMatchObject({ status: 'absent', name: null });
    }
  },
  180_000,
);

test('where an engine runs it brings the stack up, unless this shell says something that it does not know', async () => {
  await using state = await preparedHome();
  const at = (name: string) => ({ DOCKER_HOST: `unix://${path.dirname(state.home)}/${name}` });
  await using _engine = await startEngine(state.home, ['--no-sample'], at('engine.docker'));
  const sentence = async (environment: NodeJS.ProcessEnv) => {
    const { code, stdout } = await runCli(state.home, ['stack', 'up', '--json'], environment);
    expect(code).toBe(1);
    return lastLine(stdout).error.message;
  };
  const unset = { DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined };
  expect(await sentence(unset)).toContain('engine.docker');
  expect(await sentence(at('shell.docker'))).toContain('shell.docker');
});

test.skipIf(reason)(
  'an engine that dies while it brings the stack up is taken over from',
  async () => {
    await using state = await temporaryHome();
    const { home } = state;
    // A Docker that takes connections and says nothing.
    const socket = path.join(path.dirname(home), 'silent.docker');
    const silent = createServer((connection) => connection.on('error', () => {})).listen(socket);
    await once(silent, 'listening');
    const asked = once(silent, 'connection');
    const engine = await startEngine(home, ['--no-sample'], { DOCKER_HOST: `unix://${socket}` });
    const up = runCli(home, ['stack', 'up', 'redis', '--json']);
    await asked;
    engine.process.kill('SIGKILL');
    silent.close();
    const { code, stdout, stderr } = await up;
    const { name, services } = lastLine(stdout);
    try {
      expect(code, stderr + stdout).toBe(0);
      expect(services.find((one: Service) => one.name === 'redis')).toMatchObject({ status: 'healthy' });
    } finally {
      await runCli(home, ['stack', 'destroy', '--name', name, '--json']);
    }
  },
  120_000,
);

test('without a Docker Engine one sentence says so, for people and programs, and the exit code is 1', async () => {
  await using state = await temporaryHome();
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-nothing-'));
  try {
    const environment = { DOCKER_HOST: `unix://${folder}/docker.sock` };
    const up = await runCli(state.home, ['stack', 'up', '--json'], environment);
    expect(up.code).toBe(1);
    expect(lastLine(up.stdout)).toMatchObject({ error: { code: 'DOCKER_NOT_RUNNING' } });
    expect(up.stderr.trim().split('\n')).toHaveLength(1);
    const korean = await runCli(state.home, ['stack', 'up'], { ...environment, TRAINYARD_LANG: 'ko' });
    expect(korean.stderr).toContain(`Docker Engine이 실행 중이 아닙니다. ${environment.DOCKER_HOST}에서`);
    expect(korean.stderr).not.toContain('does not run');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [['stack', 'up', 'mysql'], /postgres, mongo, redis, s3, temporal/],
  [['stack', 'up', '--profile', 'embedded'], /docker/],
  [['stack', 'up', '--image', 'mysql=mysql:9'], /"mysql=mysql:9" names no image/],
  [['stack', 'up', '--image', 'redis=re dis'], /"redis=re dis" names no image/],
  [['stack', 'logs', '--since', 'yesterday'], /--since/],
  [['stack', 'destroy'], /--name/],
  [['stack', 'destroy', '--yes'], /--yes/],
])('%j is wrong usage', async (args, sentence) => {
  await using state = await temporaryHome();
  const { code, stderr } = await runCli(state.home, args);
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
});
