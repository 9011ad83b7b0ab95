// A trainer for benchmarks: writes epochs × batchSize points. `momentum` 0: as fast as it can; else batchSize points a second,
// in writes every 5 ms at most. Every value is a function of its number, so that what arrives can be checked exactly.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

const directory = process.argv.at(-1);
const { training } = JSON.parse(readFileSync(path.join(directory, 'config.json'), 'utf8'));
const total = training.epochs * training.batchSize;
const paced = training.momentum > 0;
const file = openSync(path.join(directory, 'events.jsonl'), 'a');
let seq = 0;
const time = () => new Date().toISOString();
const line = (event) => `${JSON.stringify({ seq: ++seq, time: time(), ...event })}\n`;
const point = (step) =>
  line({
    type: 'metric',
    epoch: 1 + Math.floor(step / training.batchSize),
    step,
    values: { train_loss: Math.round(1e6 * (1 + Math.sin(step * 12.9898))) / 1e6, learning_rate: 0.001 },
  });

process.on('SIGTERM', () => process.exit(0));
let written = 0;
if (paced) {
  const began = performance.now();
  await new Promise((resolve) => {
    const tick = () => {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * training.batchSize));
      let text = '';
      while (written < due) text += point(++written);
      if (text) writeSync(file, text);
      if (written < total) setTimeout(tick, Math.max(5, 1000 / training.batchSize / 2));
      else resolve();
    };
    tick();
  });
} else {
  while (written < total) {
    let text = '';
    for (const end = Math.min(total, written + 20_000); written < end; ) text += point(++written);
    writeSync(file, text);
  }
}
mkdirSync(path.join(directory, 'artifacts'), { recursive: true });
writeFileSync(path.join(directory, 'artifacts', 'model.json'), '{}');
fsyncSync(file);
writeSync(file, line({ type: 'result', status: 'completed', metrics: {} }));
fsyncSync(file);
closeSync(file);
