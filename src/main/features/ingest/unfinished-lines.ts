import type { MovingLine } from '../logs/log-buckets.ts';

const streams = ['stdout', 'stderr'] as const;
type Stream = (typeof streams)[number];

/** The newest text of each stream's line that has no newline yet, and whether that text was reported. */
export class UnfinishedLines {
  /** A longer line is shown by its end. */
  static readonly maxBytes = 4096;

  /** Least time between two commits that only update an unfinished line: progress bars redraw ten times a second or more. */
  static readonly commitIntervalMs = 250;

  private readonly texts: Record<Stream, string> = { stdout: '', stderr: '' };
  private shown: readonly MovingLine[] = [];
  private shownAt = Number.NEGATIVE_INFINITY;

  /** @param text empty if the stream's last line has its newline */
  set(stream: Stream, text: string): void {
    this.texts[stream] = text;
  }

  /** Whether a text is another one than was last reported. */
  get hasChanges(): boolean {
    return streams.some((stream) => this.texts[stream] !== (this.shownOf(stream)?.message ?? ''));
  }

  /** Whether there are changes, and `commitIntervalMs` has passed since the last report. */
  isDue(): boolean {
    return this.hasChanges && performance.now() - this.shownAt >= UnfinishedLines.commitIntervalMs;
  }

  /** All unfinished lines as they are now, marked as reported. A line whose text did not change keeps its time. */
  report(): readonly MovingLine[] {
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
