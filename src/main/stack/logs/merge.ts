import type { StackLogLine } from '../../../shared/contract/stack.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { LogPiece } from './reading.ts';

/** A line that came waits this long for older ones of other containers. */
const holdMs = 100;

export interface MergedLine {
  readonly container: string;
  readonly line: StackLogLine;
}

interface Lane {
  readonly container: string;
  readonly pieces: AsyncIterator<LogPiece>;
  lines: readonly StackLogLine[];
  next: number;
  arrivedAt: number;
  /** When everything that there was at the beginning had come (milliseconds); it may be silent for long then. Null before. */
  liveAt: number | null;
  ended: boolean;
  pending: Promise<void> | null;
  failure: { readonly error: unknown } | null;
}

/** Lines of several containers in the order of their times: exactly so for what is there already, within `holdMs` for what is printed later. */
export class LogMerge {
  private readonly lanes: Lane[] = [];
  private readonly wakeups = new Wakeups();
  private readonly stays: boolean;
  private readonly onEnd: (container: string) => void;

  /** @param options.stays waits for further containers where none is left */
  constructor(options: { readonly stays: boolean; readonly onEnd: (container: string) => void }) {
    this.stays = options.stays;
    this.onEnd = options.onEnd;
  }

  add(container: string, pieces: AsyncIterable<LogPiece>): void {
    this.lanes.push({
      container,
      pieces: pieces[Symbol.asyncIterator](),
      lines: [],
      next: 0,
      arrivedAt: 0,
      liveAt: null,
      ended: false,
      pending: null,
      failure: null,
    });
    this.wakeups.wake();
  }

  async close(): Promise<void> {
    const lanes = this.lanes.splice(0);
    this.wakeups.wake();
    await Promise.all(lanes.map(({ pieces }) => pieces.return?.(undefined)));
  }

  /** The next lines; none where none came in time (what is there already is waited for in any case) or where all ended. */
  async read(most: number, waitMs: number): Promise<readonly MergedLine[]> {
    const until = Date.now() + waitMs;
    for (;;) {
      for (const lane of this.lanes) this.fetch(lane);
      const failed = this.lanes.find(({ failure }) => failure !== null)?.failure;
      if (failed) throw failed.error;
      const ready = this.take(most);
      if (ready.length > 0 || (this.lanes.length === 0 && !this.stays)) return ready;
      const now = Date.now();
      const allLive = this.lanes.every(({ liveAt }) => liveAt !== null);
      if (now >= until && allLive) return ready;
      const held = this.lanes.filter((lane) => lane.lines.length > lane.next);
      const heldUntil = Math.min(...held.map(({ arrivedAt }) => arrivedAt + holdMs));
      await this.wakeups.wait(Math.max(1, Math.min(allLive ? until : now + holdMs, heldUntil) - now));
    }
  }

  private fetch(lane: Lane): void {
    if (lane.pending || lane.ended || lane.failure || lane.next < lane.lines.length) return;
    lane.pending = lane.pieces.next().then(
      (result) => {
        lane.pending = null;
        if (result.done) {
          lane.ended = true;
        } else if (result.value === 'caught up') {
          lane.liveAt = Date.now();
          this.fetch(lane);
        } else {
          lane.lines = result.value;
          lane.next = 0;
          lane.arrivedAt = Date.now();
        }
        this.wakeups.wake();
      },
      (error: unknown) => {
        lane.pending = null;
        lane.failure = { error };
        this.wakeups.wake();
      },
    );
  }

  private take(most: number): MergedLine[] {
    const taken: MergedLine[] = [];
    while (taken.length < most) {
      this.dropEnded();
      const [lane, limit] = this.oldest();
      if (!lane) break;
      const start = lane.next;
      do {
        const line = lane.lines[lane.next];
        if (!line) break;
        taken.push({ container: lane.container, line });
        lane.next += 1;
      } while (taken.length < most && (lane.lines[lane.next]?.time ?? '~') <= limit);
      if (lane.next === start) break;
    }
    return taken;
  }

  private dropEnded(): void {
    for (const lane of this.lanes.filter(({ ended, next, lines }) => ended && next >= lines.length)) {
      this.lanes.splice(this.lanes.indexOf(lane), 1);
      this.onEnd(lane.container);
    }
  }

  /** The lane whose line is next, and up to which time its lines are; none where an older line may still come. */
  private oldest(): [Lane | null, string] {
    let oldest: Lane | null = null;
    let time = '~';
    let limit = '~';
    let silentFrom = Number.POSITIVE_INFINITY;
    for (const lane of this.lanes) {
      const head = lane.lines[lane.next];
      if (!head) {
        if (lane.liveAt === null) return [null, ''];
        silentFrom = Math.min(silentFrom, lane.liveAt);
      } else if (head.time < time) {
        limit = time;
        time = head.time;
        oldest = lane;
      } else if (head.time < limit) {
        limit = head.time;
      }
    }
    if (!oldest) return [null, ''];
    // What the silent ones print now is younger than what was printed before they fell silent.
    const mayBeLate = Date.parse(time) > silentFrom - holdMs;
    if (mayBeLate && Date.now() - oldest.arrivedAt < holdMs) return [null, ''];
    return [oldest, limit];
  }
}
