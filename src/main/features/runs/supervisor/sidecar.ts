import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExitRecordFile } from '../../../../shared/model/run-directory.ts';

/** It looks through the script's folder first, so that what was there before is known. */
const readyWithinMs = 30_000;
/** It copies what the script left, which may be large. */
const finishWithinMs = 600_000;
const pauseMs = 500;
/** What ends it so often ends it each time. */
const mostStarts = 20;

type Ending = Pick<ExitRecordFile, 'exitCode' | 'signal' | 'cause'>;

/**
 * The program beside a script of somebody's own, which reads what the script writes and is the only one to write `events.jsonl`. It is started
 * again where it dies; the script goes on meanwhile.
 */
export class Sidecar {
  private readonly command: readonly [program: string, ...args: string[]];
  private child: ChildProcess | null = null;
  private starts = 0;
  private ending: Ending | null = null;
  private readonly over = new AbortController();
  private readonly life: Promise<void>;
  private markReady = () => {};
  private readonly ready = new Promise<void>((resolve) => {
    this.markReady = resolve;
  });

  /** @param command gets the run directory as its last argument */
  constructor(command: readonly [program: string, ...args: string[]], directory: string) {
    this.command = [...command, directory];
    this.life = this.live();
  }

  /** Resolves once the script may start: whatever becomes of the sidecar, after a while. */
  async untilReady(): Promise<void> {
    await Promise.race([this.ready, this.life, delay(readyWithinMs, undefined, { ref: false })]);
  }

  /** Says how the script ended, and waits until all of it is read. */
  async finish(ending: Ending): Promise<void> {
    this.ending = ending;
    this.announce();
    await Promise.race([this.life, delay(finishWithinMs, undefined, { ref: false })]);
    this.over.abort();
    this.child?.kill('SIGKILL');
  }

  /** Ends it: there is nothing that it could read. */
  abandon(): void {
    this.over.abort();
    this.child?.kill('SIGKILL');
  }

  private announce(): void {
    if (this.ending !== null) this.child?.stdin?.write(`${JSON.stringify(this.ending)}\n`);
  }

  private async live(): Promise<void> {
    while (this.starts < mostStarts && !this.over.signal.aborted) {
      this.starts += 1;
      if ((await this.run()) === 0) return;
      await delay(pauseMs, undefined, { signal: this.over.signal }).catch(() => {});
    }
  }

  /** One life of it: its exit code; null where it was killed or could not be started. */
  private async run(): Promise<number | null> {
    const [program, ...args] = this.command;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true });
    this.child = child;
    // It may die at any moment; where the system has no descriptor left to give, it has no pipes.
    child.stdin?.on('error', () => {});
    child.stdout?.once('data', () => this.markReady());
    child.stdout?.resume();
    this.announce();
    try {
      const [code] = await once(child, 'exit');
      return code;
    } catch (error) {
      process.stderr.write(`The sidecar could not be started: ${String(error)}\n`);
      return null;
    }
  }
}
