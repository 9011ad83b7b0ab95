import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32c, masked } from './crc32c.ts';
import { isSameFile, markOf, type Position, readAt, startPosition } from './lines.ts';
import { isStep, type MetricValues, type Sink, writable } from './sink.ts';
import { type ScalarEvent, scalarsOf } from './summary.ts';

/** Up to where an event file is read; `lines` counts records. */
export interface EventFilePosition extends Position {
  epoch: number;
  /** A record whose length is damaged: where the next one begins is not known. */
  isBroken: boolean;
}

export const startOfEventFile = (): EventFilePosition => ({ ...startPosition(), epoch: 0, isBroken: false });

const headBytes = 12;
const tailBytes = 4;
/** Images and histograms beyond this are passed over without being loaded. */
const largestRecord = 16 * 1024 * 1024;

type Found =
  | { readonly kind: 'record'; readonly data: Buffer; readonly end: number }
  | { readonly kind: 'passed'; readonly end: number; readonly reason: string | null }
  | { readonly kind: 'broken' };

/** The next record of a file of TFRecords; null where it isn't there whole yet. */
function recordAt(handle: number, offset: number, size: number): Found | null {
  const head = readAt(handle, offset, headBytes);
  if (head.length < headBytes) return null;
  if (masked(crc32c(head.subarray(0, 8))) !== head.readUInt32LE(8))
    // Room that a file system gave before the bytes came.
    return head.every((byte) => byte === 0) ? null : { kind: 'broken' };
  const length = head.readBigUInt64LE(0);
  const end = BigInt(offset + headBytes + tailBytes) + length;
  if (end > BigInt(size)) return null;
  if (length > BigInt(largestRecord)) return { kind: 'passed', end: Number(end), reason: null };
  const bytes = readAt(handle, offset + headBytes, Number(length) + tailBytes);
  if (bytes.length < Number(length) + tailBytes) return null;
  const data = bytes.subarray(0, Number(length));
  if (masked(crc32c(data)) === bytes.readUInt32LE(data.length))
    return { kind: 'record', data, end: Number(end) };
  // The last one may still be on its way.
  if (Number(end) === size) return null;
  return { kind: 'passed', end: Number(end), reason: 'the check sum of a record is wrong: it is left out' };
}

/** Scalars of one step that follow each other are one point. */
class Points {
  readonly #sink: Sink;
  readonly #position: EventFilePosition;
  readonly #values = new Map<string, number>();
  #step = 0;
  #timeMs = 0;

  constructor(sink: Sink, position: EventFilePosition) {
    this.#sink = sink;
    this.#position = position;
  }

  add({ step, timeMs, scalars }: ScalarEvent & { step: number }): void {
    for (const { tag, value } of scalars) {
      if (step !== this.#step || this.#values.has(tag) || this.#values.size >= 500) this.flush();
      this.#step = step;
      this.#timeMs = timeMs;
      this.#values.set(tag, value);
      if (/(^|\/)epoch$/.test(tag) && value >= 0) this.#position.epoch = value;
    }
  }

  flush(): void {
    if (this.#values.size === 0) return;
    const values: MetricValues = Object.fromEntries(
      [...this.#values].map(([tag, value]) => [tag, writable(value)]),
    );
    this.#sink.metric({ epoch: this.#position.epoch, step: this.#step, values, timeMs: this.#timeMs });
    this.#values.clear();
  }
}

/** Reads the scalars that came into a TensorBoard event file since the last time. */
export function readEventFile(file: string, position: EventFilePosition, sink: Sink): void {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    if (!isSameFile(handle, position)) Object.assign(position, startOfEventFile());
    if (!position.isBroken) readRecords(handle, size, { file, position, sink });
  } finally {
    closeSync(handle);
  }
}

function readRecords(
  handle: number,
  size: number,
  { file, position, sink }: { file: string; position: EventFilePosition; sink: Sink },
): void {
  const points = new Points(sink, position);
  const complete = () => {
    points.flush();
    position.mark = markOf(handle, position.offset);
  };
  for (
    let found = recordAt(handle, position.offset, size);
    found;
    found = recordAt(handle, position.offset, size)
  ) {
    position.lines += 1;
    if (found.kind === 'broken') {
      position.isBroken = true;
      sink.unreadable(file, null, `record ${position.lines} is damaged: the rest of the file is not read`);
      break;
    }
    position.offset = found.end;
    if (found.kind === 'record') readRecord(found.data, points, { file, position, sink });
    else if (found.reason) sink.unreadable(file, null, `${found.reason} (record ${position.lines})`);
    sink.settle(complete);
  }
  complete();
}

function readRecord(
  data: Buffer,
  points: Points,
  { file, position, sink }: { file: string; position: EventFilePosition; sink: Sink },
): void {
  const event = scalarsOf(data);
  if (event === null) {
    sink.unreadable(file, null, `record ${position.lines} is no TensorBoard event: it is left out`);
    return;
  }
  if (event.scalars.length === 0) return;
  const step = Number(event.step);
  if (isStep(step)) points.add({ ...event, step });
  else sink.unreadable(file, null, `record ${position.lines} has the step ${event.step}: it is left out`);
}
