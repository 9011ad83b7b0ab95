import type Docker from 'dockerode';
import type { StackContainer } from '../docker-objects.ts';
import { serviceOf, stackLabels } from '../labels.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;

/** The daemon's word for "never". */
const never = '0001-01-01T00:00:00Z';

/** Host ports by the container's ports, from what was asked for: a stopped container has no others. */
function publishedPorts(bindings: unknown): Record<number, number> {
  const ports: Record<number, number> = {};
  for (const [inside, hosts] of Object.entries(bindings ?? {})) {
    const [first] = Array.isArray(hosts) ? hosts : [];
    const port = Number(first?.HostPort);
    if (port > 0) ports[Number.parseInt(inside, 10)] = port;
  }
  return ports;
}

/** Only these two drivers rotate their files; `local` does so at 20 MB unless configured otherwise. */
function isRotated(
  driver: string,
  { 'max-size': size = driver === 'local' ? '20m' : '' }: Readonly<Record<string, string>>,
) {
  return ['local', 'json-file'].includes(driver) && /^\d/.test(size);
}

/** A container of the stack, from the daemon's description. */
export function toStackContainer(info: Docker.ContainerInspectInfo): StackContainer {
  const { State: state, Config: config, HostConfig: host } = info;
  const labels = config.Labels ?? {};
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    service: serviceOf(labels),
    plan: labels[stackLabels.plan] ?? '',
    imageId: info.Image,
    state: states.find((one) => one === state.Status) ?? 'dead',
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    error: state.Error,
    startedAt: state.StartedAt === never ? null : state.StartedAt,
    restarts: info.RestartCount,
    memoryLimitBytes: host.Memory || null,
    published: publishedPorts(host.PortBindings),
    isLogRotated: isRotated(host.LogConfig?.Type ?? '', host.LogConfig?.Config ?? {}),
  };
}
