import { roomInBucket, type StoredLine } from '../logs/log-buckets.ts';
import type { MetricNames } from '../metrics/point-rows.ts';
import { Batch, noteEvent } from './batch.ts';
import { bytesBetween, type CursorPlace, type ReadingState } from './cursor.ts';
import { eventLimits, nothingLeftOut } from './event-fields.ts';
import { type LineFault, parseEventLine, type TrainerEvent } from './event-line.ts';
import { EventOrder } from './event-order.ts';
import { LeftOutCounts } from './left-out-counts.ts';
import { LineCutter, longestLine } from './line-cutter.ts';
import type { FilePart, LineFile, RunDirectoryTail } from './run-directory-tail.ts';
import { UnfinishedLines } from './unfinished-lines.ts';

/** How much one batch takes of each file. */
export interface BatchLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** So much is committed within some 200 ms: others who want the run's row wait no longer. */
export const batchLimits: BatchLimits = { bytes: 4 * 1024 * 1024, lines: 20_000 };

/** How a batch is read. */
export interface ReadOptions {
  /** The files are finished: a last line without its newline counts. */
  readonly final: boolean;
  /** No more lines than this in the batch, of all files together. */
  readonly mostLines: number;
  /** Why the one line that is read is reported instead of kept; null if it is kept. */
  readonly refusal: string | null;
}

/** What is read of standard output or error at a time: so much of short lines is a batch, and more would be read again for the next one. */
const outputBytes = 1024 * 1024;

/** Lines read before the event loop gets its turn, some tenths of a millisecond: the commit under way needs it, too. */
const linesInARow = 128;

const offsetOf = { 'stdout.log': 'stdoutOffset', 'stderr.log': 'stderrOffset' } as const;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads an attempt's files from a cursor on, batch by batch. It runs ahead of what is committed. */
export class AttemptReader {
  private readonly tail: RunDirectoryTail;
  private readonly names: MetricNames;
  private readonly mostNames: number;
  private readonly limits: BatchLimits;
  private readonly unfinished = new UnfinishedLines();
  private place: CursorPlace;
  private state: ReadingState;

  /** @param mostNames names of metrics that are rolled up: a further one is reported */
  constructor(
    tail: RunDirectoryTail,
    names: MetricNames,
    mostNames: number,
    limits: BatchLimits,
    place: CursorPlace,
    state: ReadingState,
  ) {
    this.tail = tail;
    this.names = names;
    this.mostNames = mostNames;
    this.limits = limits;
    this.place = place;
    this.state = state;
  }

  /** Whether the text of an unfinished line differs from what the last batch reported. If so, another batch is due soon. */
  get hasUnreportedText(): boolean {
    return this.unfinished.hasChanges;
  }

  /** The next batch; null if there is nothing to read. */
  async next(options: ReadOptions): Promise<Batch | null> {
    const batch = new Batch(this.place, this.state);
    return (await this.fill(batch, options)) ? batch : null;
  }

  /** Puts what has come since into the last batch, which nobody may have begun to commit. Returns whether there was anything that fits. */
  async extend(batch: Batch): Promise<boolean> {
    const bytes = bytesBetween(batch.from, batch.to);
    if (batch.inputLines >= this.limits.lines || bytes >= this.limits.bytes) return false;
    return this.fill(batch, { final: false, mostLines: this.limits.lines, refusal: null });
  }

  private async fill(batch: Batch, options: ReadOptions): Promise<boolean> {
    const { entries } = batch;
    const from = this.place;
    const place: Mutable<CursorPlace> = { ...from };
    batch.more = false;
    await this.takeEvents(batch, place, options);
    await this.takeOutput(batch, place, 'stdout.log', options);
    await this.takeOutput(batch, place, 'stderr.log', options);
    place.logLines = batch.from.logLines + batch.lineCount;
    batch.to = place;
    this.place = place;
    this.state = batch.reading;
    if (bytesBetween(from, place) === 0 && batch.entries === entries && !this.unfinished.isDue())
      return false;
    batch.moving = this.unfinished.report();
    return true;
  }

