// A trainer for benchmarks: prints epochs × batchSize lines to standard output as fast as it can. The first says when it began,
// the last can be told from all others.
import { mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

const directory = process.argv.at(-1);
const { training } = JSON.parse(readFileSync(path.join(directory, 'config.json'), 'utf8'));
const total = training.epochs * training.batchSize;
writeSync(1, `began-${Date.now()}\n`);
for (let line = 2; line < total; ) {
  let text = '';
  for (const end = Math.min(total, line + 1000); line < end; line += 1) {
    text += `batch ${line} of ${total}: loss ${(1 + Math.sin(line)).toFixed(6)}, 812.4 images/s, 1.2 GB\n`;
  }
  writeSync(1, text);
}
writeSync(1, 'the-last-line\n');
mkdirSync(path.join(directory, 'artifacts'), { recursive: true });
writeFileSync(path.join(directory, 'artifacts', 'model.json'), '{}');
const result = { seq: 1, time: new Date().toISOString(), type: 'result', status: 'completed', metrics: {} };
writeFileSync(path.join(directory, 'events.jsonl'), `${JSON.stringify(result)}\n`);
