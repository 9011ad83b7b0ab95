import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Before } from './before.ts';
import { readCsv } from './csv.ts';
import type { FoundFile, LogFinder } from './find-files.ts';
import type { Journal } from './journal.ts';
import { readPackageLines } from './package-lines.ts';
import type { MetricValues, Sink } from './sink.ts';
import { mostSources, nameOf, type Source, type SourceKind, type SourcesState, sourceOf } from './sources.ts';
import { readEventFile } from './tensorboard.ts';
import { readTrainerState } from './trainer-state.ts';

const mostLatest = 1000;
const mostReported = 1000;

const hasCode = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** How many epochs Ultralytics was asked for: it leaves its settings beside its table. Null where there are none. */
function askedEpochs(folder: string): number | null {
  try {
    const asked = /^epochs:\s*(\d+)\s*$/m.exec(readFileSync(path.join(folder, 'args.yaml'), 'utf8'))?.[1];
    return asked ? Number(asked) : null;
  } catch {
    return null;
  }
}

/** Reads what a script writes, and puts it into the journal. */
export class ScriptLogs {
  readonly #logged: string;
  readonly #journal: Journal<SourcesState>;
  readonly #before: Before;
  readonly #finder: LogFinder;
  /** Size and time of each file when it was last read. */
  readonly #looked = new Map<string, string>();
  #found: readonly FoundFile[] = [];

  constructor(
    directory: string,
    parts: { journal: Journal<SourcesState>; before: Before; finder: LogFinder },
  ) {
    this.#logged = path.join(directory, 'logged');
    this.#journal = parts.journal;
    this.#before = parts.before;
    this.#finder = parts.finder;
  }

  /** The folders with files that are read. */
  get folders(): string[] {
    return [...new Set([this.#logged, ...this.#found.map(({ file }) => path.dirname(file))])];
  }

  /** Looks for files that are new. */
  find(): void {
    this.#found = this.#finder.find().filter((found) => this.#isOurs(found));
    if (this.#finder.isCutOff)
      this.#report(
        'folders',
        'The working folder has more than 20,000 folders: those further down are not watched. Write below $TRAINYARD_OUTPUT what is to be read.',
      );
  }

  /**
   * Reads what came since the last time.
   * @param options `isOver`: nobody writes any more
   */
  read({ isOver }: { isOver: boolean }): void {
    for (const name of this.#packageFiles()) this.#readFile('package', path.join(this.#logged, name), isOver);
    for (const { file, kind } of this.#newestFirst()) this.#readFile(kind, file, isOver);
    this.#journal.commit();
  }

  /** Of several states in a folder the newest has all that the others have. */
  #newestFirst(): readonly FoundFile[] {
    const states = this.#found.filter(({ kind }) => kind === 'trainer-state');
    const times = new Map(
      states.map(({ file }) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]),
    );
    states.sort((one, other) => (times.get(other.file) ?? 0) - (times.get(one.file) ?? 0));
    return [...this.#found.filter(({ kind }) => kind !== 'trainer-state'), ...states];
  }

  #packageFiles(): string[] {
    try {
      return readdirSync(this.#logged)
        .filter((name) => name.endsWith('.jsonl'))
        .sort();
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }
  }

  /** A file from before the script is its own once it has changed; an event file of TensorBoard never is: each writer makes another. */
  #isOurs({ file, kind }: FoundFile): boolean {
    const earlier = this.#before.files[file];
    if (!earlier) return true;
    if (kind === 'tensorboard') return false;
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (stats.size !== earlier.size || stats.mtimeMs !== earlier.modifiedMs);
  }

  #readFile(kind: SourceKind, file: string, isOver: boolean): void {
    try {
      const stats = statSync(file, { throwIfNoEntry: false });
      if (!stats?.isFile()) return;
      const look = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
      if (this.#looked.get(file) === look && !isOver) return;
      const source = sourceOf(this.#journal.state, this.#before, kind, file);
      if (!source) {
        const message = `There are more than ${mostSources} files to read: ${file} and others are left out.`;
        this.#report('sources', message);
        return;
      }
      this.#readSource(source, file, isOver);
      this.#looked.set(file, look);
    } catch (error) {
      // Gone since it was found.
      if (hasCode(error, 'ENOENT')) return;
      if (!hasCode(error, 'EACCES', 'EPERM', 'EISDIR', 'EIO', 'ESTALE')) throw error;
      this.#report(
        `${file} ${(error as NodeJS.ErrnoException).code}`,
        `${file}: it can't be read (${(error as Error).message}).`,
      );
    }
  }

  #readSource(source: Source, file: string, isOver: boolean): void {
    const sink = this.#sinkOf(source);
    if (source.kind === 'package') readPackageLines(file, source.position, sink);
    else if (source.kind === 'tensorboard') readEventFile(file, source.position, sink);
    else if (source.kind === 'trainer-state') readTrainerState(file, source.position, sink, { isOver });
    else {
      const { rows } = source.position;
      readCsv(file, source.position, sink);
      const { epoch } = source.position;
      const epochs = source.position.rows > rows ? askedEpochs(path.dirname(file)) : null;
      if (epochs !== null) sink.progress({ epoch, epochs, step: Math.floor(epoch), steps: epochs });
    }
  }

  #sinkOf(source: Source): Sink {
    const journal = this.#journal;
    const { state } = journal;
    return {
      metric: ({ epoch, step, values, timeMs }) => {
        const named: MetricValues = {};
        for (const [name, value] of Object.entries(values)) named[nameOf(state, source, name)] = value;
        journal.add('metric', { epoch, step, values: named }, timeMs);
        for (const [name, value] of Object.entries(named))
          if (Object.hasOwn(state.latest, name) || Object.keys(state.latest).length < mostLatest)
            state.latest[name] = value;
      },
      progress: (fields) => journal.add('progress', { ...fields, etaMs: null }),
      artifact: (fields) => journal.add('artifact', fields),
      unreadable: (file, line, reason) =>
        this.#report(
          `${file} ${reason.replaceAll(/\d+/g, '')}`,
          `${file}${line === null ? '' : `:${line}`}: ${reason}.`,
        ),
      settle: (complete) => {
        if (!journal.isFull) return;
        complete();
        journal.commit();
      },
    };
  }

  #report(key: string, message: string): void {
    const { reported } = this.#journal.state;
    if (reported.includes(key) || reported.length >= mostReported) return;
    reported.push(key);
    this.#journal.add('log', { level: 'warning', message });
  }
}
