import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findNode } from '../../bin/find-node.mjs';
import { openHome } from '../../src/main/platform/home.ts';
import { prepareBinaries } from '../../src/main/postgres/embedded/binaries.ts';
import { launch, stopPostmaster } from '../../src/main/postgres/embedded/launch.ts';
import { locate, releaseSocketFolder } from '../../src/main/postgres/embedded/location.ts';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { startEngine, temporaryHome } from '../support/engine.ts';
import { median, type Row } from './table.ts';

const helloWorld = `const server = require('node:http').createServer((request, response) => response.end('hello world'));
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));`;

async function okay(url: string): Promise<void> {
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
}

/** From the start of a bundled engine to the first 200 of /readyz, in milliseconds. */
async function engineStart(home: string): Promise<number> {
  const start = performance.now();
  await using engine = await startEngine(home);
  await okay(`${engine.url}/readyz`);
  return performance.now() - start;
}

/** From the start of a hello-world server on Node to its first 200. */
async function helloStart(): Promise<number> {
  const start = performance.now();
  const child = spawn(findNode(), ['-e', helloWorld], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    await okay(url);
    return performance.now() - start;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** From the start of the engine's own PostgreSQL, without the engine, to taking connections. */
async function postgresStart(home: string): Promise<number> {
  const user = serverUser();
  const location = locate(openHome(home), user);
  const binaries = prepareBinaries(location.copies, user);
  const start = performance.now();
  const postmaster = await launch({ location, binaries, user });
  const time = performance.now() - start;
  await stopPostmaster(postmaster, { location, binaries }, 'fast');
  releaseSocketFolder(location);
  return time;
}

/** A bundled engine on an existing cluster to /readyz, against a hello-world server and a bare PostgreSQL, by turns. */
export async function benchStartup({ rounds = 9 } = {}): Promise<Row[]> {
  await using state = await temporaryHome();
  await engineStart(state.home);
  await engineStart(state.home);
  const times = {
    engine: [] as number[],
    hello: [] as number[],
    postgres: [] as number[],
    sum: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    times.engine.push(await engineStart(state.home));
    times.hello.push(await helloStart());
    times.postgres.push(await postgresStart(state.home));
    times.sum.push((await helloStart()) + (await postgresStart(state.home)));
  }
  const raw = median(times.hello) + median(times.postgres);
  const ratio = median(times.engine) / raw;
  return [
    {
      name: 'engine on an existing cluster to /readyz, against a hello-world server and a bare PostgreSQL',
      ratio,
      goal: '≤ 2',
      met: ratio <= 2,
      control: median(times.sum) / raw,
      detail:
        `medians of ${rounds}: engine ${median(times.engine).toFixed(0)} ms; hello world ${median(times.hello).toFixed(0)} ms ` +
        `and PostgreSQL ${median(times.postgres).toFixed(0)} ms`,
    },
  ];
}
