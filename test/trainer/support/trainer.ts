import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '../../support/engine.ts';
import { eventsOf, type TrainerEvent } from './tiny-run.ts';

const program = path.resolve(import.meta.dirname, '../../../resources/trainers/builtin/main.ts');

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly TrainerEvent[];
  /** The last event, which every orderly end has. */
  readonly result: TrainerEvent;
}

/** A trainer process as the supervisor starts it: its standard input is a pipe that stays open. */
export class Trainer {
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(directory: string) {
    this.#directory = directory;
    const child = spawn(process.execPath, [program, directory], { stdio: 'pipe' });
    this.#child = child;
    this.ended = new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout?.on('data', (text) => {
        stdout += text;
      });
      child.stderr?.on('data', (text) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', async (exitCode) => {
        const events = existsSync(path.join(directory, 'events.jsonl')) ? await eventsOf(directory) : [];
        resolve({
          exitCode,
          stdout,
          stderr,
          events,
          result: events.at(-1) ?? { seq: 0, time: '', type: 'none' },
        });
      });
    });
  }

  /** Waits until the trainer told of something. */
  async saw(what: string, wanted: (event: TrainerEvent) => boolean): Promise<void> {
    await waitFor(
      what,
      async () =>
        existsSync(path.join(this.#directory, 'events.jsonl')) &&
        (await eventsOf(this.#directory)).some(wanted),
    );
  }

  /** As a supervisor does that was told to cancel. */
  terminate(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  /** As happens when the supervisor is killed. */
  closeInput(): Promise<Ended> {
    this.#child.stdin?.end();
    return this.ended;
  }

  kill(): Promise<Ended> {
    this.#child.kill('SIGKILL');
    return this.ended;
  }
}

export const train = (directory: string): Promise<Ended> => new Trainer(directory).ended;

/** What must be the same bit for bit when a training is repeated: every loss, accuracy and learning rate, by step. */
export function losses(events: readonly TrainerEvent[]): string[] {
  return events
    .filter((event) => event.type === 'metric')
    .map((event) => {
      const { epoch_seconds: _, ...values } = event.values as Record<string, number>;
      return JSON.stringify([event.epoch, event.step, values]);
    });
}
