import type { StackLogLine } from '../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import type { LogContainer } from '../docker/container-logs.ts';
import { LogMerge } from './merge.ts';
import { type LogPosition, LogProgress, logStart, writeCursor } from './position.ts';
import { type LogSource, readContainer } from './reading.ts';

export interface LogTailOptions {
  /** None: all. */
  readonly services: readonly ServiceName[];
  /** Where to begin, by the first twelve characters of a container's id. A container that is not in it is read from its beginning. */
  readonly positions: ReadonlyMap<string, LogPosition>;
  /** How many lines of the containers that are there and have no position; null: all. */
  readonly tail: number | null;
  readonly follow: boolean;
}

const shortId = (id: string) => id.slice(0, 12);

/** The lines of a stack's services from a place on, across stops, starts and containers made anew. */
export class LogTail implements AsyncDisposable {
  private readonly merge: LogMerge;
  private readonly progress = new Map<string, LogProgress>();
  /** Containers that are read, and whether they were started again meanwhile. */
  private readonly reading = new Map<string, { restarted: boolean }>();
  private readonly abort = new AbortController();
  private readonly source: LogSource;
  private readonly options: LogTailOptions;
  private failure: { readonly error: unknown } | null = null;

  private constructor(source: LogSource, options: LogTailOptions) {
    this.source = source;
    this.options = options;
    this.merge = new LogMerge({ stays: options.follow, onEnd: (id) => this.ended(id) });
  }

  static async open(source: LogSource, options: LogTailOptions): Promise<LogTail> {
    const tail = new LogTail(source, options);
    try {
      if (options.follow) await tail.watch();
      await tail.look(options.tail);
    } catch (error) {
      await tail[Symbol.asyncDispose]();
      throw error;
    }
    return tail;
  }

  /** Where to go on after the lines that were read. */
  get cursor(): string {
    return writeCursor(new Map([...this.progress].map(([id, { position }]) => [id, position])));
  }

  /** The next lines: at most so many; none where none came in time, or where all ended and nothing is followed. */
  async read(most: number, waitMs: number): Promise<readonly StackLogLine[]> {
    const merged = await this.merge.read(most, waitMs);
    if (this.failure) throw this.failure.error;
    return merged.map(({ container, line }) => {
      this.progress.get(container)?.add(line);
      return line;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    await this.merge.close();
  }

  /** Resolves once no start is missed any more. */
  private async watch(): Promise<void> {
    const starts = this.source.starts(this.abort.signal)[Symbol.asyncIterator]();
    await starts.next();
    const notice = async () => {
      while (!(await starts.next()).done) await this.look(null);
    };
    notice().catch((error: unknown) => this.fail(error));
  }

  private async look(tail: number | null): Promise<void> {
    for (const container of await this.source.containers()) {
      const { services } = this.options;
      if (services.length > 0 && !services.includes(container.service)) continue;
      const known = this.reading.get(shortId(container.id));
      if (known) known.restarted = true;
      else this.add(container, tail);
    }
  }

  private add(container: LogContainer, tail: number | null): void {
    const id = shortId(container.id);
    const given = this.options.positions.get(id);
    const progress = this.progress.get(id) ?? new LogProgress(given ?? logStart);
    const isNew = !given && !this.progress.has(id);
    this.progress.set(id, progress);
    this.reading.set(id, { restarted: false });
    const reading = {
      position: progress.position,
      tail: isNew ? tail : null,
      onBegin: (time: string) => progress.begin(time),
      follow: this.options.follow,
    };
    this.merge.add(id, readContainer(this.source, container, reading, this.abort.signal));
  }

  private ended(id: string): void {
    const restarted = this.reading.get(id)?.restarted;
    this.reading.delete(id);
    if (!restarted) return;
    this.look(null).catch((error: unknown) => this.fail(error));
  }

  /** Passes the error to the waiting reader at once. */
  private fail(error: unknown): void {
    this.failure ??= { error };
    void this[Symbol.asyncDispose]();
  }
}
