import type { StackState } from '../../../shared/contract/stack.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import {
  type ServiceName,
  type ServiceStatus,
  serviceNames,
  stackStatusOf,
} from '../../../shared/model/stack.ts';
import { endpointsOf } from '../addresses.ts';
import { serviceEnded, servicePaused, serviceTimeout, toCause } from '../causes.ts';
import { hasFailed, type StackContainer } from '../docker-objects.ts';
import { memoryLimitOf } from '../memory.ts';
import type { Seen } from './bring-up.ts';
import type { StackContext } from './context.ts';
import type { SavedStateStore } from './saved-state.ts';
import { failureOf } from './until-healthy.ts';

const probeTimeoutMs = 2000;
const startingMs = 60_000;

/** What the probe of a running service gave; null if it was not asked. */
type ProbeAnswer = { readonly version: string } | { readonly error: unknown } | null;

function statusOf(container: StackContainer | null, answer: ProbeAnswer): ServiceStatus {
  if (!container) return 'absent';
  if (hasFailed(container)) return 'failed';
  if (container.state === 'paused') return 'unhealthy';
  if (container.state !== 'running') return 'stopped';
  if (answer && 'version' in answer) return 'healthy';
  const since = Date.now() - Date.parse(container.startedAt ?? '');
  return container.restarts === 0 && since < startingMs ? 'starting' : 'unhealthy';
}

/**
 * The stack as the daemon has it now; running services are probed by their own protocol.
 * @param seen what was learnt just now, and need not be asked again
 */
export async function readState(
  context: StackContext,
  savedStates: SavedStateStore,
  seen?: Seen,
): Promise<StackState> {
  const { daemon, probes, images, memory, volumes } = context;
  const profile = context.profile();
  const known = await savedStates.peek();
  const record = known?.record ?? null;
  const secrets = known?.secrets ?? null;
  const containers = record ? [...(seen?.containers?.values() ?? (await daemon.containers(record.id)))] : [];
  const endpoints = record && secrets ? endpointsOf(record.ports, secrets) : null;

  const probe = async (name: ServiceName): Promise<ProbeAnswer> => {
    const answered = seen?.versions.get(name);
    if (answered !== undefined) return { version: answered };
    if (!endpoints) return null;
    try {
      return await probes[name](endpoints, AbortSignal.timeout(probeTimeoutMs));
    } catch (error) {
      return { error };
    }
  };
  const causeOf = async (name: ServiceName, container: StackContainer, answer: ProbeAnswer) => {
    if (hasFailed(container)) {
      return serviceEnded(await failureOf(daemon, name, container.id, secrets), container, []);
    }
    if (container.state === 'paused') return servicePaused(name, container.name);
    if (!answer || !('error' in answer) || statusOf(container, answer) !== 'unhealthy') return null;
    const { error } = answer;
    if (error instanceof TrainyardError) return error;
    return serviceTimeout({ service: name, lines: [] }, probeTimeoutMs, errorMessage(error));
  };
  const services = await Promise.all(
    serviceNames.map(async (name) => {
      const container = containers.find(({ service }) => service === name) ?? null;
      const answer = container?.state === 'running' ? await probe(name) : null;
      const cause = container && (await causeOf(name, container, answer));
      const [volume] = volumes[name];
      const limit = memory[name] ?? (record?.memoryBytes ? memoryLimitOf(name, record.memoryBytes) : null);
      return {
        name,
        status: statusOf(container, answer),
        endpoint: record ? `127.0.0.1:${record.ports[name].main}` : null,
        ports: record ? { ...record.ports[name] } : {},
        image: record?.images[name]?.reference ?? images[name],
        imageDigest: container?.imageId ?? record?.images[name]?.id ?? null,
        version: answer && 'version' in answer ? answer.version : null,
        containerId: container?.id ?? null,
        containerName: container?.name ?? null,
        volume: record && volume ? `${record.name}_${volume}` : null,
        startedAt: container?.startedAt ?? null,
        restarts: container?.restarts ?? 0,
        memoryLimitBytes: container?.memoryLimitBytes ?? limit,
        cause: cause && toCause(cause),
      };
    }),
  );
  return { profile, name: record?.name ?? null, status: stackStatusOf(services), services, operation: null };
}
