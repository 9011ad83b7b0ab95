import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Executor, Observation, RunConfig } from '../../../../src/main/features/runs/ports.ts';
import type { FileRunDirectories } from '../../../../src/main/features/runs/process/run-directories.ts';
import { waitFor } from '../../../support/engine.ts';

/**
 * What the trainers of this suite do, by `config.model.name` (`support/behaviours.mjs`, `support/trainyard_torch/__main__.py`):
 * `quick` writes to both outputs and ends with 0; `failing` ends with 3; `waiting` prints `ready`, and `stopped` when it is stopped;
 * `stubborn` does not listen; `leaving` starts a process in a session of its own, and ends with 0.
 */
export type Behaviour = 'quick' | 'failing' | 'waiting' | 'stubborn' | 'leaving';

/** A machine with an executor. */
export interface ExecutorMachine extends AsyncDisposable {
  readonly directories: FileRunDirectories;
  /** The executor, as each engine makes one for itself. */
  open(): Executor;
  /** What is left of a run on the machine, but its directory: processes, containers. */
  leftovers(runDirectory: string): Promise<readonly string[]>;
}

/** A config whose trainer behaves so. @param root of the dataset */
export function configOf(behaviour: Behaviour, root: string): RunConfig {
  const config = {
    ...{ protocol: 1, runId: '00000000-0000-4000-8000-000000000001', attempt: 1 },
    task: { type: 'classification', numClasses: 2, classNames: ['cat', 'dog'] },
    model: { name: behaviour, source: 'builtin', pretrained: false, pretrainedWeights: null },
    dataset: { datasetId: 'd', version: 1, root, manifest: 'dataset.jsonl' },
    training: { batchSize: 1 },
    resources: { gpuCount: 0, gpuType: null, memoryGb: 0, workers: null },
    resume: null,
  };
  return config as unknown as RunConfig;
}

/** Every executor passes it. */
export function executorContract(name: string, make: () => Promise<ExecutorMachine>): void {
  describe(`the executor ${name}`, () => {
    /** Prepares and starts a run. */
    async function begin(machine: ExecutorMachine, behaviour: Behaviour) {
      const { directories } = machine;
      const executor = machine.open();
      const runDirectory = directories.folderOf('00000000-0000-4000-8000-000000000001', 1);
      expect(await executor.unusable()).toBeNull();
      const wanted = configOf(behaviour, path.dirname(path.dirname(path.dirname(runDirectory))));
      await executor.setUp(wanted.model, () => {}, AbortSignal.timeout(60_000));
      const { config, container } = await executor.place(runDirectory, wanted, { gpuUuids: [], files: [] });
      await directories.prepare(runDirectory, { ...config }, { lines: [], openAnnotations: null, container });
      expect(await executor.start(runDirectory, [])).toBeNull();
      const written = async (file: string) =>
        (await readFile(path.join(runDirectory, file), 'utf8').catch(() => '')).replaceAll('\r\n', '\n');
      const until = <Kind extends Observation['kind']>(kind: Kind) =>
        waitFor(`the run to be ${kind}`, async () => {
          const seen = await directories.observe(runDirectory);
          return seen.kind === kind && (seen as Extract<Observation, { kind: Kind }>);
        });
      const printed = (word: string) =>
        waitFor(`"${word}"`, async () => (await written('stdout.log')).includes(`${word}\n`));
      return { executor, runDirectory, written, until, printed };
    }

    test('keeps what a trainer writes, and how it ended', async () => {
      await using machine = await make();
      const { executor, runDirectory, written, until } = await begin(machine, 'quick');
      const { exit } = await until('exited');
      expect(exit).toMatchObject({ exitCode: 0, signal: null, cause: 'exited' });
      expect(await written('stdout.log')).toBe('out 한글\n');
      expect(await written('stderr.log')).toBe('err\n');
      await executor.clear(runDirectory);
      expect(await machine.leftovers(runDirectory)).toEqual([]);
    });

    test('keeps the exit code of a trainer that fails', async () => {
      await using machine = await make();
      const { until } = await begin(machine, 'failing');
      expect((await until('exited')).exit).toMatchObject({ exitCode: 3, signal: null, cause: 'exited' });
    });

    test('lets a trainer that is cancelled end by itself', async () => {
      await using machine = await make();
      const { runDirectory, until, printed, written } = await begin(machine, 'waiting');
      await printed('ready');
      await machine.directories.askToStop(runDirectory, 60_000);
      expect((await until('exited')).exit).toMatchObject({ exitCode: 0, cause: 'cancelled' });
      expect(await written('stdout.log')).toBe('ready\nstopped\n');
    });

    test('kills a trainer that does not end within the grace, and leaves nothing of it', async () => {
      await using machine = await make();
      const { executor, runDirectory, until, printed } = await begin(machine, 'stubborn');
      await printed('ready');
      await machine.directories.askToStop(runDirectory, 200);
      expect((await until('exited')).exit).toMatchObject({ signal: 'SIGKILL', cause: 'cancelled' });
      await executor.clear(runDirectory);
      expect(await machine.leftovers(runDirectory)).toEqual([]);
    });

    test('ends what a trainer leaves behind', async () => {
      await using machine = await make();
      const { executor, runDirectory, until, written } = await begin(machine, 'leaving');
      expect((await until('exited')).exit).toMatchObject({ exitCode: 0, cause: 'exited' });
      expect(await written('stdout.log')).toContain('left ');
      await executor.clear(runDirectory);
      expect(await machine.leftovers(runDirectory)).toEqual([]);
    });

    test('goes on with a trainer that another engine started, which is started no second time', async () => {
      await using machine = await make();
      const { runDirectory, until, printed, written } = await begin(machine, 'waiting');
      await printed('ready');
      const { supervisor } = await until('running');
      const other = machine.open();
      let changes = 0;
      using _watch = other.watch(runDirectory, () => {
        changes += 1;
      });
      expect(await other.start(runDirectory, [])).toBeNull();
      expect((await until('running')).supervisor).toEqual(supervisor);
      await machine.directories.askToStop(runDirectory, 60_000);
      await until('exited');
      await waitFor('the change', async () => changes > 0);
      expect(await written('stdout.log')).toBe('ready\nstopped\n');
    });

    test('ends a trainer whose supervisor was killed, one that does not listen too', async () => {
      await using machine = await make();
      const { runDirectory, until, printed } = await begin(machine, 'stubborn');
      await printed('ready');
      const { supervisor } = await until('running');
      process.kill(supervisor.pid, 'SIGKILL');
      await until('gone');
      const other = machine.open();
      await other.endOrphan(runDirectory, 100);
      await other.clear(runDirectory);
      expect(await machine.leftovers(runDirectory)).toEqual([]);
    });
  });
}
