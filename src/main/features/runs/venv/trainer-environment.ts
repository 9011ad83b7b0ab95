import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { replaceFile } from '../../../platform/durable-file.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { acquireFileLock } from '../../../platform/file-lock.ts';
import { inspectStateFile } from '../../../platform/state-file.ts';
import { openStateFolder } from '../../../platform/state-folder.ts';
import { until } from '../../../platform/waiting.ts';
import { listProcesses } from '../process/trainer-processes.ts';
import { installTrainerPackages, type ProgressLine } from './installer.ts';
import { findPython, type Python, pythonIn } from './python.ts';
import { type Requirements, readRequirements } from './requirements.ts';
import { chooseTorchBuild, type TorchBuild } from './torch-build.ts';
import { cardsFault, type Trial, tryPython } from './trial.ts';

const text = z.string();
const stampSchema = z.object({
  version: z.literal(1),
  /** What it was made from: `Requirements.hash`, the build and the Python that was chosen. */
  requirements: text,
  build: z.enum(['cuda', 'rocm', 'cpu']),
  chosenPython: z.nullable(text),
  /** The name of the environment's folder; null if a person's own Python has everything. */
  folder: z.nullable(text),
  /** Paths of a person's own Python with the times when they were changed: what they have then was tried. */
  seen: z.record(text, z.number()),
  /** A person's own Python; empty if the environment's own runs the trainer. */
  ownPython: text,
  pythonVersion: text,
  torch: text,
  versions: z.record(text, text),
  device: z.enum(['cuda', 'rocm', 'cpu']),
  cards: z.array(text),
  cardsFault: z.nullable(
    z.object({
      code: text,
      message: text,
      hint: text,
      parameters: z.record(text, z.union([text, z.number(), z.object({ en: text, ko: text })])),
    }),
  ),
});
type Stamp = z.infer<typeof stampSchema>;

/** An environment in which the torch trainer runs. */
export interface ReadyEnvironment {
  /** The program that runs the trainer. */
  readonly python: string;
  readonly pythonVersion: string;
  readonly torch: string;
  /** Of all packages that the trainer names. */
  readonly versions: Readonly<Record<string, string>>;
  readonly device: 'cuda' | 'rocm' | 'cpu';
  /** The cards that it computes on. */
  readonly cards: readonly string[];
  /** Why it computes on the processor though the machine has a card; null where that is not so. */
  readonly cardsFault: TrainyardError | null;
}

export type EnvironmentState =
  | { readonly kind: 'ready'; readonly environment: ReadyEnvironment }
  /** It can be made, from this Python. */
  | { readonly kind: 'absent'; readonly python: string; readonly build: TorchBuild['kind'] }
  | { readonly kind: 'impossible'; readonly error: TrainyardError };

/** What a person chose. */
export interface EnvironmentChoices {
  /** A Python of theirs; null: the first that suits. */
  readonly python: string | null;
  /** A folder of wheels in place of every index. */
  readonly wheels: string | null;
  /** In place of the package index that pip and uv are set up with. */
  readonly index: string | null;
}

interface Options {
  /** The state folder. */
  readonly home: string;
  /** The trainer's folder, with its `pyproject.toml` and `requirements.lock`. */
  readonly trainer: string;
  /** Asked anew each time. */
  readonly choices: () => EnvironmentChoices;
  readonly environment: NodeJS.ProcessEnv;
}

const lockHint = {
  en: 'Remove it: it holds nothing, and is made again.',
  ko: '지우세요. 아무 내용이 없고 다시 만들어집니다.',
};
/** Nothing notifies us when another process is done. */
const lookEveryMs = 200;

/**
 * The Python environment in which the torch trainer runs, below `environments/` of the state folder. It is made in a folder of its own name
 * each time, where it stays, since its programs name their place; `torch.json`, written last, says which one is whole. So a kill at any
 * moment leaves a folder that nothing names, and the next preparation removes it.
 */
export class TrainerEnvironment {
  private readonly options: Options;
  /** NVIDIA's program takes a second on some machines: it is asked again where something is made. */
  private build: Promise<TorchBuild> | null = null;

