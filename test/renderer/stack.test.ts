import { type ClientLink, ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { commandsIn, wordsOf } from '../../src/renderer/components/commands-in.ts';
import { tailLogs } from '../../src/renderer/features/stack/log/stack-log.ts';
import { isPulled, pullSum, take, type Work } from '../../src/renderer/features/stack/work/work.ts';
import { StoreWaiter } from '../../src/renderer/rpc/store-waiter.ts';
import type { StackEvent } from '../../src/shared/contract/stack.ts';

const at = (seq: number) => ({ seq, time: `2026-11-23T22:40:${10 + seq}.000Z`, operation: 'one' });

test('an operation is what its events told, a step counts once, and another operation begins anew', () => {
  const events: StackEvent[] = [
    { ...at(1), type: 'begin', verb: 'up', services: ['redis'] },
    {
      ...at(2),
      type: 'step',
      step: 'start',
      service: 'redis',
      status: 'running',
      detail: '',
      durationMs: null,
    },
    { ...at(3), type: 'step', step: 'start', service: 'redis', status: 'done', detail: 'x', durationMs: 900 },
    { ...at(4), type: 'service', service: 'redis', status: 'healthy' },
    { ...at(5), type: 'end', status: 'done', cause: null },
  ];
  const work = events.reduce<Work | null>(take, null);
  expect(work).toMatchObject({
    verb: 'up',
    status: 'done',
    endedAt: at(5).time,
    steps: [{ step: 'start', status: 'done', detail: 'x', durationMs: 900, startedAt: at(2).time }],
  });
  const other = take(work, { ...at(6), operation: 'two', type: 'begin', verb: 'down', services: [] });
  expect(other).toMatchObject({ id: 'two', verb: 'down', status: 'running', steps: [] });
});

test('the time left of images comes from those that are still on their way', () => {
  const pull = { service: 'mongo', image: 'mongo:8', layers: 9, bytesTotal: 1000 } as const;
  const open = { ...pull, layersDone: 3, bytesDone: 400, bytesPerSecond: 100 };
  const done = { ...pull, layersDone: 9, bytesDone: 1000, bytesPerSecond: 999 };
  expect(isPulled(done)).toBe(true);
  expect(pullSum([open, done])).toEqual({ done: 1400, total: 2000, rate: 100, leftMs: 6000 });
  expect(pullSum([{ ...open, bytesPerSecond: 0 }]).leftMs).toBeNull();
});

test.each([
  ['Start it: sudo systemctl start docker', ['sudo systemctl start docker'], 'Start it:'],
  ['Run "npm ci" again, or install it.', ['npm ci'], 'Run "npm ci" again, or install it.'],
  ['Stop it: `docker stop x`.', ['docker stop x'], 'Stop it:'],
  ['sudo mount -o remount,size=8G /dev/shm', ['sudo mount -o remount,size=8G /dev/shm'], ''],
  [
    'Give it more: TRAINYARD_REDIS_MEMORY=1g trainyard stack up',
    ['TRAINYARD_REDIS_MEMORY=1g trainyard stack up'],
    'Give it more:',
  ],
  ['Free some space on the disk.', [], 'Free some space on the disk.'],
])('the commands of "%s" are found', (hint, commands, words) => {
  expect(commandsIn(hint)).toEqual(commands);
  expect(wordsOf(hint, commands)).toBe(words);
});

/** A clock that a test moves by hand, and a link that answers as the test says. */
function waiterBench() {
  const timers: { due: number; action: () => void }[] = [];
  let now = 0;
  let there = false;
  const asked: string[] = [];
  const link: ClientLink<Record<never, never>> = {
    call: async (path) => {
      asked.push(path.join('.'));
      if (!there) throw new ORPCError('STORES_NOT_READY', { status: 503, message: 'stopped' });
      return path[1] === 'events' ? new Promise(() => {}) : 'an answer';
    },
  };
  const waiter = new StoreWaiter(link, {
    schedule: (milliseconds, action) => {
      const timer = { due: now + milliseconds, action };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    waiter,
    asked,
    settle,
    bringBack: () => {
      there = true;
    },
    pass: async (milliseconds: number) => {
      now += milliseconds;
      for (const timer of timers.filter(({ due }) => due <= now)) {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
        timer.action();
      }
      await settle();
    },
  };
}

test('a read waits for the stores and is asked again; a write is answered with the error', async () => {
  const { waiter, asked, settle, bringBack, pass } = waiterBench();
  await expect(waiter.call(['runs', 'create'], {}, { context: {} })).rejects.toThrow('stopped');
  expect(waiter.snapshot()).toBeNull();
  const read = waiter.call(['runs', 'list'], {}, { context: {} });
  await settle();
  expect(waiter.snapshot()?.message).toBe('stopped');
  await pass(3000);
  expect(waiter.snapshot()?.message).toBe('stopped');
  bringBack();
  waiter.wake();
  expect(await read).toBe('an answer');
  await pass(200);
  expect(waiter.snapshot()).toBeNull();
  expect(asked).toEqual(['runs.create', 'runs.list', 'runs.list', 'runs.list']);
});

test('a read that reached the stores and only waits for changes keeps no page shut', async () => {
  const { waiter, settle, bringBack, pass } = waiterBench();
  void waiter.call(['runs', 'events'], {}, { context: {} });
  await settle();
  bringBack();
  waiter.wake();
  await settle();
  await pass(400);
  await pass(200);
  expect(waiter.snapshot()).toBeNull();
});

test('a cancelled read waits no longer', async () => {
  const { waiter, settle, pass } = waiterBench();
  const controller = new AbortController();
  const read = waiter.call(['runs', 'list'], {}, { context: {}, signal: controller.signal });
  await settle();
  controller.abort();
  await expect(read).rejects.toThrow();
  await pass(200);
  expect(waiter.snapshot()).toBeNull();
});

test('a log’s next page is asked for once the one before was taken, and an error from the same place', async () => {
  const controller = new AbortController();
  const asked: string[] = [];
  const errors: unknown[] = [];
  let broken = true;
  const line = (text: string) => ({ service: 'redis', time: at(1).time, stream: 'stdout', text }) as const;
  const tail = tailLogs(
    async ({ after }) => {
      asked.push(after ?? '');
      if (after === '1' && broken) {
        broken = false;
        throw new Error('the daemon is away');
      }
      const next = Number(after) + 1;
      return { cursor: String(next), lines: [line(`line ${next}`)] };
    },
    [],
    (error) => errors.push(error),
    controller.signal,
  );
  expect((await tail.next()).value).toEqual([line('line 1')]);
  expect(asked).toEqual(['']);
  expect((await tail.next()).value).toEqual([line('line 2')]);
  expect(asked).toEqual(['', '1', '1']);
  expect(errors.map(String)).toEqual(['null', 'Error: the daemon is away', 'null']);
  controller.abort();
  await tail.return(undefined);
});
