import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { whenRoom } from './room.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type MetricValues = Readonly<Record<string, number>>;
type Fields = Readonly<Record<string, unknown>>;

/** A line of the protocol may have 1 MiB; a longer message is cut. */
const longestMessage = 64 * 1024;
/** Two lines of the greatest length: the last whole one is surely in there. */
const tailBytes = 2 * 1024 * 1024;

/** Where the last whole line ends, and the number of the last event. */
function findEnd(file: string): { length: number; torn: boolean; seq: number } {
  const handle = openSync(file, 'r');
  try {
    const size = fstatSync(handle).size;
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    readSync(handle, tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(0x0a) + 1;
    const length = size - tail.length + end;
    for (const line of tail.subarray(0, end).toString().split('\n').toReversed()) {
      const seq = /^\{"seq":(\d+),/.exec(line)?.[1];
      if (seq) return { length, torn: length < size, seq: Number(seq) };
    }
    return { length, torn: length < size, seq: 0 };
  } finally {
    closeSync(handle);
  }
}

/** Seven significant digits: all that a 32-bit float holds. Not finite values are the protocol's strings. */
function rounded(value: number): number | string {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : String(value);
}

const roundedValues = (values: MetricValues): Fields =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));

/** Writes `events.jsonl` (docs/run-directory.md): one whole line a write, numbered without a gap, going on after a torn last line. A full disk is waited for. */
export class Events {
  readonly #handle: number;
  #seq = 0;

  constructor(file: string) {
    let torn = false;
    if (existsSync(file)) {
      const end = findEnd(file);
      this.#seq = end.seq;
      torn = end.torn;
      if (torn) truncateSync(file, end.length);
    }
    this.#handle = whenRoom(() => openSync(file, 'a'));
    if (torn) this.log('warning', 'A torn last line of an earlier start was cut off events.jsonl.');
  }

  progress(fields: {
    epoch: number;
    epochs: number;
    step: number;
    steps: number;
    etaMs: number | null;
  }): void {
    this.#write('progress', fields);
  }

  metric(epoch: number, step: number, values: MetricValues): void {
    this.#write('metric', { epoch, step, values: roundedValues(values) });
  }

  log(level: Level, message: string, context?: { epoch: number; step: number }): void {
    const text = message.length > longestMessage ? `${message.slice(0, longestMessage)} …` : message;
    this.#write('log', { level, message: text, ...(context && { context }) });
  }

  checkpoint(fields: {
    path: string;
    epoch: number;
    step: number;
    kind: 'last' | 'best';
    metrics: MetricValues;
  }): void {
    this.#write('checkpoint', { ...fields, metrics: roundedValues(fields.metrics) });
    this.flush();
  }

  artifact(fields: { path: string; kind: string; name: string; mediaType: string }): void {
    this.#write('artifact', fields);
    this.flush();
  }

  result(status: 'completed' | 'cancelled' | 'failed', metrics: MetricValues, message?: string): void {
    this.#write('result', {
      status,
      metrics: roundedValues(metrics),
      ...(message !== undefined && { message }),
    });
    this.flush();
  }

  flush(): void {
    whenRoom(() => fsyncSync(this.#handle));
  }

  #write(type: string, fields: Fields): void {
    const event = { seq: this.#seq + 1, time: new Date().toISOString(), type, ...fields };
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    let done = 0;
    // A disk that fills up takes a part of the line: its rest follows, and no other line comes in between.
    whenRoom(() => {
      while (done < line.length) done += writeSync(this.#handle, line, done);
    });
    this.#seq += 1;
  }
}
