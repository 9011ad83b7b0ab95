import type Docker from 'dockerode';
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

/** A container as a stack's verbs look at it. */
export function toStackContainer(info: Docker.ContainerInspectInfo) {
  const { State: state, Config: config, HostConfig: host } = info;
  const labels = config.Labels ?? {};
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    /** Null: not a service's, as the one that reaches into the recovery volume. */
    service: serviceOf(labels),
    /** The hash of the plan that it was made by. */
    plan: labels[stackLabels.plan] ?? '',
    imageId: info.Image,
    state: states.find((one) => one === state.Status) ?? 'dead',
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    /** Why it could not be started; empty where it could. */
    error: state.Error,
    startedAt: state.StartedAt === never ? null : state.StartedAt,
    restarts: info.RestartCount,
    memoryLimitBytes: host.Memory || null,
    /** Host ports by the container's ports. */
    published: publishedPorts(host.PortBindings),
  };
}
export type StackContainer = Readonly<ReturnType<typeof toStackContainer>>;

/** Exit codes of a server that was told to stop: 0, and by a signal. */
const ordinaryExits = [0, 130, 137, 143];

/** Whether a container stands still because of a fault. */
export function hasFailed({ state, outOfMemory, exitCode, error }: StackContainer): boolean {
  if (state === 'exited') return outOfMemory || !ordinaryExits.includes(exitCode);
  return state === 'restarting' || state === 'dead' || (state === 'created' && error !== '');
}

/** The daemon starts again what ends by itself, so somebody stopped it. */
export function wasStopped(container: StackContainer): boolean {
  return container.state === 'exited' && !hasFailed(container);
}
