import type { StackLogLine } from '../../../shared/contract/stack.ts';

/** The last line seen of one stream, and how many were seen with that very time. */
interface StreamPosition {
  readonly time: string;
  readonly count: number;
}

type LogStream = 'stdout' | 'stderr';
const logStreams: readonly LogStream[] = ['stdout', 'stderr'];

/**
 * How far a container's log was read. The daemon stamps the lines of each stream in their order, but may write a line of one stream
 * behind a younger line of the other: so each stream has a place of its own.
 */
export type LogPosition = Readonly<Record<LogStream, StreamPosition>>;

export const logStart: LogPosition = { stdout: { time: '', count: 0 }, stderr: { time: '', count: 0 } };

/** A line of one stream may stand this long behind younger lines of the other one. */
const disorderNs = 200_000_000n;

/** `2026-11-24T02:33:22.138189217Z` as nanoseconds since 1970. */
export function nanoseconds(time: string): bigint {
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? '';
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Nanoseconds since 1970 as the daemon writes a time. */
export function timeOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** From where to read again so that nothing is missed; null: from the beginning. */
export function readFrom(position: LogPosition): bigint | null {
  const { stdout, stderr } = position;
  const [older, newer] = stdout.time < stderr.time ? [stdout, stderr] : [stderr, stdout];
  if (newer.time === '') return null;
  const earliest = nanoseconds(newer.time) - disorderNs;
  const wanted = older.time === '' ? earliest : nanoseconds(older.time);
  return wanted > earliest ? wanted : earliest;
}

/**
 * Finds the new lines of a container's log when it is read again from `readFrom(position)`; keeps the position.
 * Lines stamped before one that was seen (a clock set back) count as seen.
 */
export class LogProgress {
  private readonly places: Record<LogStream, { time: string; count: number; met: number }>;

  constructor(position: LogPosition) {
    this.places = {
      stdout: { ...position.stdout, met: 0 },
      stderr: { ...position.stderr, met: 0 },
    };
  }

  get position(): LogPosition {
    const { stdout, stderr } = this.places;
    return {
      stdout: { time: stdout.time, count: stdout.count },
      stderr: { time: stderr.time, count: stderr.count },
    };
  }

  /** Lines from before this time do not belong to what is read. */
  begin(time: string): void {
    for (const stream of logStreams) {
      if (this.places[stream].time === '') this.places[stream].time = time;
    }
  }

  /** Call before the log is read again. */
  again(): void {
    for (const stream of logStreams) this.places[stream].met = 0;
  }

  /** Whether a line was seen, or is one of several with the time of the last one seen. */
  knows(line: StackLogLine): boolean {
    if (line.stream === 'gap') return true;
    const { time, count } = this.places[line.stream];
    return line.time < time || (line.time === time && count > 0);
  }

  /** Whether a line is new; from then on it counts as seen. */
  take(line: StackLogLine): boolean {
    if (line.stream === 'gap') return true;
    const place = this.places[line.stream];
    if (line.time > place.time) {
      place.time = line.time;
      place.count = 1;
      place.met = 1;
      return true;
    }
    if (line.time < place.time) return false;
    place.met += 1;
    if (place.met <= place.count) return false;
    place.count = place.met;
    return true;
  }

  /** Counts a line that is known to be new as seen. */
  add(line: StackLogLine): void {
    if (line.stream === 'gap') return;
    const place = this.places[line.stream];
    if (line.time < place.time) return;
    place.count = line.time === place.time ? place.count + 1 : 1;
    place.time = line.time;
  }

  /** The youngest line seen so far, where it was not met again since `again()`: what followed it may be gone too. */
  get missed(): string | null {
    const { stdout, stderr } = this.places;
    const last = stdout.time < stderr.time ? stderr : stdout;
    return last.count > 0 && last.met === 0 ? last.time : null;
  }
}

const isDigits = (text: string | undefined): text is string => text !== undefined && /^\d{1,20}$/.test(text);

function writePlace({ time, count }: StreamPosition): string {
  return time === '' ? '' : `${nanoseconds(time)}.${count}`;
}

function readPlace(text: string | undefined): StreamPosition | null {
  if (text === '') return logStart.stdout;
  const [ns, count, more] = text?.split('.') ?? [];
  if (!isDigits(ns) || !isDigits(count) || more !== undefined) return null;
  return { time: timeOf(BigInt(ns)), count: Number(count) };
}

/** Positions by container id as one word; short ids, as a stack's few containers need no more. */
export function writeCursor(positions: ReadonlyMap<string, LogPosition>): string {
  const words = [...positions].map(
    ([id, { stdout, stderr }]) => `${id.slice(0, 12)}:${writePlace(stdout)}:${writePlace(stderr)}`,
  );
  return words.join(',');
}

/** By the first twelve characters of the containers' ids; null if it is no cursor. */
export function readCursor(cursor: string): Map<string, LogPosition> | null {
  const positions = new Map<string, LogPosition>();
  for (const word of cursor.split(',').filter(Boolean)) {
    const [id, out, err, more] = word.split(':');
    const [stdout, stderr] = [readPlace(out), readPlace(err)];
    if (!id || !/^[0-9a-f]{12}$/.test(id) || !stdout || !stderr || more !== undefined) return null;
    positions.set(id, { stdout, stderr });
  }
  return positions;
}
