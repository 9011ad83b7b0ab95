import type pg from 'pg';
import { runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { fillHome, manyRunId } from '../support/many-rows.ts';
import { rest } from '../support/rest.ts';
import type { Row } from './table.ts';
import { median } from './table.ts';

const [few, many] = [10, 10_000];
const [fewPoints, manyPoints] = [10_000, 1_000_000];

/** Points of run 1 as the trainer of a fast training leaves them, without rollups, which have a benchmark of their own. */
function addPoints(points: number) {
  return async (client: pg.ClientBase) => {
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO metrics (workflow_id, epoch, step, train_loss, recorded_at, workflow_run_id, seq, attempt, attempt_seq)
       SELECT run.workflow_id, 1, n, 0.5, now(), run.id, n + 4, 1, n
       FROM workflow_runs AS run, generate_series(1, $1::integer) AS n WHERE run.workflow_id = $2`,
      [points, manyRunId(1)],
    );
    await client.query('UPDATE workflows SET last_seq = $1::integer + 4 WHERE id = $2', [
      points,
      manyRunId(1),
    ]);
    await client.query('VACUUM ANALYZE metrics');
  };
}

interface Measured {
  readonly name: string;
  /** Whether the goal for lists holds for it. */
  readonly isList?: boolean;
  readonly rounds?: number;
  /** @param count how many there are of each */
  readonly perform: (place: Place, count: number, round: number) => Promise<unknown>;
}

interface Place {
  readonly home: string;
  readonly engine: { readonly url: string; readonly token: string };
}

const read = (address: string | ((count: number) => string)) => (place: Place, count: number) =>
  rest(place.engine, 'GET', typeof address === 'string' ? address : address(count));

async function list(place: Place, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCli(place.home, [...args, 'list', '--limit', String(few)]);
  if (code !== 0) throw new Error(`trainyard ${args.join(' ')} list ended with ${code}: ${stderr}`);
}

/** The same ten of each list are asked for: what is compared is what the others cost. */
const measured: readonly Measured[] = [
  { name: 'CLI `project list`', isList: true, rounds: 7, perform: (place) => list(place, 'project') },
  { name: 'CLI `dataset list`', isList: true, rounds: 7, perform: (place) => list(place, 'dataset') },
  { name: 'CLI `runs list`', isList: true, rounds: 7, perform: (place) => list(place, 'runs') },
  { name: 'list projects', isList: true, perform: read(`/projects?limit=${few}`) },
  { name: 'list datasets', isList: true, perform: read(`/datasets?limit=${few}`) },
  { name: 'list runs', isList: true, perform: read(`/runs?limit=${few}`) },
  { name: 'list runs by name', isList: true, perform: read(`/runs?limit=${few}&sort=name&order=asc`) },
  { name: 'list runs by accuracy', perform: read(`/runs?limit=${few}&sort=val_accuracy`) },
  { name: 'list jobs', isList: true, perform: read(`/jobs?limit=${few}`) },
  { name: 'find the oldest project', perform: read('/projects?search=project%201') },
  { name: 'show a project by name', perform: read('/projects/project%203') },
  { name: 'show a dataset by name', perform: read('/datasets/dataset%203') },
  { name: 'show a run', perform: read(`/runs/${manyRunId(3)}`) },
  {
    name: 'create a project',
    perform: ({ engine }, count, round) =>
      rest(engine, 'POST', '/projects', { name: `made ${count} ${round}` }),
  },
  {
    name: `last points of a run of ${manyPoints.toLocaleString('en')}, against ${fewPoints.toLocaleString('en')}`,
    perform: read((count) => {
      const points = count === few ? fewPoints : manyPoints;
      return `/runs/${manyRunId(1)}/metrics?after=${points - 96}`;
    }),
  },
];

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Lists, reads and writes where there are ten thousand projects, datasets, runs and jobs, against ten, by turns; and ten against ten. */
export async function benchGrowth({ rounds = 31 } = {}): Promise<Row[]> {
  await using small = await temporaryHome();
  await using large = await temporaryHome();
  await fillHome(small.home, few, addPoints(fewPoints));
  await fillHome(large.home, many, addPoints(manyPoints));
  await using smallEngine = await startEngine(small.home);
  await using largeEngine = await startEngine(large.home);
  const places = [
    { home: small.home, engine: smallEngine, count: few },
    { home: large.home, engine: largeEngine, count: many },
    { home: small.home, engine: smallEngine, count: few },
  ];
  const rows: Row[] = [];
  for (const { name, isList = false, perform, ...own } of measured) {
    const times = places.map((): number[] => []);
    const turns = own.rounds ?? rounds;
    // The first rounds warm up: plans, caches, compiled code.
    for (let round = -2; round < turns; round += 1) {
      for (const [index, { count, ...place }] of places.entries()) {
        const time = await timed(() => perform(place, count, round * places.length + index));
        if (round >= 0) times[index]?.push(time);
      }
    }
    const [ten = 0, tenThousand = 0, again = 0] = times.map(median);
    const ratio = tenThousand / ten;
    rows.push({
      name: `growth: ${name}`,
      ratio,
      goal: isList ? '≤ 1.2' : '–',
      met: isList ? ratio <= 1.2 : null,
      control: again / ten,
      detail: `medians of ${turns}: ${tenThousand.toFixed(1)} ms with 10,000 of each, ${ten.toFixed(1)} ms with ${few}`,
    });
  }
  return rows;
}
