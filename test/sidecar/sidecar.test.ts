import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { record, scalarEvent } from './support/event-file.ts';
import { endedWell, eventsOf, prepareRun, SidecarProcess } from './support/sidecar.ts';

const fixtures = path.resolve(import.meta.dirname, 'fixtures');

async function runWith(
  write: (working: string, directory: string) => void,
  before?: (working: string) => void,
) {
  const made = await temporaryFolder();
  const [directory, working] = [path.join(made.folder, 'run'), path.join(made.folder, 'work')];
  prepareRun(directory, working);
  before?.(working);
  await using sidecar = new SidecarProcess(directory);
  await sidecar.ready;
  write(working, directory);
  await sidecar.finish(endedWell);
  return { ...made, directory, working, events: eventsOf(directory) };
}

const pointsOf = (events: ReturnType<typeof eventsOf>, name: string) =>
  events.flatMap(({ type, step, values }) =>
    type === 'metric' && Object.hasOwn(values as object, name)
      ? [[step, (values as Record<string, unknown>)[name]]]
      : [],
  );

/** @param first entries that are there before the others, as the tool writes them: what is found first has the bare names, the newest state counts */
const runWithFixture = (name: string, ...first: readonly string[]) =>
  runWith((working) => {
    const [from, to] = [path.join(fixtures, name), path.join(working, name)];
    for (const entry of first) cpSync(path.join(from, entry), path.join(to, entry), { recursive: true });
    cpSync(from, to, { recursive: true, force: false });
  });

const namesOf = (events: ReturnType<typeof eventsOf>) =>
  [
    ...new Set(
      events.flatMap(({ type, values }) => (type === 'metric' ? Object.keys(values as object) : [])),
    ),
  ].sort();

test('scalars that tensorboardX wrote are read, those of subfolders by their folders, and nothing else', async () => {
  await using run = await runWithFixture('tensorboardx', 'events.out.tfevents.1796032206.vm');
  const { events } = run;
  expect(events.filter(({ type }) => type === 'log')).toEqual([]);
  expect(namesOf(events)).toEqual([
    '1796032206.51931/score',
    'both/a/both',
    'both/b/both',
    'loss/train',
    'lr',
  ]);
  const thirds = [1, 0.5, 0.33333334];
  expect(pointsOf(events, 'loss/train')).toEqual(thirds.map((value, step) => [step, value]));
  expect(pointsOf(events, 'both/b/both')).toEqual([[2, 2]]);
  expect(events.find(({ type }) => type === 'metric')?.time).toBe('2023-11-14T22:13:20.000Z');
});

test('scalars that torch wrote as tensors are read as those it wrote as numbers', async () => {
  await using run = await runWithFixture('torch');
  const quarters = [0, 0.25, 0.5].map((value, step) => [step, value]);
  expect(pointsOf(run.events, 'old')).toEqual(quarters);
  expect(pointsOf(run.events, 'new')).toEqual(quarters);
  expect(pointsOf(run.events, 'double')).toEqual([0, 1, 2].map((step) => [step, 1 / 3]));
});

test('the sparse table that Lightning wrote is read with its steps and epochs', async () => {
  await using run = await runWithFixture('lightning');
  expect(pointsOf(run.events, 'train_loss')).toEqual(
    [1, 0.5, 1 / 3, 0.25].map((value, step) => [step, value]),
  );
  expect(pointsOf(run.events, 'val_loss')).toEqual([[2, 0.5]]);
});

test('the states that the Hugging Face Trainer wrote, one in each checkpoint, are one history', async () => {
  await using run = await runWithFixture('huggingface', 'checkpoint-2', 'checkpoint-4');
  const { events } = run;
  expect(pointsOf(events, 'loss').map(([step]) => step)).toEqual([1, 2, 3, 4]);
  expect(pointsOf(events, 'eval_loss').map(([step]) => step)).toEqual([2, 4]);
  expect(pointsOf(events, 'train_loss').map(([step]) => step)).toEqual([4]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'progress', epoch: 2, epochs: 2, step: 4, steps: 4 }),
  );
});