  constructor(options: Options) {
    this.options = options;
  }

  /** How it stands. No Python is started where it is ready. */
  async state(): Promise<EnvironmentState> {
    const { trainer, choices, environment } = this.options;
    const requirements = readRequirements(trainer);
    this.build ??= chooseTorchBuild(environment);
    const build = await this.build;
    const stamp = this.stamp();
    if (stamp && this.fits(stamp, requirements, build))
      return { kind: 'ready', environment: this.ready(stamp) };
    try {
      const { python } = await findPython(choices().python, requirements.leastPython, environment);
      return { kind: 'absent', python, build: build.kind };
    } catch (error) {
      if (!(error instanceof TrainyardError)) throw error;
      return { kind: 'impossible', error };
    }
  }

  /**
   * Makes it where it is not ready. Of several who ask, also in other processes, one makes it and the others wait.
   * @throws TrainyardError of `src/shared/errors/trainer-environment.ts`, DISK_FULL; the reason of `signal`
   */
  async prepare({
    report,
    signal,
  }: {
    readonly report: (line: ProgressLine) => void;
    readonly signal?: AbortSignal;
  }): Promise<ReadyEnvironment> {
    using _lock = await this.lock(report, signal);
    const { trainer, choices, environment } = this.options;
    const requirements = readRequirements(trainer);
    this.build = chooseTorchBuild(environment);
    const build = await this.build;
    const stamp = this.stamp();
    if (stamp && this.fits(stamp, requirements, build)) {
      if (stamp.cardsFault === null) return this.ready(stamp);
      // The driver may be another one by now.
      const trial = await tryPython(this.pythonOf(stamp), trainer, environment, signal);
      if ('torch' in trial) return this.keep({ ...stamp, ...resultOf(trial, build) }, report);
    }
    const { python: chosenPython, ...sources } = choices();
    const base = await findPython(chosenPython, requirements.leastPython, environment);
    const key = { version: 1, requirements: requirements.hash, build: build.kind, chosenPython } as const;
    report({ en: `Python ${base.version}: ${base.python}`, ko: `Python ${base.version}: ${base.python}` });
    if (chosenPython !== null) {
      const trial = await tryPython(base.python, trainer, environment, signal);
      if ('torch' in trial)
        return this.keep(
          { ...key, folder: null, seen: changesOf(base), ownPython: base.python, ...resultOf(trial, build) },
          report,
        );
      const missing = trial.unsuited.join(', ');
      report({
        en: `It lacks ${missing}: an environment is made from it.`,
        ko: `없는 패키지가 있어 이 Python으로 새 환경을 만듭니다: ${missing}`,
      });
    }
    return await this.make(key, base, requirements, build, sources, report, signal);
  }

  private async make(
    key: Pick<Stamp, 'version' | 'requirements' | 'build' | 'chosenPython'>,
    base: Python,
    requirements: Requirements,
    build: TorchBuild,
    sources: Pick<EnvironmentChoices, 'wheels' | 'index'>,
    report: (line: ProgressLine) => void,
    signal?: AbortSignal,
  ): Promise<ReadyEnvironment> {
    const { trainer, environment } = this.options;
    await this.removeUnused(null);
    const folder = path.join(
      this.folder,
      `torch-${base.version}-${build.kind}-${randomBytes(4).toString('hex')}`,
    );
    try {
      await installTrainerPackages({
        ...{ folder, base, requirements, build, ...sources, environment, report },
        signal,
      });
      report({ en: 'Trying torch', ko: 'torch를 시험하는 중' });
      const python = pythonIn(folder);
      const trial = await tryPython(python, trainer, environment, signal);
      if (!('torch' in trial)) throw new Error(`${folder} lacks ${trial.unsuited.join(', ')}`);
      const made = { ...key, folder: path.basename(folder), seen: {}, ownPython: '' };
      const ready = this.keep({ ...made, ...resultOf(trial, build) }, report);
      await this.removeUnused(folder);
      return ready;
    } catch (error) {
      await remove(folder);
      throw error;
    }
  }

