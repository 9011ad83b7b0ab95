import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { withLaboratory } from '../bench/support/laboratory.ts';
import { waitFor } from '../support/engine.ts';
import { databaseProcesses } from '../support/processes.ts';

/** `npm run test:soak` takes an hour of 1,000 points a second; without it a part of that hour passes as fast as it goes. */
const seconds = Number(process.env.TRAINYARD_SOAK_SECONDS ?? 0);
const pointsAnHour = 3_600_000;
const shortPoints = 1_000_000;
const samples = 12;
/** What grows at first stays: compiled code, pools, prepared statements. */
const warmUpSamples = 3;
const readersAtOnce = 4;
/** As fast as it goes, what is on its way differs from sample to sample by some megabytes: seen is what keeps 16 bytes of each point. */
const mostMegabytesAnHour = seconds >= 1800 ? 1 : 60;

const withoutProcesses = process.platform === 'linux' ? null : 'descriptors are counted by /proc';
if (withoutProcesses) console.info(`skipped: the engine's memory: ${withoutProcesses}`);

/** At a signal, collects garbage and writes how much of the heap is left. */
const preload = `
import { writeFileSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(process.env.TRAINYARD_TEST_HEAP, JSON.stringify(heapUsed + external));
});`;

interface Sample {
  readonly points: number;
  readonly bytes: number;
  readonly descriptors: number;
  /** Processes of the database: one for each connection, and its own. */
  readonly connections: number;
}

/** The slope of the line that fits best. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const [above, below] = points.reduce(
    ([up, down], point) => [up + (point[0] - x) * (point[1] - y), down + (point[0] - x) ** 2],
    [0, 0],
  );
  return above / below;
}

test.skipIf(withoutProcesses)(
  'while a training writes and readers come and go, the heap does not grow, nor do descriptors and connections',
  async () => {
    const file = path.join(tmpdir(), `trainyard-heap-${process.pid}.json`);
    vi.stubEnv('NODE_OPTIONS', `--import data:text/javascript,${encodeURIComponent(preload)}`);
    vi.stubEnv('TRAINYARD_TEST_HEAP', file);
    const taken = await withLaboratory('points.mjs', async ({ engine, home, start }) => {
      vi.unstubAllEnvs();
      const amount =
        seconds > 0
          ? { epochs: seconds, batchSize: 1000, paced: true }
          : { epochs: shortPoints / 10_000, batchSize: 10_000 };
      const run = await start('soak', amount);
      const ask = async <Answer>(what: string, signal?: AbortSignal): Promise<Answer> => {
        const response = await fetch(`${engine.url}/api/v1/runs/${run}/${what}`, {
          headers: { authorization: `Bearer ${engine.token}` },
          ...(signal ? { signal } : {}),
        });
        return (await response.json()) as Answer;
      };
      const over = new AbortController();
      const readers = Array.from({ length: readersAtOnce }, async (_, number) => {
        for (let turn = number; !over.signal.aborted; turn += 1) {
          // As a page does: the lines so far, and then what comes.
          let after = (await ask<{ cursor: number }>('series?maxPoints=1024')).cursor;
          let seen = '';
          for (let page = 0; page < 5; page += 1) {
            const address = `live?after=${after}&seen=${encodeURIComponent(seen)}&waitMs=500`;
            ({ next: after, version: seen } = await ask<{ next: number; version: string }>(address));
          }
          // Some go while they wait.
          await ask(`logs?from=1000000000&waitMs=5000`, AbortSignal.timeout(100 + 50 * (turn % 4))).catch(
            () => {},
          );
          await pause(turn % 3 === 0 ? 200 : 0);
        }
      });
      const found: Sample[] = [];
      const total = amount.epochs * amount.batchSize;
      for (let index = 1; index <= samples; index += 1) {
        const points = Math.floor((total * index) / (samples + 1));
        await waitFor(
          'the next part of the points',
          async () => {
            const { metrics } = await ask<{ metrics: unknown[] }>(`metrics?after=${points}&limit=1`);
            return metrics.length > 0;
          },
          Math.max(600_000, seconds * 1000),
        );
        await rm(file, { force: true });
        engine.process.kill('SIGUSR2');
        const bytes = await waitFor('the heap', async () => {
          try {
            return JSON.parse(await readFile(file, 'utf8')) as number;
          } catch {
            return null;
          }
        });
        found.push({
          points,
          bytes,
          descriptors: readdirSync(`/proc/${engine.pid}/fd`).length,
          connections: (await databaseProcesses(home)).length,
        });
      }
      over.abort();
      await Promise.all(readers);
      return found;
    });
    await rm(file, { force: true });
    const settled = taken.slice(warmUpSamples);
    const anHour = (slope(settled.map(({ points, bytes }) => [points, bytes])) * pointsAnHour) / 1024 / 1024;
    console.info(
      `heap ${settled.map(({ bytes }) => (bytes / 1024 / 1024).toFixed(1)).join(' ')} MB: ${anHour.toFixed(2)} MB an hour`,
    );
    expect(anHour).toBeLessThan(mostMegabytesAnHour);
    for (const name of ['descriptors', 'connections'] as const) {
      const counts = taken.map((sample) => sample[name]);
      // A few come and go with the moment.
      expect(Math.max(...counts.slice(-3)), name).toBeLessThanOrEqual(Math.max(...counts.slice(0, -3)) + 5);
    }
  },
  Math.max(900_000, seconds * 2000),
);
