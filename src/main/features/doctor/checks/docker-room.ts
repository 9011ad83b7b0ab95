import { statfs } from 'node:fs/promises';
import { formatBytes } from '../../../../shared/format/units.ts';
import { type DiskLevel, dockerDiskLevel } from '../../../../shared/model/disk.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { Check } from '../ports.ts';
import type { InsideResult } from './containers.ts';
import type { DockerEngine } from './docker-engine.ts';
import { stackMemoryBytes } from './stack-needs.ts';

const codes = {
  full: 'DOCKER_DISK_FULL',
  low: 'DOCKER_DISK_LOW',
  ok: 'DOCKER_DISK_OK',
} as const satisfies Record<DiskLevel, string>;

interface Room {
  readonly free: number;
  readonly total: number;
  readonly where: string;
}

/** Here, where Docker's folder is of this machine; else as a container sees it. */
async function roomOf(
  engine: DockerEngine,
  inside: () => Promise<InsideResult | null>,
): Promise<Room | null> {
  const folder = engine.info.DockerRootDir;
  // Docker Desktop's folder is in its virtual machine, even where this machine has one of the same name.
  const isLocal = engine.address.url.startsWith('unix://') && !/desktop/i.test(engine.info.OperatingSystem);
  if (isLocal && folder) {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { free: bavail * bsize, total: blocks * bsize, where: folder };
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'EACCES')) throw error;
    }
  }
  const seen = await inside();
  if (!seen || !('inside' in seen) || !seen.inside.disk) return null;
  const { freeKibibytes, totalKibibytes } = seen.inside.disk;
  return { free: freeKibibytes * 1024, total: totalKibibytes * 1024, where: 'container' };
}

/** Room on the disk with Docker's volumes. */
export function dockerDiskCheck(
  engine: () => Promise<DockerEngine | null>,
  inside: () => Promise<InsideResult | null>,
  optional: boolean,
): Check {
  return {
    name: 'docker disk',
    group: 'docker',
    optional,
    run: async () => {
      const docker = await engine();
      const room = docker ? await roomOf(docker, inside) : null;
      if (!room) return [];
      const { free, total, where } = room;
      const evidence = `${formatBytes(free)} / ${formatBytes(total)} (${where})`;
      return [{ code: codes[dockerDiskLevel(free)], evidence }];
    },
  };
}

/** The memory that Docker has (its virtual machine's, where it lives in one) against what the stack needs. */
export function stackMemoryCheck(engine: () => Promise<DockerEngine | null>, optional: boolean): Check {
  return {
    name: 'stack memory',
    group: 'docker',
    optional,
    run: async () => {
      const total = (await engine())?.info.MemTotal;
      if (!total) return [];
      const neededBytes = stackMemoryBytes(total);
      const code = total < neededBytes ? 'STACK_MEMORY_SHORT' : 'STACK_MEMORY_OK';
      return [{ code, evidence: `${formatBytes(total)} (≥ ${formatBytes(neededBytes)})` }];
    },
  };
}
