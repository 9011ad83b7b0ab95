import type { MovingLine } from '../logs/log-buckets.ts';
import type { LeftOut } from './event-fields.ts';

/**
 * Whether the numbers of events follow each other. A number that was there before is never taken again, so that a line that was
 * written twice counts once. A line that leaves a gap is not taken, but its successor is: one fault does not spoil the rest.
 */
export class EventOrder {
  /** The number of the last event. */
  last: number;
  /** The number of the last line that left a gap. */
  gapSeq: number | null;
  /** Lines since the last event that had no number: so many numbers may have been theirs. */
  unnumbered: number;

  constructor(last: number, gapSeq: number | null, unnumbered: number) {
    this.last = last;
    this.gapSeq = gapSeq;
    this.unnumbered = unnumbered;
  }

  /** Takes an event's number; answers why it is out of order, null if it is not. */
  take(seq: number): string | null {
    if (seq <= this.last) return `seq ${seq} after ${this.last}`;
    const follows =
      seq <= this.last + 1 + this.unnumbered || (this.gapSeq !== null && seq === this.gapSeq + 1);
    if (!follows) {
      this.gapSeq = seq;
      return `seq ${seq} after ${this.last}`;
    }
    this.last = seq;
    this.gapSeq = null;
    this.unnumbered = 0;
    return null;
  }

  /** Passes over a line that is no event. @param seq its number, where it has one */
  passOver(seq: number | null): null {
    if (seq === null) this.unnumbered += 1;
    // Its number is used up if it was in order.
    else if (seq > this.last) this.take(seq);
    return null;
  }
}

/** Name, fault, how often. */
export type LeftOutCount = readonly [name: string, fault: string, count: number];

/** How many kinds are counted separately; further ones are counted together. */
const mostKinds = 200;

/**
 * Counts what was left out of an attempt's events, so that it is reported once for each name and kind, and again at the tenth, the
 * hundredth and so on: never for each line.
 */
export class LeftOutCounts {
  private readonly counts: Map<string, LeftOutCount>;

  constructor(counts: readonly LeftOutCount[]) {
    this.counts = new Map(counts.map((counted) => [keyOf(counted), counted]));
  }

  /** Returns the sentence to report; null if it was reported before. */
  add({ name: given, fault: givenFault }: LeftOut): string | null {
    let counted: LeftOutCount = [given, givenFault, 0];
    if (!this.counts.has(keyOf(counted)) && this.counts.size >= mostKinds)
      counted = ['something else', 'not as events have it', 0];
    const key = keyOf(counted);
    const [name, fault, before] = this.counts.get(key) ?? counted;
    const count = before + 1;
    this.counts.set(key, [name, fault, count]);
    if (count === 1) return `${name} is ${fault}: it is left out, the rest of the line is kept`;
    const isPowerOfTen = /^10+$/.test(String(count));
    return isPowerOfTen ? `${name} is ${fault}: it was left out ${count} times so far` : null;
  }

  state(): LeftOutCount[] {
    return [...this.counts.values()];
  }
}

const keyOf = ([name, fault]: LeftOutCount) => `${name}\n${fault}`;

/** The least time between two commits that only say how a moving line looks: a bar is drawn ten times a second and more. */
const everyMs = 250;

const streams = ['stdout', 'stderr'] as const;
type Stream = (typeof streams)[number];

/** What the lines of an attempt that have no newline yet look like: the newest state of each stream, and whether it was reported. */
export class MovingLines {
  /** A longer line is shown by its end. */
  static readonly mostBytes = 4096;

  /** How often those that wait for changes look again. */
  static readonly everyMs = everyMs;

  private readonly texts: Record<Stream, string> = { stdout: '', stderr: '' };
  private shown: readonly MovingLine[] = [];
  private shownAt = Number.NEGATIVE_INFINITY;

  set(stream: Stream, text: string): void {
    this.texts[stream] = text;
  }

  get hasChanges(): boolean {
    return streams.some((stream) => this.texts[stream] !== (this.shownOf(stream)?.message ?? ''));
  }

  isDue(): boolean {
    return this.hasChanges && performance.now() - this.shownAt >= everyMs;
  }

  /** The lines that changed since they were last reported. */
  take(): readonly MovingLine[] {
    if (!this.hasChanges) return this.shown;
    const time = new Date().toISOString();
    this.shown = streams.flatMap((stream) => {
      const message = this.texts[stream];
      const shown = this.shownOf(stream);
      if (message === '') return [];
      return [shown?.message === message ? shown : { stream, time, message }];
    });
    this.shownAt = performance.now();
    return this.shown;
  }

  private shownOf(stream: Stream): MovingLine | undefined {
    return this.shown.find((line) => line.stream === stream);
  }
}
