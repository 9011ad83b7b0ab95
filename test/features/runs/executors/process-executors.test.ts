import path from 'node:path';
import { describe } from 'vitest';
import { BuiltinTrainers } from '../../../../src/main/features/runs/process/builtin-trainers.ts';
import { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import {
  SupervisedExecutor,
  type Trainers,
} from '../../../../src/main/features/runs/process/supervised-executor.ts';
import { trainerProcesses } from '../../../../src/main/features/runs/process/trainer-processes.ts';
import {
  endProcessesOfRun,
  processesOfRun,
} from '../../../../src/main/features/runs/supervisor/run-processes.ts';
import { TrainerEnvironment } from '../../../../src/main/features/runs/venv/trainer-environment.ts';
import { VenvTrainers } from '../../../../src/main/features/runs/venv/venv-trainers.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { systemPython, withoutPython } from '../venv/support/tiny-trainer.ts';
import type { ExecutorMachine } from './contract.ts';
import { executorContract } from './contract.ts';

const supervisor = path.resolve(
  import.meta.dirname,
  '../../../../src/main/features/runs/supervisor/supervisor.ts',
);
const support = path.join(import.meta.dirname, 'support');

/** Executors whose trainers are processes of this machine. */
async function machineWith(trainers: (home: string) => Trainers): Promise<ExecutorMachine> {
  const place = await temporaryFolder();
  const directories = new FileRunDirectories(path.join(place.folder, '실행 폴더'));
  const begun = new Set<string>();
  const open = () => {
    const executor = new SupervisedExecutor({
      ...{ node: process.execPath, supervisor, directories, trainers: trainers(place.folder) },
      log: { warn: () => {} },
    });
    const start = executor.start.bind(executor);
    executor.start = (runDirectory, gpuUuids) => {
      begun.add(runDirectory);
      return start(runDirectory, gpuUuids);
    };
    return executor;
  };
  return {
    directories,
    open,
    leftovers: async (runDirectory) =>
      process.platform === 'linux'
        ? processesOfRun(runDirectory, null).map(({ pid }) => String(pid))
        : (await trainerProcesses('', runDirectory)).map(String),
    [Symbol.asyncDispose]: async () => {
      for (const runDirectory of begun) await endProcessesOfRun(runDirectory);
      await place[Symbol.asyncDispose]();
    },
  };
}

executorContract('builtin', () =>
  machineWith(() => new BuiltinTrainers(process.execPath, path.join(support, 'behaviours.mjs'))),
);

describe.skipIf(withoutPython)('in a Python of this machine', () => {
  executorContract('venv', () =>
    machineWith((home) => {
      const choices = () => ({ python: systemPython, wheels: null, index: null });
      const environment = new TrainerEnvironment({
        home,
        trainer: support,
        choices,
        environment: process.env,
      });
      return new VenvTrainers(environment, support);
    }),
  );
});
