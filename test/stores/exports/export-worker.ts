// An export in a process of its own, which a test kills while it writes: `node export-worker.ts FILE`.

import { plainTarget } from '../../../src/main/cli/backup/plain-target.ts';

const [file = ''] = process.argv.slice(2);
const target = await plainTarget(file, false);
async function* endless(): AsyncGenerator<Buffer> {
  for (let block = 0; ; block += 1) {
    yield Buffer.alloc(256 * 1024, 'x');
    if (block === 4) process.stdout.write('under way\n');
    if (block >= 4) await new Promise((resolve) => setTimeout(resolve, 1_000_000));
  }
}
await target.write(endless(), new AbortController().signal);