  /** A batch that holds one line of the platform's; null if the platform has just said the same. */
  logLine(level: StoredLine['level'], message: string): Batch | null {
    if (this.state.said === message) return null;
    const batch = new Batch(this.place, { ...this.state, said: message });
    batch.addPlatformLine(level, message);
    batch.moving = this.unfinished.report();
    batch.to = { ...this.place, logLines: this.place.logLines + 1 };
    this.place = batch.to;
    this.state = batch.reading;
    return batch;
  }

  private async takeEvents(batch: Batch, place: Mutable<CursorPlace>, options: ReadOptions): Promise<void> {
    const file = 'events.jsonl';
    const part = await this.part(batch, file, place.eventsOffset);
    if (!part) return;
    const cutter = this.cutter(batch, file, place.eventsOffset, part, options.final);
    const order = new EventOrder(place.eventsSeq, batch.reading.gapSeq, batch.reading.unnumbered);
    const leftOut = new LeftOutCounts(batch.reading.leftOut);
    const most = Math.min(this.limits.lines, options.mostLines - batch.inputLines);
    let { eventLines } = batch.reading;
    let events = 0;
    let badLines = 0;
    let count = 0;
    for (let line = cutter.next(); line; line = cutter.next()) {
      count += 1;
      if (eventLines !== null) eventLines += 1;
      const offset = place.eventsOffset + line.start;
      const at = () =>
        eventLines === null ? `${file}, byte ${offset}` : `${file}, line ${eventLines} (byte ${offset})`;
      const read: TrainerEvent | LineFault = line.cut
        ? { type: 'fault', reason: 'longer than 1 MiB, its rest is left out', seq: null }
        : parseEventLine(line.text);
      const disorder = read.type === 'fault' ? order.passOver(read.seq) : order.accept(read.seq);
      if (options.refusal !== null) {
        badLines += 1;
        batch.addPlatformLine('error', `${at()}: not kept: ${options.refusal}`, part.modifiedMs);
      } else if (read.type === 'fault' || disorder !== null) {
        badLines += 1;
        const reason = read.type === 'fault' ? read.reason : disorder;
        const message = `${at()}: not an event (${reason}): ${quoted(line.text)}`;
        batch.addPlatformLine('error', message, part.modifiedMs);
      } else {
        events += 1;
        if (read.leftOut !== nothingLeftOut) {
          for (const one of read.leftOut) {
            const message = leftOut.add(one);
            if (message === null) continue;
            batch.addPlatformLine(one.grave ? 'error' : 'warning', `${at()}: ${message}`, part.modifiedMs);
          }
        }
        if (read.type === 'metric') batch.addPoint(read, this.names);
        else await noteEvent(batch, read, this.tail);
      }
      if (count % linesInARow === 0) await new Promise(setImmediate);
      if (count === most) break;
    }
    this.reportNames(batch);
    const { reading: state } = batch;
    batch.reading = {
      ...this.after(batch, file, cutter, place.eventsOffset, part, count === most),
      gapSeq: order.gapSeq,
      unnumbered: order.unnumbered,
      eventLines,
      leftOut: leftOut.state(),
      events: state.events + events,
      badLines: state.badLines + badLines,
    };
    batch.inputLines += count;
    place.eventsOffset += cutter.consumed;
    place.eventsSeq = order.last;
  }

