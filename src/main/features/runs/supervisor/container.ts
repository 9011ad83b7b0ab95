import { fchownSync, fstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { chosenAddress } from '../../../stack/docker/address.ts';
import { isGone } from '../../../stack/docker/docker-fault.ts';
import { type Inspected, RunContainer } from './run-container.ts';
import type { Trainer, TrainerEnd } from './trainer.ts';

/** Between two looks at a container whose end the daemon did not report. */
const lookEveryMs = 500;
const lookAnywayMs = 5000;

const planSchema = z.looseObject({ User: z.string() });

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

/** How a container stands; null where it was removed. */
async function look(container: RunContainer): Promise<Inspected['State'] | null> {
  try {
    return (await container.inspect()).State;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/**
 * Waits for the daemon's word, and looks from time to time all the same: an answer of a daemon that is killed, or goes to sleep with its machine,
 * may never come.
 */
async function waitForEnd(container: RunContainer): Promise<TrainerEnd> {
  let answer: Promise<void> | null = null;
  for (;;) {
    answer ??= container.wait().finally(() => {
      answer = null;
    });
    await Promise.race([answer, delay(lookAnywayMs)]);
    const state = await look(container);
    // Somebody removed it, and with it how it ended.
    if (state === null) return { exitCode: null, signal: 'SIGKILL' };
    if (!state.Running && !state.Restarting) {
      const signal = signals[state.ExitCode - 128] ?? null;
      const exitCode = signal === null ? state.ExitCode : null;
      return { exitCode, signal, ...(state.OOMKilled && { outOfMemory: true }) };
    }
    // The wait ended with the daemon, and the container has gone on without it.
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
 * Sees a container through to its end, and starts it where that was not done yet; its output goes from inside into the run directory.
 * @param options `isAdopted`: an earlier supervisor had begun and was killed; the container may have ended since
 * @throws Error where it could not be started; it is removed then
 */
export async function superviseContainer(
  directory: string,
  id: string,
  { isAdopted, outputs }: { readonly isAdopted: boolean; readonly outputs: readonly number[] },
): Promise<Trainer> {
  giveOutputs(directory, outputs);
  const container = new RunContainer(chosenAddress(process.env), id);
  const { State: state } = await container.inspect();
  // Without an earlier supervisor it can only have waited for one in vain.
  const isToStart = isAdopted ? state.Status === 'created' : !state.Running;
  try {
    if (isToStart) await container.start();
  } catch (error) {
    await container.remove().catch(() => undefined);
    throw new Error(wordsOf(error), { cause: error });
  }
  return supervised(container);
}

async function supervised(container: RunContainer): Promise<Trainer> {
  const { State: state, Image: image } = await container.inspect();
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (signal: NodeJS.Signals) =>
    container.kill(signal).catch((error: unknown) => {
      process.stderr.write(`The container could not be sent ${signal}: ${wordsOf(error)}\n`);
    });
  return {
    pid: Math.max(1, state.Pid),
    container: { id: container.id, image },
    ended: waitForEnd(container).finally(() => clearTimeout(killTimer)),
    stop: (graceMs) => {
      if (killTimer) return;
      killTimer = setTimeout(() => void kill('SIGKILL'), graceMs);
      void kill('SIGTERM');
    },
    clear: async () => {
      await container.remove().catch((error: unknown) => {
        process.stderr.write(`The container could not be removed: ${wordsOf(error)}\n`);
      });
    },
  };
}

/** Where root supervises, the outputs are to be written by the container's account. A trainer waits for `stderr.log`, the last of them. */
function giveOutputs(directory: string, outputs: readonly number[]): void {
  if (process.getuid?.() !== 0 || outputs.length === 0) return;
  const plan = planSchema.parse(JSON.parse(readFileSync(path.join(directory, 'container.json'), 'utf8')));
  const [uid = 0, gid = uid] = plan.User.split(':').map(Number);
  for (const output of outputs) {
    const found = fstatSync(output);
    // One that the trainer has is its own already.
    if (found.uid === 0 && found.isFile() && found.nlink === 1) fchownSync(output, uid, gid);
  }
}
