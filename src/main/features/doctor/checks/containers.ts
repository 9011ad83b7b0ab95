import { randomUUID } from 'node:crypto';
import { wordsOf } from '../../../platform/deadline.ts';
import type { Check, Observation } from '../ports.ts';
import type { DockerEngine } from './docker-engine.ts';
import { removeLeftovers, runThrowaway } from './throwaway.ts';

/** What a container said of itself. */
export interface Inside {
  /** How far its clock is ahead of ours, at least and at most, in milliseconds. */
  readonly clockAheadMs: { readonly least: number; readonly most: number };
  readonly sharedMemoryKibibytes: number;
  /** Of the file system that images and volumes are on. */
  readonly disk: { readonly freeKibibytes: number; readonly totalKibibytes: number } | null;
  /** Whether it found the name it was asked for. */
  readonly foundName: boolean;
}

/** What became of the attempt to look inside a container. */
export type InsideResult = { readonly inside: Inside } | { readonly observation: Observation };

const script = `
echo "time $(date -u +%s.%N)"
echo "shm $(df -Pk /dev/shm | tail -n 1)"
echo "disk $(df -Pk / | tail -n 1)"
getent hosts "$NAME" > /dev/null && echo "name found"
echo "end $MARK"
`;

function sizes(output: string, word: string): { total: number; free: number } | null {
  const line = new RegExp(`^${word} \\S+ +(\\d+) +\\d+ +(\\d+) `, 'm').exec(output);
  return line ? { total: Number(line[1]), free: Number(line[2]) } : null;
}

/** Runs one container that says what containers here are given: time, shared memory, room, names. */
export async function lookInside(
  engine: DockerEngine,
  image: string | null,
  name: string,
): Promise<InsideResult> {
  if (!image) return { observation: { code: 'CONTAINERS_UNTESTED', evidence: engine.address.url } };
  const mark = randomUUID();
  const startedAt = Date.now();
  let output: string;
  try {
    // Without these the resolver would wait for longer than the container lives.
    const environment = [`NAME=${name}`, `MARK=${mark}`, 'RES_OPTIONS=timeout:1 attempts:1'];
    output = await runThrowaway(engine, { image, script, network: true, environment });
  } catch (error) {
    return { observation: { code: 'CONTAINERS_BROKEN', evidence: `${image}: ${wordsOf(error)}` } };
  }
  const endedAt = Date.now();
  const time = /^time (\d+\.\d+)$/m.exec(output)?.[1];
  const shared = sizes(output, 'shm');
  if (!time || !shared || !output.includes(mark)) {
    return {
      observation: { code: 'CONTAINERS_BROKEN', evidence: `${image}: ${output.trim().slice(0, 300)}` },
    };
  }
  const milliseconds = Number(time) * 1000;
  const disk = sizes(output, 'disk');
  return {
    inside: {
      clockAheadMs: { least: milliseconds - endedAt, most: milliseconds - startedAt },
      sharedMemoryKibibytes: shared.total,
      disk: disk && { freeKibibytes: disk.free, totalKibibytes: disk.total },
      foundName: /^name found$/m.test(output),
    },
  };
}

/** Whether a container runs; clears away what a doctor that was cut off left. */
export function containersCheck(
  engine: () => Promise<DockerEngine | null>,
  inside: () => Promise<InsideResult | null>,
  optional: boolean,
): Check {
  return {
    name: 'containers',
    group: 'docker',
    optional,
    run: async () => {
      const docker = await engine();
      const result = await inside();
      if (!docker || !result) return [];
      const removed = await removeLeftovers(docker);
      const ran: Observation =
        'observation' in result
          ? result.observation
          : { code: 'CONTAINERS_OK', evidence: docker.address.url };
      return removed.length > 0
        ? [ran, { code: 'DOCTOR_LEFTOVERS_REMOVED', evidence: removed.join(', ') }]
        : [ran];
    },
  };
}

const tolerableMs = 2_000;
const harmfulMs = 30_000;

/** How far off a clock certainly is, whatever the asking took. */
function certainly({ least, most }: { readonly least: number; readonly most: number }): number {
  if (least > 0) return least;
  return most < 0 ? most : 0;
}

/** The clock of Docker and that of a container against this machine's. */
export function containerClockCheck(
  engine: () => Promise<DockerEngine | null>,
  inside: () => Promise<InsideResult | null>,
  optional: boolean,
): Check {
  return {
    name: 'container clock',
    group: 'docker',
    optional,
    run: async () => {
      const seen = await inside();
      const clocks = [
        ['Docker', (await engine())?.clockAheadMs],
        ['container', seen && 'inside' in seen ? seen.inside.clockAheadMs : null],
      ] as const;
      const known = clocks.flatMap(([who, ahead]) => (ahead ? [{ who, off: certainly(ahead) }] : []));
      if (known.length === 0) return [];
      const worst = Math.max(...known.map(({ off }) => Math.abs(off)));
      const evidence = known.map(({ who, off }) => `${who} ${off >= 0 ? '+' : ''}${Math.round(off)} ms`);
      const code =
        worst >= harmfulMs
          ? 'CONTAINER_CLOCK_WRONG'
          : worst >= tolerableMs
            ? 'CONTAINER_CLOCK_SKEWED'
            : 'CONTAINER_CLOCK_OK';
      return [{ code, evidence: evidence.join(', ') }];
    },
  };
}

const usualKibibytes = 64 * 1024;

/** The shared memory that a container gets where nobody asks for more. */
export function containerSharedMemoryCheck(
  inside: () => Promise<InsideResult | null>,
  optional: boolean,
): Check {
  return {
    name: 'container shared memory',
    group: 'docker',
    optional,
    run: async () => {
      const seen = await inside();
      if (!seen || !('inside' in seen)) return [];
      const { sharedMemoryKibibytes } = seen.inside;
      const code = sharedMemoryKibibytes < usualKibibytes ? 'CONTAINER_SHM_SMALL' : 'CONTAINER_SHM_OK';
      return [{ code, evidence: `${(sharedMemoryKibibytes / 1024).toFixed(0)} MiB` }];
    },
  };
}