  /** The folder of environments, which need not be there. */
  private get folder(): string {
    return path.join(this.options.home, 'environments');
  }

  private async lock(report: (line: ProgressLine) => void, signal?: AbortSignal): Promise<Disposable> {
    openStateFolder(this.options.home, 'environments');
    const file = path.join(this.folder, 'torch.lock');
    const take = () => acquireFileLock(file, lockHint, 0);
    const lock = take();
    if (lock) return lock;
    report({
      en: 'Another process prepares the environment: waiting for it',
      ko: '다른 프로세스가 환경을 준비하고 있어 기다리는 중',
    });
    const held = await until(take, { firstMs: lookEveryMs, ...(signal ? { signal } : {}) });
    if (!held) throw signal?.reason;
    return held;
  }

  private stamp(): Stamp | null {
    const found = inspectStateFile(path.join(this.folder, 'torch.json'), stampSchema, { hint: '' });
    // What is no stamp of ours names no environment: another one is made.
    return found.kind === 'whole' ? found.value : null;
  }

  private fits(stamp: Stamp, { hash }: Requirements, { kind }: TorchBuild): boolean {
    const isSame =
      stamp.requirements === hash &&
      stamp.build === kind &&
      stamp.chosenPython === this.options.choices().python;
    if (!isSame || !existsSync(this.pythonOf(stamp))) return false;
    if (stamp.folder !== null) return path.basename(stamp.folder) === stamp.folder;
    return Object.entries(stamp.seen).every(([file, changed]) => changeOf(file) === changed);
  }

  private keep(stamp: Stamp, report: (line: ProgressLine) => void): ReadyEnvironment {
    replaceFile(path.join(this.folder, 'torch.json'), `${JSON.stringify(stamp, null, 2)}\n`);
    const ready = this.ready(stamp);
    const where = ready.cards.length > 0 ? ready.cards.join(', ') : 'CPU';
    report({ en: `Ready: torch ${ready.torch} on ${where}`, ko: `준비됨: torch ${ready.torch}, ${where}` });
    return ready;
  }

  private pythonOf({ folder, ownPython }: Stamp): string {
    return folder === null ? ownPython : pythonIn(path.join(this.folder, folder));
  }

  private ready(stamp: Stamp): ReadyEnvironment {
    const { pythonVersion, torch, versions, device, cards, cardsFault: kept } = stamp;
    return {
      python: this.pythonOf(stamp),
      ...{ pythonVersion, torch, versions, device, cards },
      cardsFault: kept && TrainyardError.from(kept),
    };
  }

  /** Removes environments that no stamp names and no process runs from: of a preparation that was killed, or of an earlier Trainyard. */
  private async removeUnused(besides: string | null): Promise<void> {
    const named = this.stamp()?.folder ?? null;
    const kept = [besides, named && path.join(this.folder, named)];
    const found = readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.startsWith('torch-'))
      .map((entry) => path.join(this.folder, entry.name))
      .filter((folder) => !kept.includes(folder));
    if (found.length === 0) return;
    const running = await listProcesses();
    for (const folder of found)
      if (!running.some(({ command }) => command.startsWith(folder + path.sep))) await remove(folder);
  }
}

/** An installer that outlived its engine may write there for a moment yet: then the next preparation removes it. */
async function remove(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EBUSY', 'EPERM')) throw error;
  }
}

function changeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const changesOf = ({ python, packages }: Python) =>
  Object.fromEntries([python, packages].map((file) => [file, changeOf(file)]));

function resultOf(trial: Trial, build: TorchBuild) {
  const { python: pythonVersion, torch, versions, cards, rocm } = trial;
  const device = cards.length === 0 ? 'cpu' : rocm === null ? 'cuda' : 'rocm';
  const fault = cardsFault(build, trial);
  return {
    ...{ pythonVersion, torch, versions, cards },
    device: device as Stamp['device'],
    cardsFault: fault && { ...fault.record, place: undefined },
  };
}