test('a sidecar that is killed at any moment and started again loses no point and doubles none', async () => {
  await using made = await temporaryFolder();
  const [directory, working] = [path.join(made.folder, 'run'), path.join(made.folder, 'work')];
  prepareRun(directory, working);
  const rows = 3000;
  const table = path.join(working, 'runs/train/results.csv');
  const events = path.join(working, 'tb/events.out.tfevents.1.host.1.0');
  const lines = path.join(directory, 'logged/1-1.jsonl');
  let kills = 0;
  let isWritten = false;
  const write = async () => {
    for (const file of [table, events, lines]) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(table, 'epoch,loss\n');
    for (let at = 1; at <= rows; at += 1) {
      appendFileSync(table, `${at},${at / 8}\n`);
      appendFileSync(events, record(scalarEvent('score', BigInt(at), at / 8)));
      const line = { type: 'metric', epoch: 0, step: at, values: { own: at / 8 } };
      appendFileSync(lines, `${JSON.stringify(line)}\n`);
      if (at % 10 === 0) await delay(5);
      // However quick the machine is, there are so many kills in the midst of it.
      while (kills < Math.floor(at / 600)) await delay(5);
    }
    isWritten = true;
  };
  const first = new SidecarProcess(directory);
  await first.ready;
  await first.kill();
  const writing = write();
  while (!isWritten) {
    await using sidecar = new SidecarProcess(directory);
    await sidecar.ready;
    await delay(Math.random() * 150);
    kills += 1;
  }
  await writing;
  await using last = new SidecarProcess(directory);
  await last.finish(endedWell);
  const found = eventsOf(directory);
  const expected = Array.from({ length: rows }, (_, at) => [at + 1, (at + 1) / 8]);
  for (const name of ['loss', 'score', 'own']) expect(pointsOf(found, name), name).toEqual(expected);
  expect(kills).toBeGreaterThanOrEqual(rows / 600);
  const last3 = rows / 8;
  expect(found.at(-1)).toMatchObject({
    type: 'result',
    status: 'completed',
    metrics: { loss: last3, score: last3, own: last3 },
  });
});

test('what was in the folder before the script is none of its metrics, and what it adds to such a file is', async () => {
  const before = (working: string) => {
    mkdirSync(path.join(working, 'old'));
    writeFileSync(path.join(working, 'old/results.csv'), 'epoch,loss\n1,0.5\n2,0.25\n');
    writeFileSync(path.join(working, 'metrics.csv'), 'epoch,step,loss\n0,1,3\n');
  };
  await using run = await runWith(
    (working) => appendFileSync(path.join(working, 'old/results.csv'), '3,0.125\n'),
    before,
  );
  expect(pointsOf(run.events, 'loss')).toEqual([[3, 0.125]]);
});

test('two trainings of one script are told apart by their folders, and two tools with one name by their kind', async () => {
  await using run = await runWith((working, directory) => {
    for (const [name, loss] of [
      ['train', 1],
      ['train2', 2],
    ] as const) {
      mkdirSync(path.join(working, 'runs', name), { recursive: true });
      writeFileSync(path.join(working, 'runs', name, 'results.csv'), `epoch,loss\n1,${loss}\n`);
    }
    writeFileSync(
      path.join(directory, 'logged/1-1.jsonl'),
      '{"type":"metric","epoch":1,"step":1,"values":{"loss":3}}\n',
    );
  });
  expect(pointsOf(run.events, 'loss')).toEqual([[1, 3]]);
  expect(pointsOf(run.events, 'csv/loss')).toEqual([[1, 1]]);
  expect(pointsOf(run.events, 'train2/loss')).toEqual([[1, 2]]);
});

