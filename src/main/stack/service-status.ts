import type { StackCause, StackService } from '../../shared/contract/stack.ts';
import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName, ServiceStatus } from '../../shared/model/stack.ts';
import type { StackContainer } from './daemon.ts';
import type { StackPorts } from './record.ts';

/** Exit codes of a server that was told to stop: 0, and by a signal. */
const ordinaryExits = [0, 130, 137, 143];
const startingMs = 60_000;

/** What the probe of a running service gave. */
export type ProbeAnswer =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export function toCause(error: unknown): StackCause {
  const known = error instanceof TrainyardError;
  const lines = known ? error.details.lines : undefined;
  return {
    code: known ? error.code : 'INTERNAL',
    message: errorMessage(error),
    hint: known ? error.hint : '',
    parameters: known ? error.parameters : {},
    lines: Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [],
  };
}

/** Whether a container stands still because of a fault. */
export function hasFailed(container: StackContainer): boolean {
  switch (container.state) {
    case 'restarting':
    case 'dead':
      return true;
    case 'exited':
      return container.outOfMemory || !ordinaryExits.includes(container.exitCode);
    case 'created':
      return container.error !== '';
    default:
      return false;
  }
}

/** The daemon starts again what ends by itself, so somebody stopped it. */
export function wasStopped(container: StackContainer): boolean {
  return container.state === 'exited' && !hasFailed(container);
}

/** @param probed null where it was not asked */
export function statusOf(container: StackContainer | null, probed: ProbeAnswer | null): ServiceStatus {
  if (!container) return 'absent';
  if (hasFailed(container)) return 'failed';
  if (container.state === 'paused') return 'unhealthy';
  if (container.state !== 'running') return 'stopped';
  if (probed?.kind === 'version') return 'healthy';
  const since = Date.now() - Date.parse(container.startedAt ?? '');
  return container.restarts === 0 && since < startingMs ? 'starting' : 'unhealthy';
}

export interface ServiceFacts {
  readonly name: ServiceName;
  readonly ports: StackPorts | null;
  readonly image: string;
  readonly imageId: string | null;
  readonly container: StackContainer | null;
  readonly volume: string | null;
  readonly memoryLimitBytes: number | null;
  readonly probed: ProbeAnswer | null;
  readonly cause: StackCause | null;
}

/** What is said of a service. */
export function describeService(facts: ServiceFacts): StackService {
  const { name, ports, container, probed } = facts;
  const status = statusOf(container, probed);
  return {
    name,
    status,
    endpoint: ports ? `127.0.0.1:${ports[name].main}` : null,
    ports: ports ? { ...ports[name] } : {},
    image: facts.image,
    imageDigest: container?.imageId ?? facts.imageId,
    version: probed?.kind === 'version' ? probed.version : null,
    containerId: container?.id ?? null,
    containerName: container?.name ?? null,
    volume: facts.volume,
    startedAt: container?.startedAt ?? null,
    restarts: container?.restarts ?? 0,
    memoryLimitBytes: container?.memoryLimitBytes ?? facts.memoryLimitBytes,
    cause:
      facts.cause ?? (status === 'unhealthy' && probed?.kind === 'failed' ? toCause(probed.error) : null),
  };
}
