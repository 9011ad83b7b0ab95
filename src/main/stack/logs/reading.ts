import { setTimeout as delay } from 'node:timers/promises';
import type { StackLogLine } from '../../../shared/contract/stack.ts';
import type { ContainerLogs, LogContainer, LogOpening } from '../docker/container-logs.ts';
import { type LogPosition, LogProgress, readFrom } from './position.ts';

/** Where the containers' lines come from. */
export type LogSource = Pick<ContainerLogs, 'containers' | 'open' | 'refresh' | 'starts'>;

/** What a container's reader hands on: lines in their order, or word that there are no more for now. */
export type LogPiece = readonly StackLogLine[] | 'caught up';

export interface LogReading {
  /** Where to go on. */
  readonly position: LogPosition;
  /** Only so many of the last lines to begin with (at least one); null: all after the position. */
  readonly tail: number | null;
  /** Called before the first line with the time from which on those last lines are. */
  readonly onBegin?: ((time: string) => void) | undefined;
  /** Until the container stops. */
  readonly follow: boolean;
}

/** A bell that is silent for this long is not trusted. */
const bellMs = 1000;
/** Lines that come fast are fetched together. */
const leastPauseMs = 50;
const shortReach = 512;
const longReach = 16_384;

/**
 * A container's lines, each exactly once and none lost, however slowly they are asked for.
 *
 * The files that the daemon still has are the truth. A reading of them holds them open, begins at the last line seen, and shows whether
 * that one is still there. A log that is never rotated is then followed. Of one that is, a followed stream may leave out whole files
 * and repeat others (Docker Engine 20.10, at nearly every rotation): there it only rings, and what is new is read from the files.
 */
export async function* readContainer(
  source: LogSource,
  container: LogContainer,
  reading: LogReading,
  signal: AbortSignal,
): AsyncGenerator<LogPiece, void, undefined> {
  const files = new ContainerFiles(source, container, reading.position, signal);
  yield* files.all(reading.tail, reading.onBegin);
  if (!reading.follow) return;
  yield 'caught up';
  if (!container.isRotated) {
    yield* files.followed();
  } else {
    for (let last = Date.now(); await files.ring(); last = Date.now()) {
      const pause = last + leastPauseMs - Date.now();
      if (pause > 0) await delay(pause);
      yield* files.unread();
    }
  }
  // It stopped, or so it seems: what it said last is in the files.
  if (signal.aborted) return;
  await files.refresh();
  yield* files.unread();
}

class ContainerFiles {
  private readonly source: LogSource;
  private container: LogContainer;
  private readonly progress: LogProgress;
  private readonly signal: AbortSignal;
  /** How many of the last lines are looked at for what is new; the daemon finds those from the end. */
  private reach = shortReach;

  constructor(source: LogSource, container: LogContainer, position: LogPosition, signal: AbortSignal) {
    this.source = source;
    this.container = container;
    this.progress = new LogProgress(position);
    this.signal = signal;
  }

  /** Call where the container may have stopped: only of one that has is a line without an end complete. */
  async refresh(): Promise<void> {
    this.container = await this.source.refresh(this.container);
  }

  /** Everything that is there now after the position; with `tail` only so many of the last lines. */
  async *all(
    tail: number | null,
    onBegin?: (time: string) => void,
  ): AsyncGenerator<readonly StackLogLine[], number, undefined> {
    let count = 0;
    const oldest = tail === null ? null : await this.oldest();
    // What lies before the last lines asked for was not asked for, in neither stream.
    const begin = (time: string) => {
      if (time === oldest) return;
      this.progress.begin(time);
      onBegin?.(time);
    };
    for await (const batch of this.open({
      tail,
      follow: false,
      onBegin: tail === null ? undefined : begin,
    })) {
      const lines = this.fresh(batch);
      count += lines.length;
      if (lines.length > 0) yield lines;
    }
    return count;
  }

  async *followed(): AsyncGenerator<readonly StackLogLine[], void, undefined> {
    for await (const batch of this.open({ tail: null, follow: true })) {
      const lines = this.fresh(batch);
      if (lines.length > 0) yield lines;
    }
  }

  /** What is new, by the last lines where they reach back far enough. */
  async *unread(): AsyncGenerator<readonly StackLogLine[], void, undefined> {
    let reached = false;
    let count = 0;
    const last =
      readFrom(this.progress.position) === null ? [] : this.open({ tail: this.reach, follow: false });
    for await (const batch of last) {
      const [first] = batch;
      reached ||= first !== undefined && this.progress.knows(first);
      if (!reached) break;
      const lines = this.fresh(batch);
      count += lines.length;
      if (lines.length > 0) yield lines;
    }
    if (!reached) count = yield* this.all(null);
    this.reach = Math.min(longReach, Math.max(shortReach, count * 4));
  }

  /** Waits until there is something new (true), or the container has stopped. */
  async ring(): Promise<boolean> {
    while (!this.signal.aborted) {
      const timeout = AbortSignal.timeout(bellMs);
      const bell = AbortSignal.any([this.signal, timeout]);
      for await (const lines of this.source.open(
        this.container,
        { since: null, tail: 1, follow: true },
        bell,
      )) {
        if (lines.some((line) => !this.progress.knows(line))) return true;
      }
      if (!timeout.aborted) return false;
    }
    return false;
  }

  /** The time of the first piece that the files still have; null if they are empty. */
  private async oldest(): Promise<string | null> {
    let oldest: string | null = null;
    const onBegin = (time: string) => {
      oldest = time;
    };
    for await (const _ of this.open({ tail: null, follow: false, onBegin })) break;
    return oldest;
  }

  private open(how: Omit<LogOpening, 'since'>): AsyncIterable<readonly StackLogLine[]> {
    this.progress.again();
    const since = readFrom(this.progress.position);
    return this.source.open(this.container, { since, ...how }, this.signal);
  }

  private fresh(lines: readonly StackLogLine[]): StackLogLine[] {
    const fresh: StackLogLine[] = [];
    for (const line of lines) {
      const missed = this.progress.missed;
      if (!this.progress.take(line)) continue;
      if (missed !== null) {
        fresh.push({ service: this.container.service, time: line.time, stream: 'gap', text: missed });
      }
      fresh.push(line);
    }
    return fresh;
  }
}
