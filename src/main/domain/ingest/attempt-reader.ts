import type { StoredLine } from '../logs/log-buckets.ts';
import type { MetricNames } from '../metrics/metric-columns.ts';
import { Batch } from './batch.ts';
import type { CursorPlace, ReadingState } from './cursor.ts';
import { type LineFault, parseEventLine, type TrainerEvent } from './event-line.ts';
import { EventOrder } from './event-order.ts';
import { LineCutter, longestLine } from './line-cutter.ts';
import { noteEvent } from './note-event.ts';
import type { FilePart, LineFile, RunDirectoryTail } from './tail-port.ts';

/** How much one batch takes of each file. */
export interface BatchLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** So much is committed within some 200 ms: others who want the run's row wait no longer. */
export const batchLimits: BatchLimits = { bytes: 4 * 1024 * 1024, lines: 20_000 };

/** Lines that are read before others get their turn: some tenths of a millisecond. The commit under way is one of them. */
const linesInARow = 128;

const offsetOf = { 'stdout.log': 'stdoutOffset', 'stderr.log': 'stderrOffset' } as const;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads an attempt's files from a cursor on, batch by batch. It runs ahead of what is committed. */
export class AttemptReader {
  private readonly tail: RunDirectoryTail;
  private readonly names: MetricNames;
  private readonly mostNames: number;
  private readonly limits: BatchLimits;
  private place: CursorPlace;
  private reading: ReadingState;

  /** @param mostNames names of metrics that are rolled up: a further one is reported */
  constructor(
    tail: RunDirectoryTail,
    names: MetricNames,
    mostNames: number,
    limits: BatchLimits,
    place: CursorPlace,
    reading: ReadingState,
  ) {
    this.tail = tail;
    this.names = names;
    this.mostNames = mostNames;
    this.limits = limits;
    this.place = place;
    this.reading = reading;
  }

  /** A batch of what stands behind the last one; null where there is nothing. @param final the files are finished */
  async next(final: boolean): Promise<Batch | null> {
    const batch = new Batch(this.place, this.reading);
    const place: Mutable<CursorPlace> = { ...this.place };
    await this.takeEvents(batch, place, final);
    await this.takeOutput(batch, place, 'stdout.log', final);
    await this.takeOutput(batch, place, 'stderr.log', final);
    place.logLines += batch.lines.length;
    batch.to = place;
    const { from } = batch;
    this.place = place;
    this.reading = batch.reading;
    const moved =
      place.eventsOffset > from.eventsOffset ||
      place.stdoutOffset > from.stdoutOffset ||
      place.stderrOffset > from.stderrOffset;
    return moved || batch.entries > 0 ? batch : null;
  }

  /** A batch that holds one line of the platform's; null where the platform has just said the same. */
  say(level: StoredLine['level'], message: string): Batch | null {
    if (this.reading.said === message) return null;
    const batch = new Batch(this.place, { ...this.reading, said: message });
    addPlatformLine(batch, level, message);
    batch.to = { ...this.place, logLines: this.place.logLines + 1 };
    this.place = batch.to;
    this.reading = batch.reading;
    return batch;
  }

  private async takeEvents(batch: Batch, place: Mutable<CursorPlace>, final: boolean): Promise<void> {
    const file = 'events.jsonl';
    const part = await this.part(batch, file, place.eventsOffset);
    if (!part) return;
    const cutter = this.cutter(batch, file, place.eventsOffset, part, final);
    const order = new EventOrder(place.eventsSeq, batch.reading.gapSeq, batch.reading.unnumbered);
    let events = 0;
    let badLines = 0;
    let count = 0;
    for (let line = cutter.next(); line; line = cutter.next()) {
      const read: TrainerEvent | LineFault = line.cut
        ? { type: 'fault', reason: 'longer than 1 MiB, its rest is left out', seq: null }
        : parseEventLine(line.text);
      const disorder = read.type === 'fault' ? order.passOver(read.seq) : order.take(read.seq);
      if (read.type === 'fault' || disorder !== null) {
        badLines += 1;
        const reason = read.type === 'fault' ? read.reason : disorder;
        const at = `${file}, byte ${place.eventsOffset + line.start}`;
        addPlatformLine(batch, 'error', `${at}: not an event (${reason}): ${line.text}`, part.modifiedMs);
      } else {
        events += 1;
        if (read.type === 'metric') batch.addPoint(read, this.names);
        else await noteEvent(batch, read, this.tail);
      }
      count += 1;
      if (count % linesInARow === 0) await new Promise(setImmediate);
      if (count === this.limits.lines) break;
    }
    this.reportNames(batch);
    const { reading } = batch;
    batch.reading = {
      ...this.after(batch, file, cutter, place.eventsOffset, part, count),
      gapSeq: order.gapSeq,
      unnumbered: order.unnumbered,
      events: reading.events + events,
      badLines: reading.badLines + badLines,
    };
    place.eventsOffset += cutter.consumed;
    place.eventsSeq = order.last;
  }

