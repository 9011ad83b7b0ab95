import type { StackState } from '../../shared/contract/stack.ts';
import { type ServiceName, serviceNames, stackStatusOf } from '../../shared/model/stack.ts';
import { endpointsOf } from './addresses.ts';
import type { Seen } from './bring-up.ts';
import { serviceEnded } from './causes.ts';
import type { StackContainer } from './daemon.ts';
import { memoryLimitOf } from './memory.ts';
import type { StackSecrets } from './record.ts';
import type { SavedStateStore } from './saved-state.ts';
import { describeService, hasFailed, type ProbeAnswer, toCause } from './service-status.ts';
import type { StackParts } from './stack-parts.ts';
import { failureOf } from './wait-until-healthy.ts';

const probeTimeoutMs = 2000;

async function causeOfFailed(
  { daemon }: StackParts,
  container: StackContainer,
  secrets: StackSecrets | null,
) {
  if (!container.service || !hasFailed(container)) return null;
  const failure = await failureOf(daemon, container.service, container.id, secrets);
  return toCause(serviceEnded(failure, container, []));
}

/**
 * The stack as the daemon has it now; what runs is asked by its own protocol.
 * @param seen what was learnt just now, and need not be asked again
 */
export async function readState(
  parts: StackParts,
  savedStates: SavedStateStore,
  seen?: Seen,
): Promise<StackState> {
  const { daemon, probes, images, memory, volumes } = parts;
  const known = await savedStates.peek();
  const record = known?.record ?? null;
  const secrets = known?.secrets ?? null;
  const containers = record ? [...(seen?.containers?.values() ?? (await daemon.containers(record.id)))] : [];
  const endpoints = record && secrets ? endpointsOf(record.ports, secrets) : null;

  const probe = async (name: ServiceName): Promise<ProbeAnswer | null> => {
    const answered = seen?.versions.get(name);
    if (answered !== undefined) return { kind: 'version', version: answered };
    if (!endpoints) return null;
    try {
      const version = await probes[name](endpoints, AbortSignal.timeout(probeTimeoutMs));
      return { kind: 'version', version };
    } catch (error) {
      return { kind: 'failed', error };
    }
  };
  const services = await Promise.all(
    serviceNames.map(async (name) => {
      const container = containers.find(({ service }) => service === name) ?? null;
      const [volume] = volumes[name];
      return describeService({
        name,
        ports: record?.ports ?? null,
        image: record?.images[name]?.reference ?? images[name],
        imageId: record?.images[name]?.id ?? null,
        container,
        volume: record && volume ? `${record.name}_${volume}` : null,
        memoryLimitBytes:
          memory[name] ?? (record?.memoryBytes ? memoryLimitOf(name, record.memoryBytes) : null),
        probed: container?.state === 'running' ? await probe(name) : null,
        cause: container ? await causeOfFailed(parts, container, secrets) : null,
      });
    }),
  );
  return {
    profile: parts.profile(),
    name: record?.name ?? null,
    status: stackStatusOf(services),
    services,
    operation: null,
  };
}
