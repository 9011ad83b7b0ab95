import { Stopped } from './failure.ts';

/** Whether the trainer was told to stop: by SIGTERM (or Ctrl-C), or because the supervisor, who holds standard input open, is gone. */
export class Stop {
  #why: string | null = null;

  /** Starts listening. From here on SIGTERM no longer ends the process by itself. */
  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        this.#why ??= `told to stop by ${signal}`;
      });
    }
    const closed = () => {
      this.#why ??= 'standard input was closed';
    };
    process.stdin.on('end', closed).on('close', closed).on('error', closed).resume();
  }

  get why(): string | null {
    return this.#why;
  }

  /** Lets signals and the end of standard input come in, which wait while the processor is busy here. */
  async listen(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** As `listen`. @throws Stopped */
  async check(): Promise<void> {
    await this.listen();
    if (this.#why !== null) throw new Stopped(this.#why);
  }
}
