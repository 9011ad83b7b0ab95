import type { StackLogLine } from '../../../shared/contract/stack.ts';
import { pause } from '../../platform/waiting.ts';
import type { ContainerLogs, LogContainer, LogOpening } from '../docker/container-logs.ts';
import { type LogPosition, LogProgress, readFrom } from './position.ts';

/** Where the containers' lines come from. */
export type LogSource = Pick<ContainerLogs, 'containers' | 'open' | 'refresh' | 'starts'>;

/** What a container's reader hands on: lines in their order, or word that there are no more for now. */
export type LogPiece = readonly StackLogLine[] | 'caught up';

interface LogReading {
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
  let now = container;
  const progress = new LogProgress(reading.position);
  /** How many of the last lines are looked at for what is new; the daemon finds those from the end. */
  let reach = shortReach;

  const open = (how: Omit<LogOpening, 'since'>): AsyncIterable<readonly StackLogLine[]> => {
    progress.again();
    return source.open(now, { since: readFrom(progress.position), ...how }, signal);
  };

  function takeNew(lines: readonly StackLogLine[]): StackLogLine[] {
    const taken: StackLogLine[] = [];
    for (const line of lines) {
      const { missed } = progress;
      if (!progress.take(line)) continue;
      if (missed !== null) taken.push({ service: now.service, time: line.time, stream: 'gap', text: missed });
      taken.push(line);
    }
    return taken;
  }

  /** The new lines of what is opened; how many they were. */
  async function* newOf(how: Omit<LogOpening, 'since'>): AsyncGenerator<StackLogLine[], number, undefined> {
    let count = 0;
    for await (const batch of open(how)) {
      const lines = takeNew(batch);
      count += lines.length;
      if (lines.length > 0) yield lines;
    }
    return count;
  }

  /** The time of the first piece that the files still have; null if they are empty. */
  async function findOldest(): Promise<string | null> {
    let oldest: string | null = null;
    const onBegin = (time: string) => {
      oldest = time;
    };
    for await (const _ of open({ tail: null, follow: false, onBegin })) break;
    return oldest;
  }

  /** The last lines that are there now. */
  async function* lastOf(tail: number) {
    const oldest = await findOldest();
    // What lies before the last lines asked for was not asked for, in neither stream.
    const onBegin = (time: string) => {
      if (time === oldest) return;
      progress.begin(time);
      reading.onBegin?.(time);
    };
    yield* newOf({ tail, follow: false, onBegin });
  }

  /** What is new, by the last lines where they reach back far enough. */
  async function* unread(): AsyncGenerator<StackLogLine[], void, undefined> {
    let reached = false;
    let count = 0;
    for await (const batch of readFrom(progress.position) === null
      ? []
      : open({ tail: reach, follow: false })) {
      const [first] = batch;
      reached ||= first !== undefined && progress.knows(first);
      if (!reached) break;
      const lines = takeNew(batch);
      count += lines.length;
      if (lines.length > 0) yield lines;
    }
    if (!reached) count = yield* newOf({ tail: null, follow: false });
    reach = Math.min(longReach, Math.max(shortReach, count * 4));
  }

  /** Waits until there is something new (true), or the container has stopped. */
  async function ring(): Promise<boolean> {
    while (!signal.aborted) {
      const timeout = AbortSignal.timeout(bellMs);
      const opening = { since: null, tail: 1, follow: true };
      for await (const lines of source.open(now, opening, AbortSignal.any([signal, timeout]))) {
        if (lines.some((line) => !progress.knows(line))) return true;
      }
      if (!timeout.aborted) return false;
    }
    return false;
  }

  if (reading.tail === null) yield* newOf({ tail: null, follow: false });
  else yield* lastOf(reading.tail);
  if (!reading.follow) return;
  yield 'caught up';
  if (!container.isRotated) {
    yield* newOf({ tail: null, follow: true });
  } else {
    for (let last = Date.now(); await ring(); last = Date.now()) {
      await pause(last + leastPauseMs - Date.now());
      yield* unread();
    }
  }
  // It stopped, or so it seems: only of a container that has is a line without an end complete, and what it said last is in the files.
  if (signal.aborted) return;
  now = await source.refresh(now);
  yield* unread();
}
