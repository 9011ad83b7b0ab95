import { z } from 'zod';
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
    serve: (answer) => new CallServer(commands, waiting(), answer, report),
  };
}

class CallServer implements AsyncDisposable {
  private readonly commands: RedisConnection;
  private readonly waiting: RedisConnection;
  private readonly answer: (call: unknown) => Promise<unknown>;
  private readonly report: (error: unknown) => void;
  private readonly answering = new Set<Promise<void>>();
  private readonly listening: Promise<void>;

  constructor(
    commands: RedisConnection,
    waiting: RedisConnection,
    answer: (call: unknown) => Promise<unknown>,
    report: (error: unknown) => void,
  ) {
    this.commands = commands;
    this.waiting = waiting;
    this.answer = answer;
    this.report = report;
    this.listening = this.listen();
  }

  /** What was taken is answered yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.waiting[Symbol.asyncDispose]();
    await this.listening;
    await Promise.all(this.answering);
  }

  private async listen(): Promise<void> {
    while (!this.waiting.closed) {
      try {
        const taken = await this.waiting.run((client) => client.blpop(callsKey, callWaitMs / 1000));
        if (!taken) continue;
        const answering: Promise<void> = this.reply(taken[1]).finally(() => this.answering.delete(answering));
        this.answering.add(answering);
      } catch (error) {
        if (this.waiting.closed) return;
        if (!isOutage(error)) this.report(error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  private async reply(text: string): Promise<void> {
    try {
      const { id, call } = callSchema.parse(JSON.parse(text));
      const answer = JSON.stringify(await this.answer(call));
      await this.commands.run((client) =>
        client.multi().rpush(answerKey(id), answer).pexpire(answerKey(id), answerLifetimeMs).exec(),
      );
    } catch (error) {
      this.report(error);
    }
  }
}
