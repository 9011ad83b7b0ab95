import type { EngineClient } from '../rpc/client.ts';
import { Listeners } from '../rpc/listeners.ts';
import { painted, requestPaint } from './frame.ts';
import { LineSet, type StepWindow } from './line-set.ts';
import { notePaint } from './paint-record.ts';

const waitMs = 25_000;
/** Full pages in a row after which the lines are read anew from the rollups: that is faster than catching up point by point. */
const mostBehind = 20;
/** Lines finer than a screen is wide serve nobody. */
const maxPoints = 4096;

type Reader = Pick<EngineClient['runs'], 'series' | 'live'>;

/** A run's chart lines: read once from the rollups, then what is new, once a frame; and finer where someone looks closer. */
export class RunFeed {
  readonly runId: string;
  /** Null until the first answer. */
  base: LineSet | null = null;
  private window: { readonly at: StepWindow; set: LineSet | null } | null = null;
  private readonly reader: Reader;
  private readonly listeners = new Listeners();
  /** Rises whenever a line appears or goes: what a page must draw anew, rather than paint. */
  private shape = 0;
  private shapeKey = '';

  constructor(reader: Reader, runId: string) {
    this.reader = reader;
    this.runId = runId;
  }

  /** Calls at every change, before the frame; for painters. */
  readonly onChange = this.listeners.subscribe;

  /** For `useSyncExternalStore`: changes only when lines appear or go. */
  readonly shapeVersion = (): number => this.shape;

  /** The lines to draw: those of the window where it has come, else all. */
  get shown(): LineSet | null {
    return this.window?.set ?? this.base;
  }

  get stepsPerEpoch(): number {
    return this.base?.stepsPerEpoch ?? 0;
  }

  /**
   * Reads until the run is over; goes on from where it was when called again.
   * @throws what the engine answers
   */
  async follow(signal: AbortSignal): Promise<void> {
    if (!this.base) await this.reload(signal);
    let behind = 0;
    let seen = '';
    let frame = Promise.resolve();
    for (;;) {
      const after = this.base?.cursor ?? 0;
      const page = await this.reader.live({ run: this.runId, after, seen, waitMs }, { signal });
      signal.throwIfAborted();
      seen = page.version;
      this.base?.take(page);
      const closer = this.window?.set;
      if (closer?.cursor === after) closer.take(page);
      else if (closer) await this.catchUp(closer, signal);
      this.changed();
      if (page.ended) return;
      behind = page.more ? behind + 1 : 0;
      if (behind >= mostBehind) {
        behind = 0;
        await this.reload(signal);
      }
      // No more than one answer is taken beyond what is painted. A page that paints slowly asks less often: each answer has everything since.
      const nextFrame = painted();
      await frame;
      frame = nextFrame;
      signal.throwIfAborted();
    }
  }

  /** Shows a window finer, or everything with null. */
  async look(window: StepWindow | null, signal: AbortSignal): Promise<void> {
    this.window = window && { at: window, set: null };
    this.changed();
    if (!window) return;
    const answer = await this.reader.series({ run: this.runId, maxPoints, ...window }, { signal });
    if (this.window?.at !== window) return;
    const set = new LineSet(answer.series, answer.cursor, window);
    // The window may have been read before what the lines already took: it then misses points that will not come again.
    if (this.base && answer.cursor < this.base.cursor) await this.catchUp(set, signal);
    this.window = { at: window, set };
    this.changed();
  }

  /** Reads what the lines have already and a window has not. */
  private async catchUp(set: LineSet, signal: AbortSignal): Promise<void> {
    while (set.cursor < (this.base?.cursor ?? 0)) {
      const upTo = this.base?.cursor;
      set.take(await this.reader.live({ run: this.runId, after: set.cursor, upTo }, { signal }));
      signal.throwIfAborted();
    }
  }

  private async reload(signal: AbortSignal): Promise<void> {
    const answer = await this.reader.series({ run: this.runId, maxPoints }, { signal });
    signal.throwIfAborted();
    this.base = new LineSet(answer.series, answer.cursor);
    this.changed();
  }

  private changed(): void {
    const key = [...(this.base?.lines.keys() ?? [])].join('\n');
    if (key !== this.shapeKey || this.shape === 0) {
      this.shapeKey = key;
      this.shape += 1;
    }
    this.listeners.notify();
    // Asked for after the charts asked, it runs after they painted.
    requestPaint(this.notePainted);
  }

  private readonly notePainted = (): void =>
    notePaint(this.runId, this.base?.cursor ?? 0, this.base?.lastStep ?? 0);
}
