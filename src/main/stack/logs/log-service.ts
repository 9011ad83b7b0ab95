import type { StackLogLine } from '../../../shared/contract/stack.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { type LogPosition, LogProgress, logStart, nanoseconds, readCursor, timeOf } from './position.ts';
import type { LogSource } from './reading.ts';
import { LogTail } from './tail.ts';

interface ReadQuery {
  readonly services: readonly ServiceName[];
  readonly after: string;
  readonly tail: number;
  readonly limit: number;
  readonly search: string;
  readonly waitMs: number;
}

/** A reader that does not come back within this time begins anew at its cursor. */
const keptMs = 30_000;
const mostKept = 16;
const largestBatch = 4096;

interface Kept {
  readonly tail: LogTail;
  readonly timer: NodeJS.Timeout;
}

function readSince(since: string): bigint {
  const time = Date.parse(since);
  if (Number.isNaN(time) || time < 0) throw fault('LOG_TIME_INVALID', { since });
  // The daemon's own times have nanoseconds, which Date does not keep.
  return since.endsWith('Z') ? nanoseconds(since) : BigInt(time) * 1_000_000n;
}

/** The services' lines by cursor and for terminals. A reader by cursor that comes back soon goes on with the same open streams. */
export class StackLogService implements AsyncDisposable {
  private readonly source: LogSource;
  private readonly kept = new Map<string, Kept>();

  constructor(source: LogSource) {
    this.source = source;
  }

  /**
   * Lines after a cursor, in the order of their times; waits up to `waitMs` for the first. An empty cursor: the last `tail` lines of each.
   * @throws TrainyardError LOG_CURSOR_INVALID, DOCKER_*
   */
  async read(query: ReadQuery): Promise<{ cursor: string; lines: readonly StackLogLine[] }> {
    const tail = this.takeKept(query, query.after) ?? (await this.open(query));
    const wanted = query.search.toLowerCase();
    const matches = (line: StackLogLine) =>
      wanted === '' || line.stream === 'gap' || line.text.toLowerCase().includes(wanted);
    const lines: StackLogLine[] = [];
    const until = Date.now() + query.waitMs;
    try {
      while (lines.length < query.limit) {
        const waitMs = lines.length > 0 ? 0 : Math.max(0, until - Date.now());
        const read = await tail.read(query.limit - lines.length, waitMs);
        if (read.length === 0) break;
        lines.push(...read.filter(matches));
      }
    } catch (error) {
      await tail[Symbol.asyncDispose]();
      throw error;
    }
    const { cursor } = tail;
    await this.keep(query, cursor, tail);
    return { cursor, lines };
  }

  /**
   * Lines as they come (several at a time) until the signal, for terminals; `since` (ISO 8601, included) or the last `tail` of each first.
   * @throws TrainyardError LOG_TIME_INVALID, DOCKER_*
   */
  async *follow({
    services,
    since,
    tail,
    follow,
    signal,
  }: {
    readonly services: readonly ServiceName[];
    readonly since: string | null;
    readonly tail: number;
    readonly follow: boolean;
    readonly signal: AbortSignal;
  }): AsyncGenerator<readonly StackLogLine[]> {
    const positions = since === null ? await this.ends(tail) : await this.at(readSince(since));
    await using lines = await LogTail.open(this.source, {
      services,
      positions,
      tail: since === null ? tail : null,
      follow,
    });
    const end = () => void lines[Symbol.asyncDispose]();
    signal.addEventListener('abort', end, { once: true });
    try {
      while (!signal.aborted) {
        const batch = await lines.read(largestBatch, 60_000);
        if (batch.length > 0) yield batch;
        else if (!follow) return;
      }
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.kept.values()];
    this.kept.clear();
    for (const { timer } of all) clearTimeout(timer);
    await Promise.all(all.map(({ tail }) => tail[Symbol.asyncDispose]()));
  }

  private async open(query: ReadQuery): Promise<LogTail> {
    const given = readCursor(query.after);
    if (!given) throw fault('LOG_CURSOR_INVALID', {});
    const isFirst = query.after === '';
    return LogTail.open(this.source, {
      services: query.services,
      positions: isFirst ? await this.ends(query.tail) : given,
      tail: isFirst ? query.tail : null,
      follow: true,
    });
  }

  /** With a tail of nothing: behind the last line of each container; else nowhere yet. */
  private async ends(tail: number): Promise<ReadonlyMap<string, LogPosition>> {
    const positions = new Map<string, LogPosition>();
    if (tail > 0) return positions;
    const { signal } = new AbortController();
    for (const container of await this.source.containers()) {
      const progress = new LogProgress(logStart);
      const onBegin = (time: string) => progress.begin(time);
      const opening = { since: null, tail: 1, follow: false, onBegin };
      for await (const lines of this.source.open(container, opening, signal)) {
        for (const line of lines) progress.add(line);
      }
      positions.set(container.id.slice(0, 12), progress.position);
    }
    return positions;
  }

  private async at(since: bigint): Promise<ReadonlyMap<string, LogPosition>> {
    const place = { time: timeOf(since), count: 0 };
    const containers = await this.source.containers();
    return new Map(containers.map(({ id }) => [id.slice(0, 12), { stdout: place, stderr: place }]));
  }

  private keyOf({ services, search }: ReadQuery, cursor: string): string {
    return JSON.stringify([[...services].sort(), search, cursor]);
  }

  private takeKept(query: ReadQuery, cursor: string): LogTail | null {
    const key = this.keyOf(query, cursor);
    const kept = cursor === '' ? undefined : this.kept.get(key);
    if (!kept) return null;
    clearTimeout(kept.timer);
    this.kept.delete(key);
    return kept.tail;
  }

  private async keep(query: ReadQuery, cursor: string, tail: LogTail): Promise<void> {
    // Without any container yet the next reading begins like the first.
    if (cursor === '') return tail[Symbol.asyncDispose]();
    const key = this.keyOf(query, cursor);
    const replaced = this.takeKept(query, cursor);
    const [oldest] = this.kept.size >= mostKept ? this.kept.keys() : [];
    const dropped = oldest === undefined ? undefined : this.kept.get(oldest);
    if (oldest !== undefined) this.kept.delete(oldest);
    const end = () => {
      this.kept.delete(key);
      return tail[Symbol.asyncDispose]();
    };
    const timer = setTimeout(() => void end(), keptMs);
    timer.unref();
    this.kept.set(key, { tail, timer });
    clearTimeout(dropped?.timer);
    await Promise.all([replaced?.[Symbol.asyncDispose](), dropped?.tail[Symbol.asyncDispose]()]);
  }
}
