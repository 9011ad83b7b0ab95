import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const stepsPerEpoch = 1000;

/**
 * A line of events.jsonl as a trainer writes one for each step: loss and accuracy as doubles with all their digits, card and
 * memory with two.
 */
export function metricLine(seq: number, next: () => number, timeMs: number): string {
  const loss = 2.3 * Math.exp(-seq / 50_000) + next() * 0.1;
  const values = {
    train_loss: loss,
    train_accuracy: 1 - loss / 3,
    gpu_utilization: Math.round(9000 + next() * 1000) / 100,
    memory_usage_gb: 11.25,
  };
  const event = {
    seq,
    time: new Date(timeMs).toISOString(),
    type: 'metric',
    epoch: 1 + Math.floor(seq / stepsPerEpoch),
    step: seq,
    values,
  };
  return `${JSON.stringify(event)}\n`;
}

/** Writes so many metric lines, a millisecond apart. */
export async function writeMetricsFile(file: string, lines: number): Promise<void> {
  const stream = createWriteStream(file);
  const next = random(7);
  const start = Date.now() - lines;
  let text = '';
  for (let seq = 1; seq <= lines; seq += 1) {
    text += metricLine(seq, next, start + seq);
    if (text.length < 1 << 20) continue;
    if (!stream.write(text)) await once(stream, 'drain');
    text = '';
  }
  stream.end(text);
  await finished(stream);
}
