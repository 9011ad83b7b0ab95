import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { findNode } from '../../bin/find-node.mjs';
import { appRoot } from '../../src/main/platform/paths.ts';
import { startEngine, temporaryHome } from '../support/engine.ts';
import { median, type Row } from './table.ts';

/** Milliseconds until a program of Node has ended well. */
async function timed(args: readonly string[], home: string): Promise<number> {
  const start = performance.now();
  // As from a shell: below npm the launcher takes a process more.
  const { npm_lifecycle_event: _npm, ...shell } = process.env;
  const env = { ...shell, TRAINYARD_HOME: home };
  const child = spawn(findNode(), args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - start;
}

/** `trainyard runs list` as people call it, launcher and all, while an engine runs; against Node that does nothing. */
export async function benchCli({ rounds = 15 } = {}): Promise<Row[]> {
  await using state = await temporaryHome();
  await using _engine = await startEngine(state.home, ['--no-sample']);
  const list = [path.join(appRoot(), 'bin', 'trainyard.mjs'), 'runs', 'list'];
  const times = { ours: [] as number[], raw: [] as number[], again: [] as number[] };
  await timed(list, state.home);
  for (let round = 0; round < rounds; round += 1) {
    times.raw.push(await timed(['-e', '0'], state.home));
    times.ours.push(await timed(list, state.home));
    times.again.push(await timed(['-e', '0'], state.home));
  }
  const ratio = median(times.ours) / median([...times.raw, ...times.again]);
  return [
    {
      name: '`trainyard runs list` with a running engine, against `node -e 0`',
      ratio,
      goal: '≤ 3',
      met: ratio <= 3,
      control: median(times.again) / median(times.raw),
      detail: `medians of ${rounds}: ${median(times.ours).toFixed(0)} ms against ${median(times.raw).toFixed(0)} ms`,
    },
  ];
}
