import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { type Api, connect } from '../../src/main/cli/lib/client.ts';
import { findEngine } from '../../src/main/platform/find-engine.ts';
import { serviceNames } from '../../src/shared/model/stack.ts';
import { cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { withoutServer } from '../support/servers.ts';
import { median, type Row } from './table.ts';

type Labelled = Record<string, unknown> & { labels?: unknown; name?: unknown };

interface Compose {
  readonly services: Record<string, Labelled & { healthcheck: Record<string, unknown> }>;
  readonly volumes?: Record<string, Labelled | null>;
  readonly networks?: Record<string, Labelled | null>;
}

/**
 * The rendered file with its own checks every 500 ms, beside it as its paths are relative. Without the labels and names of the stack:
 * it is another project with containers and volumes of its own.
 */
async function withIntervals(home: string): Promise<string> {
  const folder = path.join(home, 'stack');
  const compose: Compose = parse(await readFile(path.join(folder, 'compose.yaml'), 'utf8'), { merge: true });
  for (const service of Object.values(compose.services)) {
    service.healthcheck = { ...service.healthcheck, interval: '500ms', retries: 240 };
    delete service.labels;
  }
  for (const object of Object.values({ ...compose.volumes, ...compose.networks })) {
    delete object?.labels;
    delete object?.name;
  }
  const file = path.join(folder, 'bench.yaml');
  await writeFile(file, stringify(compose, { aliasDuplicateObjects: false }), { mode: 0o600 });
  return file;
}

async function timed(program: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${said}`);
  return (performance.now() - start) / 1000;
}

async function up(home: string): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await runCli(home, ['stack', 'up', '--json']);
  if (code !== 0) throw new Error(`stack up ended with ${code}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

/** The same by a client that is connected to the engine: from the call to the answer with the state that it left. */
async function upInEngine({ stack }: Api): Promise<number> {
  const start = performance.now();
  const begun = await stack.up({ services: [] });
  for (let after = begun.cursor; ; ) {
    const { cursor, events, state } = await stack.progress({ after, waitMs: 10_000 });
    after = cursor;
    const end = events.find(({ type }) => type === 'end');
    if (end && state?.status !== 'running') throw new Error(`the stack is ${state?.status ?? 'not up'}`);
    if (end) return (performance.now() - start) / 1000;
  }
}

const callsInEngine = 5;

/**
 * `stack up` (with what its ensure steps made checked) from stopped and when up, as a command with an engine and without, and as a call of
 * an engine, against `docker compose up --wait` of the same file.
 */
export async function benchStackUp({ rounds = 5 } = {}): Promise<Row[]> {
  const reason = withoutServer(...serviceNames);
  if (reason) throw new Error(reason);
  await using state = await temporaryHome();
  const { home } = state;
  await up(home);
  const { name } = await cliJson<{ name: string }>(home, ['stack', 'status']);
  const times = {
    ours: [] as number[],
    alone: [] as number[],
    command: [] as number[],
    call: [] as number[],
    raw: [] as number[],
    again: [] as number[],
    rawUp: [] as number[],
    againUp: [] as number[],
  };
  const measureWhenUp = async () => {
    times.alone.push(await up(home));
    await using _engine = await startEngine(home);
    const found = findEngine(home);
    if (!found) throw new Error('the engine that was started cannot be found');
    using client = await connect(found);
    // The first call loads what talks to Docker.
    await upInEngine(client.api);
    times.command.push(await up(home));
    for (let call = 0; call < callsInEngine; call += 1) times.call.push(await upInEngine(client.api));
  };
  try {
    const compose = ['compose', '-p', `${name}-bench`, '-f', await withIntervals(home)];
    const composeUp = () => timed('docker', [...compose, 'up', '-d', '--wait']);
    const stop = () => runCli(home, ['stack', 'down', '--json']);
    for (let round = 0; round < rounds; round += 1) {
      await stop();
      times.ours.push(await up(home));
      await measureWhenUp();
      await stop();
      // The first round makes its containers: it does not count.
      for (const list of round === 0 ? [[]] : [times.raw, times.again]) {
        list.push(await composeUp());
        if (list === times.raw) times.rawUp.push(await composeUp());
        if (list === times.again) times.againUp.push(await composeUp());
        await timed('docker', [...compose, 'stop', '-t', '10']);
      }
    }
    await timed('docker', [...compose, 'down', '-v', '-t', '1']);
  } finally {
    await runCli(home, ['stack', 'destroy', '--name', name, '--json']);
  }
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  const milliseconds = (value: number) => `${Math.round(value * 1000)} ms`;
  const raw = median([...times.raw, ...times.again]);
  const rawUp = median([...times.rawUp, ...times.againUp]);
  const row = (what: string, ours: number, theirs: number, limit: number) => ({
    name: `${what}, against docker compose up --wait`,
    ratio: ours / theirs,
    goal: `≤ ${limit}`,
    met: ours / theirs <= limit,
  });
  const whenUpControl = median(times.rawUp) / median(times.againUp);
  return [
    {
      ...row('stack up from stopped', median(times.ours), raw, 0.6),
      control: median(times.raw) / median(times.again),
      detail: `${seconds(median(times.ours))} without an engine, with what migrations, indexes, buckets and namespace need checked; compose (interval 500 ms) ${seconds(raw)}`,
    },
    {
      ...row('stack up when up, as a command', median(times.command), rawUp, 0.35),
      control: whenUpControl,
      detail: `${milliseconds(median(times.command))} where an engine runs, ${milliseconds(median(times.alone))} where none does; compose ${milliseconds(rawUp)}`,
    },
    {
      ...row('stack up when up, in the engine', median(times.call), rawUp, 0.1),
      control: whenUpControl,
      detail: `${milliseconds(median(times.call))} from the call to the state that it left`,
    },
  ];
}
