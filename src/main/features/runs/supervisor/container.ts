import { chownSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { z } from 'zod';
import { connectDocker } from '../../../stack/docker/client.ts';
import { codeOf, isGone, statusOf } from '../../../stack/docker/docker-fault.ts';
import type { Trainer, TrainerEnd } from './trainer.ts';

/** While the daemon is away: it may be restarted, or updated. */
const lookEveryMs = 500;
const lookAnywayMs = 5000;

const planSchema = z.looseObject({ name: z.string(), Image: z.string(), User: z.string() });

/** Signals by the number that is added to 128 in an exit code. */
const signals: Readonly<Record<number, NodeJS.Signals>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Asks again as long as the daemon cannot be reached. */
async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) === null) throw error;
      await delay(lookEveryMs);
    }
  }
}

/** A container of this name and attempt that was made before its supervisor could write that it had begun. */
async function create(docker: Docker, plan: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  try {
    return await docker.createContainer(plan);
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    await docker.getContainer(plan.name ?? '').remove({ force: true, v: true });
    return docker.createContainer(plan);
  }
}

/** How a container ended. */
async function endOf(container: Docker.Container): Promise<TrainerEnd> {
  try {
    const { State: state } = await untilAnswered(() => container.inspect());
    const signal = signals[state.ExitCode - 128] ?? null;
    return {
      exitCode: signal === null ? state.ExitCode : null,
      signal,
      ...(state.OOMKilled && { outOfMemory: true }),
    };
  } catch (error) {
    // Somebody removed it, and with it how it ended.
    if (isGone(error)) return { exitCode: null, signal: 'SIGKILL' };
    throw error;
  }
}

async function isRunning(container: Docker.Container): Promise<boolean> {
  try {
    const { State: state } = await untilAnswered(() => container.inspect());
    return state.Running || state.Restarting;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * Waits for the daemon's word, and looks from time to time all the same: the client does not report an answer that breaks off in its middle, as
 * where the daemon is killed while it waits.
 */
async function waitForEnd(container: Docker.Container): Promise<TrainerEnd> {
  let answer: Promise<unknown> | null = null;
  for (;;) {
    answer ??= untilAnswered(() => container.wait())
      .catch((error: unknown) => {
        if (!isGone(error)) throw error;
      })
      .finally(() => {
        answer = null;
      });
    await Promise.race([answer, delay(lookAnywayMs)]);
    // The wait may have ended with the daemon, and the container have gone on without it.
    if (!(await isRunning(container))) return endOf(container);
    if (answer === null) await delay(lookEveryMs);
  }
}

/** What a daemon says that does not start a container, shorter. */
function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return /could not select device driver|unknown or invalid runtime|no known GPU vendor/i.test(words)
    ? `Docker knows no GPUs: NVIDIA's container toolkit is missing ("trainyard doctor" says how to install it). It said: ${words}`
    : words;
}

/**
 * Makes and starts the container that `container.json` plans; its output goes from inside into the run directory.
 * @throws Error where it could not be started; no container is left then
 */
export async function startContainer(directory: string): Promise<Trainer> {
  const plan = planSchema.parse(JSON.parse(readFileSync(path.join(directory, 'container.json'), 'utf8')));
  giveOutputs(directory, plan.User);
  const { docker } = connectDocker(process.env);
  const container = await create(docker, plan);
  try {
    await container.start();
  } catch (error) {
    await container.remove({ force: true, v: true }).catch(() => undefined);
    throw new Error(wordsOf(error), { cause: error });
  }
  const { State, Image: image } = await untilAnswered(() => container.inspect());
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (signal: NodeJS.Signals) =>
    untilAnswered(() => container.kill({ signal })).catch((error: unknown) => {
      if (!isGone(error))
        process.stderr.write(`The container could not be sent ${signal}: ${wordsOf(error)}\n`);
    });
  return {
    pid: Math.max(1, State.Pid),
    container: { id: container.id, image },
    ended: waitForEnd(container).finally(() => clearTimeout(killTimer)),
    stop: (graceMs) => {
      if (killTimer) return;
      killTimer = setTimeout(() => void kill('SIGKILL'), graceMs);
      void kill('SIGTERM');
    },
    clear: async () => {
      await container.remove({ force: true, v: true }).catch((error: unknown) => {
        if (!isGone(error)) process.stderr.write(`The container could not be removed: ${wordsOf(error)}\n`);
      });
    },
  };
}

/** Where root supervises, the outputs are to be written by the container's account. */
function giveOutputs(directory: string, user: string): void {
  if (process.getuid?.() !== 0) return;
  const [uid = 0, gid = uid] = user.split(':').map(Number);
  for (const name of ['stdout.log', 'stderr.log']) chownSync(path.join(directory, name), uid, gid);
}
