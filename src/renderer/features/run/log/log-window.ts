import type { LogLine, MovingLines } from '../../../../shared/contract/run-readings.ts';
import type { EngineClient } from '../../../rpc/client.ts';

export type LogLevel = LogLine['level'];
type Reader = EngineClient['runs']['logs'];

/** Lines that a window may hold: what a terminal scrolls through smoothly. */
export const windowCapacity = 20_000;
const pageLimit = 10_000;
const firstStep = 2000;

/**
 * A part of a run's log, [from, next) by line number, of any length of log: it grows at either end and lets go at the other. With a level,
 * only lines of that level and above are in it, but it covers the same numbers.
 */
export class LogWindow {
  lines: readonly LogLine[] = [];
  from = 0;
  next = 0;
  total = 0;
  /** The run is over and the window has its last line. */
  ended = false;
  /** Lines behind the log's end that have no newline yet. */
  moving: MovingLines = { version: '', lines: [] };
  private readonly read: Reader;
  private readonly run: string;
  private readonly level: LogLevel | null;
  private readonly capacity: number;

  constructor(read: Reader, run: string, level: LogLevel | null, capacity = windowCapacity) {
    this.read = read;
    this.run = run;
    this.level = level;
    this.capacity = capacity;
  }

  /** Whether nothing stands after the window, as far as known. */
  get atEnd(): boolean {
    return this.next >= this.total;
  }

  /** Opens at the log's end. */
  async openAtEnd(signal: AbortSignal): Promise<void> {
    const end = await this.page({ from: -1, limit: 1 }, signal);
    await this.openAround(end.total, signal);
  }

  /** Opens with a line in the middle, or near. */
  async openAround(line: number, signal: AbortSignal): Promise<void> {
    this.lines = [];
    this.from = line;
    this.next = line;
    await this.growBack(signal);
    await this.growOn(signal, 0);
  }

  /** Adds lines before the window. */
  async growBack(signal: AbortSignal): Promise<void> {
    let step = firstStep;
    let from = this.from;
    let found: readonly LogLine[] = [];
    // With a level most lines may be left out: go back further and further until there is something to see.
    while (from > 0 && found.length < firstStep / 2) {
      const end = from;
      from = Math.max(0, end - step);
      const page = await this.page({ from, limit: end - from }, signal);
      found = [...page.lines.filter(({ line }) => line < end), ...found];
      step = Math.min(pageLimit, step * 2);
    }
    this.from = from;
    this.lines = [...found, ...this.lines];
    if (this.lines.length <= this.capacity) return;
    this.lines = this.lines.slice(0, this.capacity);
    this.next = (this.lines.at(-1)?.line ?? this.next - 1) + 1;
    this.ended = false;
  }

  /** Adds lines after the window; waits for them for `waitMs`. @returns what came */
  async growOn(signal: AbortSignal, waitMs: number): Promise<readonly LogLine[]> {
    const movingSeen = this.moving.version;
    const page = await this.page({ from: this.next, limit: firstStep * 2, waitMs, movingSeen }, signal);
    const fresh = page.lines.filter(({ line }) => line >= this.next);
    this.next = Math.max(this.next, page.next);
    this.ended = page.ended && this.atEnd;
    if (fresh.length > 0) this.lines = [...this.lines, ...fresh];
    if (this.lines.length > this.capacity) {
      this.lines = this.lines.slice(-this.capacity);
      this.from = this.lines[0]?.line ?? this.from;
    }
    return fresh;
  }

  private async page(
    input: { from: number; limit: number; waitMs?: number; movingSeen?: string },
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<Reader>>> {
    const page = await this.read(
      { run: this.run, ...input, ...(this.level !== null && { level: this.level }) },
      { signal },
    );
    this.total = page.total;
    this.moving = page.moving;
    return page;
  }
}

/** The numbers of all lines that hold a text, found bit by bit; `report` receives them as they come. */
export async function findLines(
  read: Reader,
  wanted: { run: string; search: string; level: LogLevel | null },
  report: (lines: readonly number[], done: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const { run, search, level } = wanted;
  let found: readonly number[] = [];
  let from = 0;
  for (;;) {
    const page = await read(
      { run, search, from, limit: pageLimit, ...(level !== null && { level }) },
      { signal },
    );
    found = [...found, ...page.lines.map(({ line }) => line)];
    const done = page.next >= page.total || page.next <= from;
    report(found, done);
    if (done) return;
    from = page.next;
  }
}