  private async takeOutput(
    batch: Batch,
    place: Mutable<CursorPlace>,
    file: keyof typeof offsetOf,
    final: boolean,
  ): Promise<void> {
    const offset = place[offsetOf[file]];
    const part = await this.part(batch, file, offset);
    if (!part) return;
    const cutter = this.cutter(batch, file, offset, part, final);
    const stream = file === 'stdout.log' ? 'stdout' : 'stderr';
    // Much that is no error goes to standard error, and every error does.
    const level = stream === 'stdout' ? 'info' : 'warning';
    const timestamp = new Date(part.modifiedMs).toISOString();
    let count = 0;
    for (let line = cutter.next(); line; line = cutter.next()) {
      batch.addLine({ timestamp, level, source: 'trainer', stream, message: line.text }, part.modifiedMs);
      if (line.cut) {
        const at = `${file}, byte ${offset + line.start}`;
        addPlatformLine(
          batch,
          'warning',
          `${at}: the line above is longer than 1 MiB: its rest is left out`,
          part.modifiedMs,
        );
      }
      count += 1;
      if (count === this.limits.lines) break;
    }
    batch.reading = this.after(batch, file, cutter, offset, part, count);
    place[offsetOf[file]] = offset + cutter.consumed;
  }

  /** What stands in a file behind the offset; null where nothing does. */
  private async part(batch: Batch, file: LineFile, offset: number): Promise<FilePart | null> {
    let part = await this.tail.read(file, offset, this.limits.bytes);
    const holdsLine = part.bytes.includes('\n') || offset + part.bytes.length >= part.size;
    if (!holdsLine) part = await this.tail.read(file, offset, longestLine + 1);
    const { shrunk } = batch.reading;
    if (part.size < offset && !shrunk.includes(file)) {
      batch.reading = { ...batch.reading, shrunk: [...shrunk, file] };
      const message = `${file} is ${part.size} bytes long, and ${offset} were read before: somebody cut it short`;
      addPlatformLine(batch, 'error', message, part.modifiedMs);
    }
    return part.bytes.length === 0 ? null : part;
  }

  private cutter(batch: Batch, file: LineFile, offset: number, part: FilePart, final: boolean): LineCutter {
    const reachesEnd = offset + part.bytes.length >= part.size;
    return new LineCutter(part.bytes, batch.reading.skipping.includes(file), final && reachesEnd);
  }

  /** The state after a part was cut into lines. */
  private after(
    batch: Batch,
    file: LineFile,
    cutter: LineCutter,
    offset: number,
    part: FilePart,
    count: number,
  ): ReadingState {
    const isFull = offset + part.bytes.length < part.size || count === this.limits.lines;
    if (isFull && cutter.consumed > 0) batch.more = true;
    const others = batch.reading.skipping.filter((other) => other !== file);
    return { ...batch.reading, skipping: cutter.skipping ? [...others, file] : others };
  }

  private reportNames(batch: Batch): void {
    if (batch.reading.namesReported || this.names.count <= this.mostNames) return;
    batch.reading = { ...batch.reading, namesReported: true };
    addPlatformLine(
      batch,
      'warning',
      `This attempt has more than ${this.mostNames} metrics: further ones are kept, but charts leave them out`,
    );
  }
}

function addPlatformLine(
  batch: Batch,
  level: StoredLine['level'],
  message: string,
  timeMs = Date.now(),
): void {
  const timestamp = new Date(timeMs).toISOString();
  batch.addLine({ timestamp, level, source: 'platform', stream: 'platform', message }, timeMs);
}
