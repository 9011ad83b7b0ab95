// npm run bench [-- NAME…]: all comparisons, or those named, as a Markdown table on standard output. What is measured and
// where it stands is told on standard error. TRAINYARD_BENCH_POINTS: the size of the long run.
import { ensureBuilt } from '../../bin/build.mjs';
import { benchCli } from './cli.ts';
import { benchGrowth } from './growth.ts';
import { benchIdle } from './idle.ts';
import { benchIngest } from './ingest.ts';
import { benchLogs } from './logs.ts';
import { benchOpenRun } from './open-run.ts';
import { benchPaint } from './paint.ts';
import { benchSample } from './sample.ts';
import { benchStackLogs } from './stack-logs.ts';
import { benchStackUp } from './stack-up.ts';
import { benchStartup } from './startup.ts';
import { describeMachine } from './support/machine.ts';
import { withPostgres } from './support/postgres-server.ts';
import { markdown, type Row } from './table.ts';
import { benchValidation } from './validation.ts';

const points = Number(process.env.TRAINYARD_BENCH_POINTS ?? 10_000_000);
const benches: Record<string, () => Promise<Row[]>> = {
  ingest: () => withPostgres((url) => benchIngest(url)),
  paint: () => benchPaint(),
  'open-run': () => benchOpenRun({ points }),
  startup: () => benchStartup(),
  idle: () => benchIdle(),
  cli: () => benchCli(),
  growth: () => benchGrowth(),
  logs: () => benchLogs(),
  validation: () => benchValidation(),
  sample: () => benchSample(),
  'stack-up': () => benchStackUp(),
  'stack-logs': () => benchStackLogs(),
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
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
  console.error(`Measuring ${name}.`);
  try {
    rows.push(...((await benches[name]?.()) ?? []));
  } catch (error) {
    failed = true;
    console.error(`${name} could not be measured:`, error);
  }
}
console.log(`${markdown(rows)}\n\n${await describeMachine()}`);
process.exitCode = failed ? 1 : 0;
