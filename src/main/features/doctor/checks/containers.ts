import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { formatBytes } from '../../../../shared/format/units.ts';
import { dockerDiskLevel } from '../../../../shared/model/disk.ts';
import { wordsOf } from '../../../platform/deadline.ts';
import { diskRoom, noRoom } from '../../../platform/faults/disk-room.ts';
import { type Observation, observed } from '../findings.ts';
import type { ClockAhead, DockerEngine } from './docker.ts';
import { removeLeftovers, runThrowaway } from './throwaway.ts';

/** What a container said of itself. */
export interface Inside {
  readonly clockAheadMs: ClockAhead;
  readonly sharedMemoryKibibytes: number;
  /** Of the file system that images and volumes are on. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Whether it found the name it was asked for. */
  readonly foundName: boolean;
}

/** What became of the attempt to look inside a container; `inside` is null if it said nothing. */
export interface InsideResult {
  readonly observation: Observation;
  readonly inside: Inside | null;
}

const nothing = (observation: Observation): InsideResult => ({ observation, inside: null });

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
  if (!image) return nothing({ code: 'CONTAINERS_UNTESTED', evidence: engine.address.url });
  const mark = randomUUID();
  const startedAt = Date.now();
  let output: string;
  try {
    // Without these the resolver would wait for longer than the container lives.
    const environment = [`NAME=${name}`, `MARK=${mark}`, 'RES_OPTIONS=timeout:1 attempts:1'];
    output = await runThrowaway(engine, { image, script, network: true, environment });
  } catch (error) {
    return nothing({ code: 'CONTAINERS_BROKEN', evidence: `${image}: ${wordsOf(error)}` });
  }
  const endedAt = Date.now();
  const time = /^time (\d+\.\d+)$/m.exec(output)?.[1];
  const shared = sizes(output, 'shm');
  if (!time || !shared || !output.includes(mark))
    return nothing({ code: 'CONTAINERS_BROKEN', evidence: `${image}: ${output.trim().slice(0, 300)}` });
  const milliseconds = Number(time) * 1000;
  const disk = sizes(output, 'disk');
  return {
    observation: { code: 'CONTAINERS_OK', evidence: engine.address.url },
    inside: {
      clockAheadMs: { least: milliseconds - endedAt, most: milliseconds - startedAt },
      sharedMemoryKibibytes: shared.total,
      disk: disk && { freeBytes: disk.free * 1024, totalBytes: disk.total * 1024 },
      foundName: /^name found$/m.test(output),
    },
  };
}

/** Whether a container ran; clears away what a doctor that was cut off left. */
export async function checkContainers(
  { observation }: InsideResult,
  engine: DockerEngine,
): Promise<Observation[]> {
  const removed = await removeLeftovers(engine);
  return removed.length > 0
    ? [observation, { code: 'DOCTOR_LEFTOVERS_REMOVED', evidence: removed.join(', ') }]
    : [observation];
}

const tolerableMs = 2_000;
const harmfulMs = 30_000;

/** How far off a clock certainly is, whatever the asking took. */
function certainly({ least, most }: ClockAhead): number {
  if (least > 0) return least;
  return most < 0 ? most : 0;
}

/** The clock of Docker and that of a container against this machine's. */
export function checkContainerClock({ inside }: InsideResult, engine: DockerEngine): Observation[] {
  const clocks = { Docker: engine.clockAheadMs, container: inside?.clockAheadMs };
  const known = Object.entries(clocks).flatMap(([who, ahead]) =>
    ahead ? [{ who, off: certainly(ahead) }] : [],
  );
  if (known.length === 0) return [];
  const worst = Math.max(...known.map(({ off }) => Math.abs(off)));
  const evidence = known
    .map(({ who, off }) => `${who} ${off >= 0 ? '+' : ''}${Math.round(off)} ms`)
    .join(', ');
  if (worst >= harmfulMs) return [{ code: 'CONTAINER_CLOCK_WRONG', evidence }];
  return [{ code: worst >= tolerableMs ? 'CONTAINER_CLOCK_SKEWED' : 'CONTAINER_CLOCK_OK', evidence }];
}

const usualKibibytes = 64 * 1024;

/** The shared memory that a container gets by default. */
export function checkContainerSharedMemory({ inside }: InsideResult): Observation[] {
  if (!inside) return [];
  const { sharedMemoryKibibytes: size } = inside;
  const code = size < usualKibibytes ? 'CONTAINER_SHM_SMALL' : 'CONTAINER_SHM_OK';
  return [{ code, evidence: `${(size / 1024).toFixed(0)} MiB` }];
}

/** Whether containers find a name that this machine finds. */
export function checkContainerNames({ inside }: InsideResult, name: string): Observation[] {
  if (!inside) return [];
  return [{ code: inside.foundName ? 'CONTAINER_DNS_OK' : 'CONTAINER_DNS_DEAD', evidence: name }];
}

/** Room on the disk with Docker's volumes: here, where Docker's folder is of this machine; else as a container sees it. */
async function dockerRoom({ info, address }: DockerEngine, inside: () => Promise<InsideResult | null>) {
  const folder = info.DockerRootDir;
  // Docker Desktop's folder is in its virtual machine, even where this machine has one of the same name.
  const isLocal = address.url.startsWith('unix://') && !/desktop/i.test(info.OperatingSystem);
  if (isLocal && existsSync(folder)) return { ...(await diskRoom(folder)), path: folder };
  const disk = (await inside())?.inside?.disk;
  return disk ? { ...disk, path: 'container' } : null;
}

/** Room on the disk with Docker's volumes. */
export async function checkDockerDisk(
  engine: DockerEngine,
  inside: () => Promise<InsideResult | null>,
): Promise<Observation[]> {
  const room = await dockerRoom(engine, inside);
  if (!room) return [];
  const evidence = `${formatBytes(room.freeBytes)} / ${formatBytes(room.totalBytes)} (${room.path})`;
  const level = dockerDiskLevel(room.freeBytes);
  if (level !== 'full') return [{ code: level === 'low' ? 'DOCKER_DISK_LOW' : 'DOCKER_DISK_OK', evidence }];
  const what = {
    en: 'The disk with Docker’s volumes is as good as full: databases stop writing',
    ko: 'Docker 볼륨이 있는 디스크가 거의 가득 차 데이터베이스가 쓰지 못합니다',
  };
  return [observed(noRoom(what, room), evidence, 'docker image prune')];
}