  private async takeOutput(
    batch: Batch,
    place: Mutable<CursorPlace>,
    file: keyof typeof offsetOf,
    options: ReadOptions,
  ): Promise<void> {
    const stream = file === 'stdout.log' ? 'stdout' : 'stderr';
    const most = Math.min(this.limits.lines, options.mostLines - batch.inputLines);
    if (most <= 0) {
      // Those lines stay where they are for now.
      batch.more = true;
      return;
    }
    const offset = place[offsetOf[file]];
    const part = await this.part(batch, file, offset, outputBytes);
    if (!part) {
      this.unfinished.set(stream, '');
      return;
    }
    const cutter = this.cutter(batch, file, offset, part, options.final);
    // Much that is no error goes to standard error, and every error does.
    const level = stream === 'stdout' ? 'info' : 'warning';
    const timestamp = new Date(part.modifiedMs).toISOString();
    const shared = { timestamp, level, source: 'trainer', stream } as const;
    let count = 0;
    for (;;) {
      const room = roomInBucket(batch.from.logLines + batch.lineCount);
      const texts = options.refusal === null ? cutter.nextPlain(Math.min(room, most - count)) : [];
      if (texts.length > 0) {
        batch.addLines(shared, texts, part.modifiedMs);
        count += texts.length;
        if (count === most) break;
        continue;
      }
      const line = cutter.next();
      if (!line) break;
      count += 1;
      const at = () => `${file}, byte ${offset + line.start}`;
      if (options.refusal !== null) {
        batch.addPlatformLine('error', `${at()}: not kept: ${options.refusal}`, part.modifiedMs);
      } else {
        batch.addLines(shared, [line.text], part.modifiedMs);
        if (line.cut) {
          const message = `${at()}: the line above is longer than 1 MiB: its rest is left out`;
          batch.addPlatformLine('warning', message, part.modifiedMs);
        }
      }
      if (count === most) break;
    }
    batch.reading = this.after(batch, file, cutter, offset, part, count === most);
    batch.inputLines += count;
    const reachesEnd = offset + part.bytes.length >= part.size && count < most;
    this.unfinished.set(stream, reachesEnd ? cutter.unfinishedLine(UnfinishedLines.maxBytes) : '');
    place[offsetOf[file]] = offset + cutter.consumed;
  }

  /** What a file holds after the offset; null if nothing. */
  private async part(
    batch: Batch,
    file: LineFile,
    offset: number,
    bytes = this.limits.bytes,
  ): Promise<FilePart | null> {
    let part = await this.tail.read(file, offset, Math.min(bytes, this.limits.bytes));
    const holdsLine = part.bytes.includes('\n') || offset + part.bytes.length >= part.size;
    if (!holdsLine) part = await this.tail.read(file, offset, longestLine + 1);
    const { shrunk, unreadable } = batch.reading;
    if (part.isUnreadable && !unreadable.includes(file)) {
      batch.reading = { ...batch.reading, unreadable: [...unreadable, file] };
      const message = `${file} is no readable file: nothing is taken from it while that is so`;
      batch.addPlatformLine('error', message, part.modifiedMs);
    }
    if (part.size < offset && !shrunk.includes(file)) {
      batch.reading = { ...batch.reading, shrunk: [...shrunk, file] };
      const message = `${file} is ${part.size} bytes long, and ${offset} were read before: somebody cut it short`;
      batch.addPlatformLine('error', message, part.modifiedMs);
    }
    return part.bytes.length === 0 ? null : part;
  }

  private cutter(batch: Batch, file: LineFile, offset: number, part: FilePart, final: boolean): LineCutter {
    const reachesEnd = offset + part.bytes.length >= part.size;
    return new LineCutter(part.bytes, {
      skipping: batch.reading.skipping.includes(file),
      atEnd: final && reachesEnd,
      moves: file !== 'events.jsonl',
    });
  }

  /** The state after a part was cut into lines. @param full as many lines as a batch takes */
  private after(
    batch: Batch,
    file: LineFile,
    cutter: LineCutter,
    offset: number,
    part: FilePart,
    full: boolean,
  ): ReadingState {
    const hasMore = offset + part.bytes.length < part.size || full;
    if (hasMore && cutter.consumed > 0) batch.more = true;
    const others = batch.reading.skipping.filter((other) => other !== file);
    return { ...batch.reading, skipping: cutter.skipping ? [...others, file] : others };
  }

  private reportNames(batch: Batch): void {
    if (batch.reading.namesReported || this.names.count <= this.mostNames) return;
    batch.reading = { ...batch.reading, namesReported: true };
    batch.addPlatformLine(
      'warning',
      `This attempt has more than ${this.mostNames} metrics: further ones are kept, but charts leave them out`,
    );
  }
}

function quoted(text: string): string {
  const most = eventLimits.quotedCharacters;
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
