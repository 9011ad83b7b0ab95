import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StackLogService } from '../../src/main/stack/logs/log-service.ts';
import { createTalkers } from '../stack/support/talkers.ts';
import { docker, withoutServer } from '../support/servers.ts';
import { median, type Row } from './table.ts';

const lastLine = 'the-last-line';

/** Seconds until `docker logs -f`, with whatever options, has gone through the whole log of a container that has ended. */
async function raw(name: string, ...options: string[]): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn('docker', ['logs', '-f', ...options, name], { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`docker logs ended with ${code}`);
  return (performance.now() - start) / 1000;
}

async function ours(logs: StackLogService, lines: number): Promise<number> {
  const start = performance.now();
  const abort = new AbortController();
  let count = 0;
  const options = {
    services: ['redis'] as const,
    since: null,
    tail: lines + 1,
    follow: true,
    signal: abort.signal,
  };
  for await (const batch of logs.follow(options)) {
    count += batch.length;
    if (batch.at(-1)?.text === lastLine) abort.abort();
  }
  if (count !== lines + 1) throw new Error(`${count} lines came of ${lines + 1}`);
  return (performance.now() - start) / 1000;
}

/** Lines of a container's log through the product's follower (parsed, stamped, merged), against `docker logs -f > /dev/null`. */
export async function benchStackLogs({ lines = 500_000, rounds = 5 } = {}): Promise<Row[]> {
  const reason = withoutServer('redis');
  if (reason) throw new Error(reason);
  await using talkers = createTalkers();
  const program = `seq -f 'line %.0f of some log text that a server would print here' 1 ${lines}; echo ${lastLine}`;
  const name = await talkers.talk('redis', program, ['--log-opt', 'max-size=1g']);
  await docker(['wait', name]);
  await using logs = talkers.reader();
  const times = { ours: [] as number[], raw: [] as number[], again: [] as number[], stamped: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.raw.push(await raw(name));
    times.ours.push(await ours(logs, lines));
    times.stamped.push(await raw(name, '-t'));
    times.again.push(await raw(name));
  }
  const followed = median(times.ours);
  const control = median(times.raw) / median(times.again);
  const rate = (value: number) => `${Math.round(lines / value).toLocaleString('en')} lines/s`;
  const row = (command: string, seconds: number, goal: number | null): Row => ({
    name: `following a log, against ${command}`,
    ratio: seconds / followed,
    goal: goal === null ? '–' : `≥ ${goal.toFixed(1)}`,
    met: goal === null ? null : seconds / followed >= goal,
    control,
    detail: `${lines.toLocaleString('en')} lines, every one received once: ${rate(followed)} (with their times, parsed), ${command} > /dev/null ${rate(seconds)}`,
  });
  return [
    row('docker logs -f', median([...times.raw, ...times.again]), 1),
    row('docker logs -f -t, which has the times too', median(times.stamped), null),
  ];
}