test('weights and pictures beside Ultralytics’ table, and all in the output folder, are kept', async () => {
  await using run = await runWith((working, directory) => {
    const folder = path.join(working, 'runs/detect/train');
    mkdirSync(path.join(folder, 'weights'), { recursive: true });
    writeFileSync(path.join(folder, 'results.csv'), ' epoch, time, train/box_loss\n1,0.5,2.5\n');
    writeFileSync(path.join(folder, 'args.yaml'), 'task: detect\nepochs: 4\nbatch: 2\n');
    for (const name of ['weights/best.pt', 'weights/last.pt', 'results.png'])
      writeFileSync(path.join(folder, name), name);
    mkdirSync(path.join(directory, 'output/model'), { recursive: true });
    writeFileSync(path.join(directory, 'output/model/weights.safetensors'), 'weights');
  });
  const artifacts = run.events.filter(({ type }) => type === 'artifact');
  expect(artifacts.map(({ path: inner, kind }) => [inner, kind])).toEqual([
    ['artifacts/runs/detect/train/weights/best.pt', 'model'],
    ['artifacts/runs/detect/train/weights/last.pt', 'model'],
    ['artifacts/runs/detect/train/args.yaml', 'other'],
    ['artifacts/runs/detect/train/results.png', 'image'],
    ['output/model/weights.safetensors', 'model'],
  ]);
  for (const { path: inner } of artifacts)
    expect(statSync(path.join(run.directory, String(inner))).size).toBeGreaterThan(0);
  expect(run.events).toContainEqual(
    expect.objectContaining({ type: 'progress', epoch: 1, epochs: 4, step: 1, steps: 4 }),
  );
});

test.each([
  [
    { exitCode: 1, signal: null, cause: 'exited' },
    { status: 'failed', message: 'The script ended with code 1' },
  ],
  [
    { exitCode: null, signal: 'SIGKILL', cause: 'signalled' },
    { status: 'failed', message: 'The script was ended by SIGKILL' },
  ],
  [{ exitCode: null, signal: 'SIGTERM', cause: 'cancelled' }, { status: 'cancelled' }],
  [{ exitCode: 0, signal: null, cause: 'cancelled' }, { status: 'cancelled' }],
])('a script that ended with %o has the result %o', async (ending, result) => {
  await using made = await temporaryFolder();
  const directory = path.join(made.folder, 'run');
  prepareRun(directory, made.folder);
  await using sidecar = new SidecarProcess(directory);
  await sidecar.finish(ending);
  expect(eventsOf(directory)).toMatchObject([{ type: 'result', metrics: {}, ...result }]);
});

test('what cannot be read is said once, with its file and line', async () => {
  await using run = await runWith((working) => {
    mkdirSync(path.join(working, 'runs'));
    writeFileSync(path.join(working, 'runs/results.csv'), `epoch,loss\n${'1,2,3\n'.repeat(5)}1,2\n`);
    writeFileSync(path.join(working, 'events.out.tfevents.1'), Buffer.alloc(100, 7));
  });
  const logs = run.events.filter(({ type }) => type === 'log');
  expect(logs.map(({ level, message }) => `${level} ${message}`).sort()).toEqual([
    `warning ${run.working}/events.out.tfevents.1: record 1 is damaged: the rest of the file is not read.`,
    `warning ${run.working}/runs/results.csv:2: the line has not 2 cells: it is left out.`,
  ]);
});

test.runIf(process.platform !== 'win32')(
  'through links that a script puts into its run directory nothing is written elsewhere',
  async () => {
    await using place = await temporaryFolder();
    const outside = path.join(place.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'theirs'), 'theirs');
    await using run = await runWith((working, directory) => {
      symlinkSync(path.join(outside, 'state'), path.join(directory, 'sidecar.json.new'));
      mkdirSync(path.join(directory, 'artifacts', 'checkpoints'), { recursive: true });
      symlinkSync(outside, path.join(directory, 'artifacts', 'weights'));
      symlinkSync(path.join(outside, 'theirs'), path.join(directory, 'artifacts', 'checkpoints', 'a.pt.new'));
      for (const [folder, name] of [
        ['weights', 'best.pt'],
        ['checkpoints', 'a.pt'],
      ] as const) {
        mkdirSync(path.join(working, folder));
        writeFileSync(path.join(working, folder, name), 'ours');
      }
      writeFileSync(path.join(working, 'results.csv'), 'step,loss\n1,0.5\n');
    });
    expect(readdirSync(outside)).toEqual(['theirs']);
    expect(readFileSync(path.join(outside, 'theirs'), 'utf8')).toBe('theirs');
    expect(readFileSync(path.join(run.directory, 'artifacts/checkpoints/a.pt'), 'utf8')).toBe('ours');
    expect(pointsOf(run.events, 'loss')).toEqual([[1, 0.5]]);
    expect(run.events.filter(({ type }) => type === 'log')).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('artifacts/weights/best.pt could not be kept'),
      }),
    ]);
  },
);
