import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorSentence, TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { diskFull } from '../../../platform/faults/disk-room.ts';
import { readTail } from '../../../platform/plain-file.ts';
import { until } from '../../../platform/waiting.ts';
import type { WorkLog } from '../../../platform/work-log.ts';
import type { Executor, Executors, Observation, Placement, Placing, RunConfig } from '../ports.ts';
import { exitNoRoom, exitTaken } from '../supervisor/records.ts';
import { endProcessesOfRun } from '../supervisor/run-processes.ts';
import type { FileRunDirectories } from './run-directories.ts';

const noRoom = 'the disk has no room to begin';
/** A supervisor that has not shown itself by then is not going to. */
const appearWithinMs = 30_000;
const shortestKillGraceMs = 2000;

/** How the trainers of one kind come to be, and are ended where nobody supervises them any more. */
export interface Trainers
  extends Pick<Executor, 'name'>,
    // Left out where there is nothing to look for, to make, to place or to remove.
    Partial<Pick<Executor, 'unusable' | 'setUp' | 'place' | 'clear'>> {
  /** What a supervisor gets behind its run directory (`-- PROGRAM ARGUMENT …`, `--container ID`), and its environment. */
  launch(
    runDirectory: string,
    gpuUuids: readonly string[],
  ): Promise<{ args: readonly string[]; environment: NodeJS.ProcessEnv }>;
  /** The container of a trainer whose supervisor is gone and that another one can go on with; null without one. Left out where none lives on. */
  adoptable?(runDirectory: string): Promise<string | null>;
  isAlive(runDirectory: string): Promise<boolean>;
  signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Executors by the names of their trainers. */
export function supervisedExecutors(
  trainers: readonly Trainers[],
  options: Omit<ConstructorParameters<typeof SupervisedExecutor>[0], 'trainers'>,
): Executors {
  return new Map(trainers.map((one) => [one.name, new SupervisedExecutor({ ...options, trainers: one })]));
}

/** Trainers of this machine, each under a supervisor that outlives the engine. */
export class SupervisedExecutor implements Executor {
  readonly name: string;
  private readonly options;
  private readonly listeners = new Map<string, Set<() => void>>();

  /** @param options `node` and `supervisor`: absolute paths of the programs */
  constructor(options: {
    readonly node: string;
    readonly supervisor: string;
    readonly trainers: Trainers;
    readonly directories: Pick<FileRunDirectories, 'observe' | 'watch'>;
    readonly log: Pick<WorkLog, 'warn'>;
  }) {
    this.name = options.trainers.name;
    this.options = options;
  }

  async unusable(): Promise<TrainyardError | null> {
    return (await this.options.trainers.unusable?.()) ?? null;
  }

  async setUp(model: RunConfig['model'], report: (line: string) => void, signal: AbortSignal): Promise<void> {
    await this.options.trainers.setUp?.(model, report, signal);
  }

  async place(runDirectory: string, config: RunConfig, placing: Placing): Promise<Placement> {
    const placed = await this.options.trainers.place?.(runDirectory, config, placing);
    return placed ?? { config, container: null };
  }

  async clear(runDirectory: string): Promise<void> {
    await this.options.trainers.clear?.(runDirectory);
  }

  async start(runDirectory: string, gpuUuids: readonly string[]): Promise<string | null> {
    const { trainers } = this.options;
    const isBegun = ({ kind }: Observation) => kind !== 'prepared' && kind !== 'unprepared';
    let failure: string | null;
    try {
      const { args, environment } = await trainers.launch(runDirectory, gpuUuids);
      failure = await this.appearance(runDirectory, this.supervise(runDirectory, args, environment), isBegun);
    } catch (error) {
      // What passes is tried again.
      if (!(error instanceof TrainyardError) || error.status === 503 || error.status === 507) throw error;
      failure = errorSentence(error);
    }
    if (failure !== null) await trainers.clear?.(runDirectory);
    return failure;
  }

  async adopt(runDirectory: string): Promise<boolean> {
    const container = await this.options.trainers.adoptable?.(runDirectory);
    if (!container) return false;
    const ended = this.supervise(runDirectory, ['--container', container], childEnvironment('node'));
    return (await this.appearance(runDirectory, ended, ({ kind }) => kind !== 'gone')) === null;
  }

  /** Starts a supervisor. Resolves once it has ended: why; null if another one has the directory. */
  private supervise(
    runDirectory: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<string | null> {
    const { node, supervisor } = this.options;
    const log = openSync(path.join(runDirectory, 'supervisor.log'), 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawn(node, [supervisor, runDirectory, ...args], {
        cwd: runDirectory,
        env,
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
      });
    } finally {
      closeSync(log);
    }
    child.unref();
    const ended = new Promise<string | null>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        if (code === exitTaken) resolve(null);
        else resolve(code === exitNoRoom ? noRoom : `it ended with ${signal ?? `code ${code}`}`);
      });
    });
    void ended.then(() => {
      for (const listener of this.listeners.get(runDirectory) ?? []) listener();
    });
    return ended;
  }

  watch(runDirectory: string, changed: () => void): Disposable {
    const listeners = this.listeners.get(runDirectory) ?? new Set();
    this.listeners.set(runDirectory, listeners.add(changed));
    const files = this.options.directories.watch(runDirectory, changed);
    return {
      [Symbol.dispose]: () => {
        files[Symbol.dispose]();
        listeners.delete(changed);
        if (listeners.size === 0) this.listeners.delete(runDirectory);
      },
    };
  }

  async endOrphan(runDirectory: string, graceMs: number): Promise<void> {
    await this.endTrainer(runDirectory, graceMs);
    const left = await endProcessesOfRun(runDirectory);
    // A process that waits in a driver cannot be ended: it is logged, and does not keep the run from finishing.
    if (left.length > 0)
      this.options.log.warn({ runDirectory, left }, 'processes that a trainer started do not end');
  }

  private async endTrainer(runDirectory: string, graceMs: number): Promise<void> {
    const killGraceMs = Math.max(graceMs, shortestKillGraceMs);
    if (await this.goneWithin(runDirectory, graceMs)) return;
    await this.options.trainers.signal(runDirectory, 'SIGTERM');
    if (await this.goneWithin(runDirectory, killGraceMs)) return;
    await this.options.trainers.signal(runDirectory, 'SIGKILL');
    if (await this.goneWithin(runDirectory, killGraceMs)) return;
    throw new Error(`the trainer in ${runDirectory} does not end`);
  }

  /**
   * Waits until a supervisor has begun in the directory (null), or it is known why none did.
   * @throws TrainyardError DISK_FULL
   * @param ended why this one ended; null if another supervisor has the directory
   * @param isBegun whether what stands in the directory is a supervisor's, of this time
   */
  private async appearance(
    runDirectory: string,
    ended: Promise<string | null>,
    isBegun: (seen: Observation) => boolean,
  ): Promise<string | null> {
    const { directories } = this.options;
    const deadline = performance.now() + appearWithinMs;
    let ending = null as string | null;
    void ended.then((how) => {
      ending = how;
    });
    let changed = () => {};
    using _watch = directories.watch(runDirectory, () => changed());
    for (;;) {
      const changes = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const failure =
        performance.now() > deadline ? `it did nothing within ${appearWithinMs / 1000} s` : ending;
      if (isBegun(await directories.observe(runDirectory))) return null;
      // Nothing was begun: the run's driver tries again until there is room.
      if (failure === noRoom) throw diskFull(runDirectory, new Error(noRoom));
      if (failure !== null) {
        const { text } = await readTail(path.join(runDirectory, 'supervisor.log'), 4096);
        const lastLines = text.replaceAll('\0', '').trim().split('\n').slice(-10).join('\n');
        return lastLines ? `${failure}\n${lastLines}` : failure;
      }
      // Not every file system reports its changes.
      await Promise.race([changes, delay(100)]);
    }
  }

  /** The system reports the end of child processes only, and this one is no child of ours. */
  private goneWithin(runDirectory: string, timeoutMs: number): Promise<boolean> {
    const gone = async () => !(await this.options.trainers.isAlive(runDirectory));
    return until(gone, { firstMs: 20, longestMs: 500, timeoutMs });
  }
}
