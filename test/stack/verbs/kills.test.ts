import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { killChains, killPoints } from '../../support/kill-points.ts';
import { withoutServer } from '../../support/servers.ts';
import {
  docker,
  isThere,
  labelled,
  makeStack,
  readStackJson,
  redis,
  stackFile,
  stackHome,
  stackProcess,
} from '../support/stack.ts';

const reason = withoutServer('redis', 'postgres');
if (reason) console.info(`skipped: kills of the stack's verbs, ${reason}`);

/** The quickest of the five: what is tried here is the stack's, not the servers'. */
const only = ['redis'] as const;
const onProgress = () => undefined;
const sources = path.resolve(import.meta.dirname, '../../../src/main/stack');

/** Every place in the sources: a new one is tortured or fails the last test here. */
function allFailpoints(): string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(sources, file), 'utf8'));
  const places = texts.join('\n').matchAll(/failpoint\('(stack\.[^']+)'\)/g);
  return [...new Set([...places].map(([, name = '']) => name))].sort();
}

const both = (...names: string[]) => names.flatMap((name) => [`${name}.before`, `${name}.after`]);

/** Places that a verb passes which begins on such a state. */
const passed = {
  new: both(
    'stack.record.write',
    'stack.secret.write',
    'stack.compose.write',
    'stack.recovery.write',
    'stack.up.create',
    'stack.up.start',
    'stack.up.ensure',
    'stack.ensured.write',
  ),
  'with another limit': both(
    'stack.record.write',
    'stack.compose.write',
    'stack.up.replace',
    'stack.up.create',
    'stack.up.start',
    'stack.up.ensure',
    'stack.ensured.write',
  ),
  lost: both('stack.recover', 'stack.secret.write', 'stack.record.write'),
  damaged: both('stack.record.aside'),
  'going down': both('stack.record.write', 'stack.down.stop'),
  'being destroyed': both(
    'stack.record.write',
    'stack.destroy.intent',
    'stack.destroy.containers',
    'stack.destroy.networks',
    'stack.destroy.volumes',
    'stack.destroy.secrets',
    'stack.destroy.notes',
  ),
} as const;

/** From here on there is no way back. */
const irrevocable = ['volumes', 'secrets', 'notes'].flatMap((step) => both(`stack.destroy.${step}`));

/** Runs a verb in a process that dies at a place; fails where it did not come there. */
async function killedAt(failpoint: string, home: string, verb: string, environment: NodeJS.ProcessEnv = {}) {
  const { signal, output } = await stackProcess(home, verb, only, {
    ...environment,
    TRAINYARD_FAILPOINT: failpoint,
  }).ended;
  expect(signal, `${verb} was to die at ${failpoint}: ${output}`).toBe('SIGKILL');
}

async function expectHealthy(home: string): Promise<void> {
  const { services } = await makeStack(home).up({ services: only, onProgress });
  expect(services.find(({ name }) => name === 'redis')).toMatchObject({ status: 'healthy', cause: null });
  const { containers } = await labelled(home);
  expect(containers).toHaveLength(1);
}

async function withMarker(home: string): Promise<void> {
  await makeStack(home).up({ services: only, onProgress });
  await redis(home, 'set', 'marker', 'kept');
}

test.skipIf(reason).concurrent.each(killChains(passed.new))(
  'a first start killed at $failpoints, one try after the other, is completed by the next',
  async ({ failpoints }) => {
    await using state = await stackHome();
    for (const failpoint of failpoints) await killedAt(failpoint, state.home, 'up');
    await expectHealthy(state.home);
    await makeStack(state.home).destroy({ name: readStackJson(state.home).name, services: [], onProgress });
    expect(await labelled(state.home)).toEqual({ containers: [], volumes: [], networks: [] });
  },
);

test.skipIf(reason)(
  'a start of a stack with data killed anywhere keeps the data',
  { timeout: 240_000 },
  async () => {
    await using state = await stackHome();
    const { home } = state;
    await withMarker(home);
    const { id } = readStackJson(home);
    const urls = await makeStack(home).urls();
    const expectKept = async (failpoint: string) => {
      await expectHealthy(home);
      expect(await redis(home, 'get', 'marker'), failpoint).toBe('kept');
      expect(readStackJson(home).id, failpoint).toBe(id);
      expect(await makeStack(home).urls(), failpoint).toEqual(urls);
    };
    for (const failpoint of killPoints(passed['with another limit'])) {
      // What is written of the plan is written where the machine has another memory, too.
      const { machine, ...record } = { machine: 4 * 1024 ** 3, ...readStackJson(home) };
      writeFileSync(stackFile(home, 'stack.json'), JSON.stringify({ ...record, memoryBytes: machine }));
      await killedAt(failpoint, home, 'up', { TRAINYARD_REDIS_MEMORY: '123m' });
      await expectKept(failpoint);
    }
    for (const failpoint of killPoints(passed.lost)) {
      rmSync(stackFile(home), { recursive: true });
      await killedAt(failpoint, home, 'up');
      await expectKept(failpoint);
    }
    for (const failpoint of killPoints(passed.damaged)) {
      writeFileSync(stackFile(home, 'stack.json'), 'no notes');
      await killedAt(failpoint, home, 'up');
      await expectKept(failpoint);
    }
    for (const failpoint of killPoints(passed['going down'])) {
      await killedAt(failpoint, home, 'down');
      await expectKept(failpoint);
    }
  },
);

