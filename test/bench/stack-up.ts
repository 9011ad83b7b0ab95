import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { serviceNames } from '../../src/shared/model/stack.ts';
import { cliJson, runCli, temporaryHome } from '../support/engine.ts';
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

/** `stack up` (with its ensure steps) from stopped and when up, against `docker compose up --wait` of the same file. */
export async function benchStackUp({ rounds = 5 } = {}): Promise<Row[]> {
  const reason = withoutServer(...serviceNames);
  if (reason) throw new Error(reason);
  await using state = await temporaryHome();
  const { home } = state;
  await up(home);
  const { name } = await cliJson<{ name: string }>(home, ['stack', 'status']);
  const times = {
    ours: [] as number[],
    raw: [] as number[],
    again: [] as number[],
    oursUp: [] as number[],
    rawUp: [] as number[],
  };
  try {
    const compose = ['compose', '-p', `${name}-bench`, '-f', await withIntervals(home)];
    const stop = () => runCli(home, ['stack', 'down', '--json']);
    for (let round = 0; round < rounds; round += 1) {
      await stop();
      times.ours.push(await up(home));
      times.oursUp.push(await up(home));
      await stop();
      // The first round makes its containers: it does not count.
      for (const list of round === 0 ? [[]] : [times.raw, times.again]) {
        list.push(await timed('docker', [...compose, 'up', '-d', '--wait']));
        if (list === times.raw) times.rawUp.push(await timed('docker', [...compose, 'up', '-d', '--wait']));
        await timed('docker', [...compose, 'stop', '-t', '10']);
      }
    }
    await timed('docker', [...compose, 'down', '-v', '-t', '1']);
  } finally {
    await runCli(home, ['stack', 'destroy', '--name', name, '--json']);
  }
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  const fromStopped = median(times.ours) / median([...times.raw, ...times.again]);
  const whenUp = median(times.oursUp) / median(times.rawUp);
  return [
    {
      name: 'stack up from stopped, against docker compose up --wait',
      ratio: fromStopped,
      goal: '≤ 0.7',
      met: fromStopped <= 0.7,
      control: median(times.raw) / median(times.again),
      detail: `${seconds(median(times.ours))} with migrations, indexes, buckets and namespace checked; compose (interval 500 ms) ${seconds(median([...times.raw, ...times.again]))}`,
    },
    {
      name: 'stack up when up, against docker compose up --wait',
      ratio: whenUp,
      goal: '≤ 0.1',
      met: whenUp <= 0.1,
      control: null,
      detail: `${seconds(median(times.oursUp))}; compose ${seconds(median(times.rawUp))}`,
    },
  ];
}
