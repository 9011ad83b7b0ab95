import { z } from 'zod';
import { pause } from '../../../platform/waiting.ts';
import { type RedisConnection, script } from '../../redis/connection.ts';
import { isOutage } from '../../redis/errors.ts';
import type { WorkerLink } from '../ports.ts';

/** What `resources/workers/celery/trainyard_worker` uses, too. */
const workersKey = 'trainyard:workers';
const callsKey = 'trainyard:jobs:calls';
const answerKey = (id: string) => `trainyard:jobs:answers:${id}`;

/** How long the server holds the question whether a call came. */
export const callWaitMs = 5000;
const answerLifetimeMs = 60_000;
const pauseMs = 1000;

/** A worker writes down until when it is there, by the server's clock, and does so again before that. */
const countWorkers = script(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  return redis.call('ZCARD', KEYS[1])`);

const callSchema = z.object({ id: z.uuid(), call: z.unknown() });

/**
 * Calls of workers over Redis: a worker needs nothing else of the engine, which listens on its own machine only. A call that nobody
 * answers is made again by the worker.
 */
export function createWorkerLink(
  commands: RedisConnection,
  waiting: () => RedisConnection,
  report: (error: unknown) => void,
): WorkerLink {
  return {
    present: async () => Number(await commands.runScript(countWorkers, [workersKey], [], true)) > 0,
    serve: (answer) => {
      const calls = waiting();
      const reply = async (text: string): Promise<void> => {
        try {
          const { id, call } = callSchema.parse(JSON.parse(text));
          const reply = JSON.stringify(await answer(call));
          await commands.run((client) =>
            client.multi().rpush(answerKey(id), reply).pexpire(answerKey(id), answerLifetimeMs).exec(),
          );
        } catch (error) {
          report(error);
        }
      };
      const answering = new Set<Promise<void>>();
      const listening = listen(calls, report, (text) => {
        const replying = reply(text).finally(() => answering.delete(replying));
        answering.add(replying);
      });
      return {
        // What was taken is answered yet.
        [Symbol.asyncDispose]: async () => {
          await calls[Symbol.asyncDispose]();
          await listening;
          await Promise.all(answering);
        },
      };
    },
  };
}

async function listen(
  calls: RedisConnection,
  report: (error: unknown) => void,
  take: (text: string) => void,
): Promise<void> {
  while (!calls.closed) {
    try {
      const taken = await calls.run((client) => client.blpop(callsKey, callWaitMs / 1000));
      if (taken) take(taken[1]);
    } catch (error) {
      if (calls.closed) return;
      if (!isOutage(error)) report(error);
      await pause(pauseMs);
    }
  }
}
