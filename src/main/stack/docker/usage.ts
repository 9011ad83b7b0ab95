import type Docker from 'dockerode';
import type { StackUsage } from '../../../shared/contract/stack.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { isGone } from './docker-fault.ts';

type Usage = Pick<StackUsage['services'][number], 'cpuPercent' | 'memoryBytes'>;

/** A sample of one container: what it had used, and when. The next sample gives the rate. */
interface Sample {
  readonly time: number;
  readonly cpuNanoseconds: number;
}

/** Younger samples say little about a rate. */
const leastMs = 200;

/** Without the page cache, which goes when memory is wanted: as `docker stats` counts (cgroup 2, else 1). */
function memoryOf({ memory_stats: { usage, stats } }: Docker.ContainerStats): number | null {
  if (usage === undefined) return null;
  const cache = stats?.inactive_file ?? stats?.total_inactive_file ?? 0;
  return cache < usage ? usage - cache : usage;
}

/**
 * What containers use. The processor's share is since the last call (by whomever), at the first over the second that the daemon takes
 * for two samples of its own.
 */
export function createUsage(
  docker: Docker,
): (containers: ReadonlyMap<ServiceName, string>) => Promise<StackUsage> {
  const samples = new Map<string, Sample>();

  async function measure(id: string): Promise<Usage> {
    const before = samples.get(id);
    const isOneShot = before !== undefined && Date.now() - before.time >= leastMs;
    const options = isOneShot ? { stream: false as const, 'one-shot': true } : { stream: false as const };
    const stats = await docker.getContainer(id).stats(options);
    const time = Date.parse(stats.read);
    const cpuNanoseconds = stats.cpu_stats.cpu_usage.total_usage;
    const earlier =
      isOneShot && cpuNanoseconds >= before.cpuNanoseconds
        ? before
        : { time: Date.parse(stats.preread), cpuNanoseconds: stats.precpu_stats.cpu_usage.total_usage };
    samples.set(id, { time, cpuNanoseconds });
    const elapsedMs = time - earlier.time;
    const usedMs = (cpuNanoseconds - earlier.cpuNanoseconds) / 1e6;
    const isUsable = Number.isFinite(elapsedMs) && elapsedMs > 0 && usedMs >= 0;
    return { cpuPercent: isUsable ? (usedMs / elapsedMs) * 100 : null, memoryBytes: memoryOf(stats) };
  }

  return async (containers) => {
    const ids = new Set(containers.values());
    for (const id of samples.keys()) if (!ids.has(id)) samples.delete(id);
    const measured = await Promise.all(
      serviceNames.map(async (name) => {
        const id = containers.get(name);
        const usage = id === undefined ? nothing : await measure(id).catch(nothingWhereGone);
        return { name, ...usage };
      }),
    );
    return { time: new Date().toISOString(), services: measured };
  };
}

const nothing: Usage = { cpuPercent: null, memoryBytes: null };

function nothingWhereGone(error: unknown): Usage {
  if (isGone(error)) return nothing;
  throw error;
}
