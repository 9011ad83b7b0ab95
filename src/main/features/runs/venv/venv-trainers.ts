import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { runProgram } from '../../../platform/run-program.ts';
import { signal } from '../../../platform/signal.ts';
import type { Placement, RunConfig } from '../ports.ts';
import type { Trainers } from '../process/supervised-executor.ts';
import { trainerProcesses } from '../process/trainer-processes.ts';
import { forOurPython } from './installer-environment.ts';
import type { TrainerEnvironment } from './trainer-environment.ts';
import { trainerVariables } from './trial.ts';

/** Licensed under AGPL-3.0: only a person installs it. @throws TrainyardError ULTRALYTICS_MISSING with the command */
async function needUltralytics(python: string): Promise<void> {
  const environment = forOurPython(childEnvironment('node'));
  // Looked for, not imported: that takes seconds.
  const look = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("ultralytics") is None)';
  const found = await runProgram(python, ['-c', look], { environment, timeoutMs: 30_000 });
  if (found.outcome !== 'ended' || found.exitCode !== 0)
    throw fault('ULTRALYTICS_MISSING', { command: `"${python}" -m pip install ultralytics` });
}

const bytesOfGb = 1024 ** 3;
/** Whoever works at the machine comes first. */
const niceness = 10;

/** The torch trainer as a process of this machine, in the Python environment of Trainyard's. */
export class VenvTrainers implements Trainers {
  readonly name = 'venv';
  private readonly environment: TrainerEnvironment;
  private readonly trainer: string;

  /** @param trainer the folder of its package, absolute */
  constructor(environment: TrainerEnvironment, trainer: string) {
    this.environment = environment;
    this.trainer = trainer;
  }

  async unusable(): Promise<TrainyardError | null> {
    const state = await this.environment.state();
    return state.kind === 'impossible' ? state.error : null;
  }

  async setUp(
    _model: RunConfig['model'],
    report: (line: string) => void,
    cancelled: AbortSignal,
  ): Promise<void> {
    await this.environment.prepare({
      report: (line) => report(typeof line === 'string' ? line : line.en),
      signal: cancelled,
    });
  }

  async place(_runDirectory: string, config: RunConfig): Promise<Placement> {
    const state = await this.environment.state();
    if (config.resources.gpuCount > 0 && state.kind === 'ready' && state.environment.device === 'cpu')
      throw state.environment.cardsFault ?? fault('TORCH_WITHOUT_CARDS', { torch: state.environment.torch });
    if (config.model.source === 'ultralytics' && state.kind === 'ready')
      await needUltralytics(state.environment.python);
    return { config, container: null };
  }

  /** @param gpuUuids the cards that it may use; none: as the user's own environment says */
  async launch(runDirectory: string, gpuUuids: readonly string[]) {
    const state = await this.environment.state();
    // It was made a moment ago, and somebody took it away.
    if (state.kind !== 'ready') throw fault('TRAINER_ENVIRONMENT_GONE', {});
    const { resources }: RunConfig = JSON.parse(
      await readFile(path.join(runDirectory, 'config.json'), 'utf8'),
    );
    const limit = resources.memoryGb > 0 ? ['--memory', String(resources.memoryGb * bytesOfGb)] : [];
    return {
      args: [
        ...['--nice', String(niceness), ...limit],
        ...['--', state.environment.python, '-m', 'trainyard_torch', runDirectory],
      ],
      environment: {
        ...trainerVariables(this.trainer, forOurPython(childEnvironment('node'))),
        ...(gpuUuids.length > 0 ? { CUDA_VISIBLE_DEVICES: gpuUuids.join(',') } : {}),
      },
    };
  }

  async isAlive(runDirectory: string): Promise<boolean> {
    return (await trainerProcesses('trainyard_torch', runDirectory)).length > 0;
  }

  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const pid of await trainerProcesses('trainyard_torch', runDirectory)) signal(pid, name);
  }
}
