import { randomUUID } from 'node:crypto';
import { Wakeups } from '../../platform/wakeups.ts';
import { type PubSub, runChannel } from '../../stores/pubsub/ports.ts';
import type { Batch } from '../ingest/batch.ts';
import type { IngestedAttempt } from '../ingest/cursor.ts';
import { LiveLines } from './live-lines.ts';

/** How long a run's points are kept after its last reader left: most come back at once for the next page. */
const lingerMs = 5000;
/** Committed points that are kept for readers; whoever is further behind reads the database. */
const mostKept = 50_000;

type Points = Batch['points'];

/** Committed points with the journal numbers of the batch that they were in. */
interface Commit {
  readonly attempt: number;
  readonly points: Points;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What a reader has seen of a run. */
export interface Seen {
  /** Messages about the run from elsewhere. */
  messages: number;
  /** Changes of what is ahead, but for those by commits. */
  ahead: number;
}

const nothingSeen: Seen = { messages: -1, ahead: -1 };

/** The newest points of a run that somebody reads: the last that were committed, and those that will be. */
export class LiveRun {
  readers = 0;
  lingering: NodeJS.Timeout | undefined;
  readonly subscription: Promise<AsyncDisposable>;
  /** Woken by whatever changes here. */
  readonly wakeups = new Wakeups();
  /** Counts the wake-ups. */
  changes = 0;
  private readonly id = randomUUID();
  private messages = 0;
  private aheadChanges = 0;
  private readonly ahead = new Map<
    string,
    { readonly attempt: number; readonly batches: readonly Batch[] }
  >();
  private commits: Commit[] = [];
  private kept = 0;
  /** Every point from this journal number to that one is in `commits`; null: nothing is known yet. */
  private known: { from: number; to: number } | null = null;

  constructor(pubSub: PubSub, runId: string) {
    this.subscription = pubSub.subscribe(runChannel(runId), (message) => {
      if (this.isKnown(message)) return;
      this.messages += 1;
      this.changed();
    });
  }

  /** Batches of an attempt that are read and not committed yet, in their order. */
  showAhead({ id, attempt }: IngestedAttempt, batches: readonly Batch[]): void {
    if (batches.length === 0) this.ahead.delete(id);
    else this.ahead.set(id, { attempt, batches });
    this.aheadChanges += 1;
    this.changed();
  }

  /** A batch was committed. @param lastSeq the journal number of its last entry */
  committed({ id, attempt }: IngestedAttempt, batch: Batch, lastSeq: number): void {
    const { points, entries } = batch;
    const batches = this.ahead.get(id)?.batches.filter((one) => one !== batch) ?? [];
    if (batches.length === 0) this.ahead.delete(id);
    else this.ahead.set(id, { attempt, batches });
    const firstSeq = lastSeq - entries + 1;
    if (this.known?.to !== firstSeq - 1) this.forget();
    this.known = { from: this.known?.from ?? firstSeq, to: lastSeq };
    this.changed();
    if (points.entry.length === 0) return;
    this.commits.push({ attempt, points, firstSeq, lastSeq });
    this.kept += points.entry.length;
    while (this.kept > mostKept && this.commits.length > 1) {
      this.kept -= this.commits.shift()?.points.entry.length ?? 0;
      this.known.from = this.commits[0]?.firstSeq ?? firstSeq;
    }
  }

  /** The journal's last number, read since `changes` was so. */
  noteEnd(lastSeq: number, changes: number): void {
    if (this.known === null && changes === this.changes) this.known = { from: lastSeq + 1, to: lastSeq };
  }

  /** Whether a reader at a journal number needs nothing of the database. */
  covers(after: number, seen: Seen): boolean {
    return this.known !== null && this.known.from <= after + 1 && seen.messages === this.messages;
  }

  /** Whether there is something to show, or to show no longer. */
  hasNew(seen: Seen): boolean {
    return seen.ahead !== this.aheadChanges;
  }

  /** Whether points were committed since, which may all have been shown already. */
  hasCommitted(after: number): boolean {
    return (this.commits.at(-1)?.lastSeq ?? 0) > after;
  }

  /** What a reader has seen who brings this version, which `version` gave it. */
  seenBy(version: string): Seen {
    const [id, messages, ahead] = version.split('/');
    return id === this.id ? { messages: Number(messages), ahead: Number(ahead) } : { ...nothingSeen };
  }

