import { childEnvironment } from '../../../platform/child-environment.ts';
import { signal } from '../../../platform/signal.ts';
import type { Trainers } from './supervised-executor.ts';
import { trainerProcesses } from './trainer-processes.ts';

/** The builtin trainer: a process of this machine that needs nothing. */
export class BuiltinTrainers implements Trainers {
  readonly name = 'builtin';
  private readonly node: string;
  private readonly trainer: string;

  /** @param trainer the program, absolute */
  constructor(node: string, trainer: string) {
    this.node = node;
    this.trainer = trainer;
  }

  launch(runDirectory: string) {
    const args = ['--', this.node, this.trainer, runDirectory];
    return Promise.resolve({ args, environment: childEnvironment('node') });
  }

  async isAlive(runDirectory: string): Promise<boolean> {
    return (await trainerProcesses(this.trainer, runDirectory)).length > 0;
  }

  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const pid of await trainerProcesses(this.trainer, runDirectory)) signal(pid, name);
  }
}
