import { setTimeout as delay } from 'node:timers/promises';
import type { StackLogLine } from '../../../shared/contract/stack.ts';
import type { ContainerLogs, LogContainer } from '../docker/container-logs.ts';
import { type LogPosition, LogProgress, readFrom } from './position.ts';

/** Where the containers' lines come from. */
export type LogSource = Pick<ContainerLogs, 'containers' | 'open' | 'starts'>;

/** What a container's reader hands on: lines in their order, or word that there are no more for now. */
export type LogPiece = readonly StackLogLine[] | 'caught up';

export interface LogReading {
  /** Where to go on. */
  readonly position: LogPosition;
  /** Only so many of the last lines to begin with (at least one); null: all after the position. */
  readonly tail: number | null;
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
  yield* files.all(reading.tail);
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
  if (!signal.aborted) yield* files.unread();
}

class ContainerFiles {
  private readonly source: LogSource;
  private readonly container: LogContainer;
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

  /** Everything that is there now after the position; with `tail` only so many of the last lines. */
  async *all(tail: number | null): AsyncGenerator<readonly StackLogLine[], number, undefined> {
    let count = 0;
    for await (const batch of this.open({ tail, follow: false })) {
      const [first] = batch;
      if (tail !== null && first) this.progress.begin(first.time);
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

  private open(how: {
    readonly tail: number | null;
    readonly follow: boolean;
  }): AsyncIterable<readonly StackLogLine[]> {
    this.progress.again();
    return this.source.open(this.container, { since: readFrom(this.progress.position), ...how }, this.signal);
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
