import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { runChannel } from '../../../src/main/stores/pubsub/ports.ts';
import { waitFor } from '../../support/engine.ts';
import { describeOnRedis } from '../redis/redis-server.ts';
import { pubSubContract } from './contract.ts';

describeOnRedis('on a real Redis', ({ open, cli, server }) => {
  pubSubContract('Redis', async () => {
    const faults: unknown[] = [];
    const [here, there] = [await open(faults), await open(faults)];
    return {
      here: here.pubSub,
      there: there.pubSub,
      faults,
      [Symbol.asyncDispose]: async () => {
        await here[Symbol.asyncDispose]();
        await there[Symbol.asyncDispose]();
      },
    };
  });

  test('publishes plain messages, and hears those of others', async () => {
    const faults: unknown[] = [];
    await using end = await open(faults);
    const channel = runChannel('6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77');
    const program = spawn(
      'docker',
      [
        ...['exec', '-e', `REDISCLI_AUTH=${server().password}`, server().container],
        ...['redis-cli', '--csv', 'subscribe', channel],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const lines = createInterface({ input: program.stdout });
      expect(String((await once(lines, 'line'))[0])).toContain('"subscribe"');
      const progress = { type: 'training_progress', data: { epoch: 1 } };
      const line = once(lines, 'line');
      await end.pubSub.publish(channel, progress);
      expect((await line)[0]).toBe(`"message","${channel}",${JSON.stringify(JSON.stringify(progress))}`);
    } finally {
      program.kill('SIGKILL');
    }
    const heard: unknown[] = [];
    await using _subscription = await end.pubSub.subscribe(channel, (message) => heard.push(message));
    await cli('publish', channel, 'no json');
    await cli('publish', channel, '{"type":"by hand"}');
    await waitFor('the message', async () => heard.length > 0, 10_000);
    expect(heard).toEqual([{ type: 'by hand' }]);
    expect(faults).toEqual([expect.any(SyntaxError)]);
  });

  test('listens again after its connections broke, and still hears its own messages once', async () => {
    const outages: unknown[] = [];
    await using end = await open(outages);
    await using far = await open();
    const heard: unknown[] = [];
    await using _subscription = await end.pubSub.subscribe('news', (message) => heard.push(message));
    for (const round of [1, 2]) {
      await cli('client', 'kill', 'type', 'pubsub');
      await cli('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      await waitFor('the outage to be reported', async () => outages.length === round, 10_000);
      await end.pubSub.publish('news', `own ${round}`);
      await waitFor('a message from the other end', async () => {
        await far.pubSub.publish('news', `far ${round}`);
        return heard.includes(`far ${round}`);
      });
      expect(heard.filter((message) => message === `own ${round}`)).toHaveLength(1);
    }
  });

  test('sends what comes close together in few commands', async () => {
    await using end = await open();
    await using far = await open();
    const heard: unknown[] = [];
    await using _subscription = await far.pubSub.subscribe('news', (message) => heard.push(message));
    const calls = async () =>
      Number(/cmdstat_eval(?:sha)?:calls=(\d+)/.exec(await cli('info', 'commandstats'))?.[1] ?? 0);
    const before = await calls();
    await Promise.all(
      Array.from({ length: 3000 }, (_, number) => end.pubSub.publish(`run ${number % 3}`, number)),
    );
    await end.pubSub.publish('news', 'end');
    await waitFor('the last message', async () => heard.length === 1);
    expect((await calls()) - before).toBeLessThan(10);
  });

  test('publishes on after the server forgot its scripts', async () => {
    await using end = await open();
    await using far = await open();
    const heard: unknown[] = [];
    await using _subscription = await far.pubSub.subscribe('news', (message) => heard.push(message));
    await end.pubSub.publish('news', 'before');
    await cli('script', 'flush');
    await end.pubSub.publish('news', 'after');
    await waitFor('both messages', async () => heard.length === 2);
    expect(heard).toEqual(['before', 'after']);
  });
});
