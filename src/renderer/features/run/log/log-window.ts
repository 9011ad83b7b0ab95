import type { LogLine, MovingLines } from '../../../../shared/contract/run-readings.ts';
import type { LogView, OpenLog } from '../../../components/log/use-terminal.ts';
import type { EngineClient } from '../../../rpc/client.ts';
import { pause } from '../../../rpc/pause.ts';
import type { LogScreen } from './log-screen.ts';

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

/** The numbers of all lines that hold a text, found bit by bit; `report` hears of them as they come. */
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

const waitMs = 25_000;
/** Where nothing is to be followed, it is looked again after this. */
const restMs = 250;

interface RunLog extends OpenLog<Pick<LogWindow, 'total' | 'lines' | 'moving'>> {
  /** Shows a line with a text marked in it. */
  readonly goTo: (line: number, search: string) => void;
  readonly mark: (search: string) => void;
}

/** A run's log on a screen: follows the end, reads back and forth as one scrolls. */
export function openRunLog(screen: LogScreen, window: LogWindow, view: LogView): RunLog {
  const { signal } = view;
  // One change of the screen after another.
  let queue = Promise.resolve();
  const change = (action: () => Promise<void>) => {
    queue = queue.then(() => (signal.aborted ? undefined : action())).then(view.report, view.fail);
    return queue;
  };
  const openAtEnd = async () => {
    await window.openAtEnd(signal);
    await screen.replace(window.lines);
  };
  /** Lines before the first: the view stays on the line where it was. */
  const readBack = async () => {
    if (!screen.atTop || window.from === 0) return;
    const top = screen.topLine();
    await window.growBack(signal);
    await screen.replace(window.lines);
    if (top !== null) screen.scrollTo(top);
  };
  /** Lines after the last, where the window is not at the log's end. */
  const readOn = async () => {
    if (!screen.atBottom || window.atEnd) return;
    await screen.append(await window.growOn(signal, 0));
  };
  return {
    screen,
    state: () => ({ total: window.total, lines: window.lines, moving: window.moving }),
    fill: async () => {
      let isOpen = false;
      await change(async () => {
        await openAtEnd();
        screen.terminal.scrollToBottom();
        isOpen = true;
      });
      while (isOpen && !signal.aborted) {
        if (!window.atEnd || window.ended) {
          // Elsewhere in the log, or all is read: a person's scrolling brings it back.
          await pause(restMs, signal);
          continue;
        }
        const fresh = await window.growOn(signal, waitMs);
        await screen.append(fresh);
        if (fresh.length > 0 && view.following) screen.terminal.scrollToBottom();
        view.report();
      }
    },
    onScroll: () => {
      view.following = screen.atBottom && window.atEnd;
      if (screen.atTop && window.from > 0) void change(readBack);
      else if (screen.atBottom && !window.atEnd) void change(readOn);
      else view.report();
    },
    follow: () =>
      void change(async () => {
        if (!window.atEnd) await openAtEnd();
        view.following = true;
        screen.terminal.scrollToBottom();
      }),
    goTo: (line, search) =>
      void change(async () => {
        view.following = false;
        if (line < window.from || line >= window.next) {
          await window.openAround(line, signal);
          await screen.replace(window.lines);
        }
        screen.mark(search, line);
        screen.scrollTo(line, 4);
      }),
    mark: (search) => void change(async () => screen.mark(search, null)),
  };
}
