import type { MovingLine } from '../logs/log-buckets.ts';

/** The least time between two commits that only say how a moving line looks: a bar is drawn ten times a second and more. */
const everyMs = 250;

const streams = ['stdout', 'stderr'] as const;
type Stream = (typeof streams)[number];

/** What the lines of an attempt that have no newline yet look like: the newest state of each stream, and whether it was told. */
export class MovingLines {
  /** A longer line is shown by its end. */
  static readonly mostBytes = 4096;

  /** How often whoever waits for changes looks again. */
  static readonly everyMs = everyMs;

  private readonly texts: Record<Stream, string> = { stdout: '', stderr: '' };
  private told: readonly MovingLine[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;

  set(stream: Stream, text: string): void {
    this.texts[stream] = text;
  }

  get hasChanges(): boolean {
    return streams.some((stream) => this.texts[stream] !== (this.toldOf(stream)?.message ?? ''));
  }

  isDue(): boolean {
    return this.hasChanges && performance.now() - this.toldAt >= everyMs;
  }

  /** What they look like now, to be told. */
  take(): readonly MovingLine[] {
    if (!this.hasChanges) return this.told;
    const time = new Date().toISOString();
    this.told = streams.flatMap((stream) => {
      const message = this.texts[stream];
      const told = this.toldOf(stream);
      if (message === '') return [];
      return [told?.message === message ? told : { stream, time, message }];
    });
    this.toldAt = performance.now();
    return this.told;
  }

  private toldOf(stream: Stream): MovingLine | undefined {
    return this.told.find((line) => line.stream === stream);
  }
}
