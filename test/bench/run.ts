// npm run bench [-- --quick] [NAME…]: all comparisons, or those named, as a Markdown table on standard output. What is measured and
// where it stands is written to standard error. --quick: fewer rounds and smaller sizes, in under four minutes.
// TRAINYARD_BENCH_POINTS: the size of the long run.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../bin/build.mjs';
import { benchCli } from './cli.ts';
import { benchCocoImport } from './coco-import.ts';
import { benchContainerStart } from './container-start.ts';
import { benchGrowth } from './growth.ts';
import { benchIdle } from './idle.ts';
import { benchIngest } from './ingest.ts';
import { benchLogs } from './logs.ts';
import { benchOpenRun } from './open-run.ts';
import { benchPaint } from './paint.ts';
import { benchSample } from './sample.ts';
import { benchSnapshots } from './snapshots.ts';
import { benchStackLogs } from './stack-logs.ts';
import { benchStackUp } from './stack-up.ts';
import { benchStartup } from './startup.ts';
import { describeMachine } from './support/machine.ts';
import { withPostgres } from './support/postgres-server.ts';
import { markdown, type Row } from './table.ts';
import { benchTorchPace } from './torch-pace.ts';
import { benchValidation } from './validation.ts';

const { values: options, positionals: named } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const points = Number(process.env.TRAINYARD_BENCH_POINTS ?? (options.quick ? 200_000 : 10_000_000));
/** One size as a rule, another where somebody only wants to see: the same rows, less sure. */
const sized = <Size>(whole: Size, quick: Size): Size => (options.quick ? quick : whole);
const benches: Record<string, () => Promise<Row[]>> = {
  ingest: () =>
    withPostgres((url) => benchIngest(url, sized({}, { points: 50_000, rounds: 1, liveSeconds: 3 }))),
  paint: () => benchPaint(sized({}, { seconds: 3, rounds: 1 })),
  'open-run': () => benchOpenRun({ points, ...sized({}, { rounds: 2 }) }),
  startup: () => benchStartup(sized({}, { rounds: 3 })),
  idle: () => benchIdle(sized({}, { seconds: 5 })),
  cli: () => benchCli(sized({}, { rounds: 5 })),
  growth: () => benchGrowth(sized({}, { rounds: 3 })),
  logs: () => benchLogs(sized({}, { lines: 50_000, rounds: 1 })),
  'coco-import': () => benchCocoImport(sized({}, { annotations: 300_000, rounds: 3 })),
  'container-start': () => benchContainerStart(sized({}, { rounds: 3 })),
  'torch-pace': () => benchTorchPace(sized({}, { rounds: 1, images: 24, epochs: 3 })),
  validation: () => benchValidation(sized({}, { files: 1000 })),
  sample: () => benchSample(sized({}, { rounds: 1 })),
  snapshots: () => benchSnapshots(sized({}, { rows: 100_000, rounds: 1 })),
  // The first round makes its containers and does not count.
  'stack-up': () => benchStackUp(sized({}, { rounds: 2 })),
  'stack-logs': () => benchStackLogs(sized({}, { lines: 50_000, rounds: 1 })),
};

const wanted = named.length > 0 ? named : Object.keys(benches);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0 || !Number.isInteger(points) || points < 200_000 || points % 200 !== 0) {
  console.error(
    unknown.length > 0
      ? `There is no ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`
      : 'TRAINYARD_BENCH_POINTS is not a multiple of 200 from 200,000 on.',
  );
  process.exit(2);
}

await ensureBuilt({ onBuild: (part) => console.error(`Building ${part}.`) });
const rows: Row[] = [];
let failed = false;
for (const name of wanted) {
  const began = performance.now();
  console.error(`Measuring ${name}.`);
  try {
    rows.push(...((await benches[name]?.()) ?? []));
  } catch (error) {
    failed = true;
    console.error(`${name} could not be measured:`, error);
  }
  console.error(`${name} took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
}
console.log(`${markdown(rows)}\n\n${await describeMachine()}`);
process.exitCode = failed ? 1 : 0;