  /** @param seen left out: all that there is now */
  version({ messages, ahead }: Seen = { messages: this.messages, ahead: this.aheadChanges }): string {
    return `${this.id}/${messages}/${ahead}`;
  }

  /** Messages so far. */
  get messageCount(): number {
    return this.messages;
  }

  /** The committed points after a journal number up to another one. */
  linesAfter(after: number, upTo: number): { readonly lines: LiveLines; readonly next: number } {
    const lines = new LiveLines();
    for (const { attempt, points, firstSeq, lastSeq } of this.commits) {
      if (lastSeq > after && firstSeq <= upTo)
        addPoints(lines, attempt, points, after - firstSeq, upTo - firstSeq);
    }
    return { lines, next: Math.max(after, Math.min(upTo, this.known?.to ?? after)) };
  }

  /** The points that are not committed yet. */
  linesAhead(): LiveLines {
    const lines = new LiveLines();
    for (const { attempt, batches } of this.ahead.values()) {
      for (const { points } of batches) addPoints(lines, attempt, points, -1, Number.POSITIVE_INFINITY);
    }
    return lines;
  }

  private forget(): void {
    this.commits = [];
    this.kept = 0;
    this.known = null;
  }

  private changed(): void {
    this.changes += 1;
    this.wakeups.wake();
  }

  /** A commit that is in here is announced like every other one. */
  private isKnown(message: unknown): boolean {
    const { type, data } = message as { type?: unknown; data?: { seq?: unknown } };
    return type === 'training_progress' && Number(data?.seq) <= (this.known?.to ?? 0);
  }
}

/** Adds those points whose entry in their batch is above `after` and not above `upTo`. */
function addPoints(lines: LiveLines, attempt: number, points: Points, after: number, upTo: number): void {
  const { entry, step, epoch, valuesFrom, names, values } = points;
  for (let index = 0; index < entry.length; index += 1) {
    const at = entry[index] as number;
    if (at <= after || at > upTo) continue;
    const to = valuesFrom[index + 1] as number;
    for (let value = valuesFrom[index] as number; value < to; value += 1) {
      const name = names[value]?.name ?? '';
      lines.add(attempt, name, step[index] as number, epoch[index] as number, values[value] as number);
    }
  }
}

/**
 * The points that this engine ingests, for those who watch a run: seen as soon as they are read, and not only once they are stored. It holds
 * nothing of a run that nobody watches.
 */
export class LivePoints implements AsyncDisposable {
  private readonly pubSub: PubSub;
  private readonly runs = new Map<string, LiveRun>();
  isClosed = false;

  constructor(pubSub: PubSub) {
    this.pubSub = pubSub;
  }

  /** The run, where somebody watches it. */
  get(runId: string): LiveRun | undefined {
    return this.runs.get(runId);
  }

  /** Watches a run until it is left. @throws TrainyardError MESSAGING_UNREACHABLE */
  async enter(runId: string): Promise<LiveRun> {
    const run = this.runs.get(runId) ?? new LiveRun(this.pubSub, runId);
    this.runs.set(runId, run);
    clearTimeout(run.lingering);
    run.readers += 1;
    try {
      await run.subscription;
    } catch (error) {
      // One that could not be had must not stand in the way of the next.
      if (this.runs.get(runId) === run) this.runs.delete(runId);
      throw error;
    }
    return run;
  }

  leave(runId: string, run: LiveRun): void {
    run.readers -= 1;
    if (run.readers > 0 || this.runs.get(runId) !== run) return;
    run.lingering = setTimeout(() => {
      this.runs.delete(runId);
      // A connection that is gone listens no more, which is what was wanted.
      end(run).catch(() => undefined);
    }, lingerMs);
    run.lingering.unref();
  }

  /** Readers that wait get what they have. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    const runs = [...this.runs.values()];
    this.runs.clear();
    for (const run of runs) {
      clearTimeout(run.lingering);
      run.wakeups.wake();
    }
    await Promise.allSettled(runs.map((run) => end(run)));
  }
}

async function end(run: LiveRun): Promise<void> {
  const subscription = await run.subscription;
  await subscription[Symbol.asyncDispose]();
}