test.skipIf(reason).concurrent.each(killPoints(passed['being destroyed']))(
  'a removal killed at %s takes all or nothing of the data',
  async (failpoint) => {
    await using state = await stackHome();
    const { home } = state;
    await withMarker(home);
    const { id } = readStackJson(home);
    await killedAt(failpoint, home, 'destroy');
    await expectHealthy(home);
    const gone = irrevocable.includes(failpoint);
    expect(await redis(home, 'get', 'marker')).toBe(gone ? '' : 'kept');
    expect(readStackJson(home).id === id).toBe(!gone);
    // Nothing of the removed stack is left.
    const { volumes } = await labelled(home);
    expect(volumes.every((volume) => volume.startsWith(readStackJson(home).name))).toBe(true);
  },
);

test.skipIf(reason)('a removal that was killed goes on when it is asked for again', async () => {
  await using state = await stackHome();
  await withMarker(state.home);
  await killedAt('stack.destroy.networks.after', state.home, 'destroy');
  await makeStack(state.home).destroy({ name: readStackJson(state.home).name, services: [], onProgress });
  expect(await labelled(state.home)).toEqual({ containers: [], volumes: [], networks: [] });
  expect(isThere(state.home)).toBe(false);
});

const kills = Number(process.env.TRAINYARD_STACK_KILLS ?? 4);

test.skipIf(reason)(
  `verbs killed at ${kills} random moments leave what the next start makes healthy, with its data`,
  { timeout: 30_000 + kills * 20_000 },
  async () => {
    await using state = await stackHome();
    const { home } = state;
    const services = ['redis', 'postgres'] as const;
    const up = () => makeStack(home).up({ services, onProgress });
    await up();
    await redis(home, 'set', 'marker', 'kept');
    const verbs = ['up', 'restart', 'down', 'up'];
    for (let round = 0; round < kills; round += 1) {
      const verb = verbs[round % verbs.length] ?? 'up';
      // An `up` that has something to do: another plan every time.
      const environment = {
        TRAINYARD_REDIS_MEMORY: `${64 + round}m`,
        TRAINYARD_POSTGRES_MEMORY: `${300 + round}m`,
      };
      const { child, ended } = stackProcess(home, verb, services, environment);
      const delay = Math.floor(Math.random() * 2500);
      await Promise.race([pause(delay), ended]);
      child.kill('SIGKILL');
      await ended;
      const { services: now } = await up();
      const healthy = now.filter(({ status }) => status === 'healthy').map(({ name }) => name);
      expect(healthy, `${verb} killed after ${delay} ms`).toEqual(['postgres', 'redis']);
      expect(await redis(home, 'get', 'marker')).toBe('kept');
    }
  },
);

test.skipIf(reason)(
  'a stop that comes through only after a start began does not fail the start',
  async () => {
    await using state = await stackHome();
    const { home } = state;
    await withMarker(home);
    const { containers } = await labelled(home);
    const [container = ''] = containers;
    // It must not answer between its waking and its end, or the start is over before the stop comes through.
    await redis(home, 'client', 'pause', '600000', 'all');
    // What a killed `down` leaves behind: the daemon stops a container that takes its time.
    await docker('kill', '--signal', 'STOP', container);
    const stopping = docker('stop', '--time', '60', container);
    let resumed: Promise<unknown> | null = null;
    const up = await makeStack(home).up({
      services: only,
      onProgress: (event) => {
        if (event.type === 'step' && event.step === 'probe')
          resumed ??= docker('kill', '--signal', 'CONT', container);
      },
    });
    await Promise.all([stopping, resumed]);
    expect(up.services.find(({ name }) => name === 'redis')).toMatchObject({
      status: 'healthy',
      cause: null,
    });
    expect(await redis(home, 'get', 'marker')).toBe('kept');
  },
);

test('every place of the sources is one of those', () => {
  const taken = new Set(Object.values(passed).flat());
  expect(allFailpoints().filter((name) => !taken.has(name))).toEqual([]);
});
