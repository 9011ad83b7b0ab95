import { TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName } from '../../shared/model/stack.ts';
import { failpoint } from '../platform/failpoints.ts';
import { isPortFree, portHolder } from '../platform/listening-ports.ts';
import type { OnProgress } from '../platform/progress.ts';
import { endpointsOf } from './addresses.ts';
import { containerGone, networkLost, portIsTaken, portTaken, startRefused } from './causes.ts';
import { DaemonRefusal, type StackContainer } from './daemon.ts';
import type { StackRecord } from './record.ts';
import { reportStep } from './report-step.ts';
import type { SavedState } from './saved-state.ts';
import { wasStopped } from './service-status.ts';
import type { StackParts } from './stack-parts.ts';
import { failureOf, untilHealthy } from './wait-until-healthy.ts';

/** What a container gets to end by itself before it is made anew or stopped. */
export const graceSeconds = 60;

/** Causes for which the daemon would start a container again and again, to no end. */
const endsByItself = new Set(['SERVICE_CRASHED', 'SERVICE_OUT_OF_MEMORY', 'VOLUME_VERSION', 'DISK_FULL']);

/** Why a made container could not be started, where that can be put out of the way. */
export class StartObstacle extends Error {
  override readonly name = 'StartObstacle';
  readonly kind: 'network lost' | 'port taken' | 'gone';
  readonly service: ServiceName;
  readonly container: string;
  /** What to tell where it stays in the way. */
  readonly fault: TrainyardError;

  constructor(kind: StartObstacle['kind'], service: ServiceName, container: string, fault: TrainyardError) {
    super(fault.message, { cause: fault });
    this.kind = kind;
    this.service = service;
    this.container = container;
    this.fault = fault;
  }
}

const portRetries = 3;

/** Of starts that somebody's stop cut short. */
const stopRetries = 2;

export interface Serving {
  readonly parts: StackParts;
  readonly saved: SavedState;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** When the verb began, in milliseconds: what happened before is no matter. */
  readonly since: number;
}

/** A port of the stack that is somebody else's, with the holder's name where that can be seen. */
export async function portCause(
  { daemon }: StackParts,
  record: StackRecord,
  service: ServiceName,
  port: number,
): Promise<TrainyardError> {
  const publisher = (await daemon.publishers()).find(
    (one) => one.port === port && one.stack !== record.id && one.isRunning,
  );
  return portIsTaken(service, port, publisher ?? (await portHolder(port)));
}

async function startFault(
  { parts, saved }: Serving,
  service: ServiceName,
  container: StackContainer,
  said: string,
): Promise<Error> {
  const { record, secrets } = saved;
  if (containerGone.test(said)) {
    const fault = startRefused({ service, lines: [] }, said, container.memoryLimitBytes);
    return new StartObstacle('gone', service, container.id, fault);
  }
  if (portTaken.test(said)) {
    const ports = Object.values(record.ports[service]);
    const port = ports.find((one) => said.includes(`:${one}`)) ?? record.ports[service].main;
    const fault = await portCause(parts, record, service, port);
    return new StartObstacle('port taken', service, container.id, fault);
  }
  const failure = await failureOf(parts.daemon, service, container.id, secrets);
  const fault = startRefused(failure, said, container.memoryLimitBytes);
  return networkLost.test(said) ? new StartObstacle('network lost', service, container.id, fault) : fault;
}

/** Whether nobody holds any of the service's ports any more. */
async function isFreeAgain({ parts, saved }: Serving, service: ServiceName): Promise<boolean> {
  const ports = Object.values(saved.record.ports[service]);
  const publishers = (await parts.daemon.publishers()).filter(({ isRunning }) => isRunning);
  if (publishers.some(({ port, stack }) => ports.includes(port) && stack !== saved.record.id)) return false;
  return (await Promise.all(ports.map((port) => isPortFree(port)))).every(Boolean);
}

async function start(
  serving: Serving,
  service: ServiceName,
  container: StackContainer,
): Promise<StackContainer> {
  const { daemon } = serving.parts;
  if (container.state === 'running') return container;
  serving.signal?.throwIfAborted();
  // One that the daemon starts again and again, or that somebody paused.
  if (container.state === 'restarting' || container.state === 'paused')
    await daemon.stop(container.id, graceSeconds);
  serving.onProgress({ type: 'service', service, status: 'starting' });
  await reportStep(serving.onProgress, 'start', service, async () => {
    failpoint('stack.up.start.before');
    for (let retries = portRetries; ; retries -= 1) {
      try {
        await daemon.start(container.id);
        break;
      } catch (error) {
        if (!(error instanceof DaemonRefusal)) throw error;
        const fault = await startFault(serving, service, container, error.message);
        // Another stack that looks for free ports holds each for a moment: who is gone again was no holder.
        const isPassing = fault instanceof StartObstacle && fault.kind === 'port taken' && retries > 0;
        if (!isPassing || !(await isFreeAgain(serving, service))) throw fault;
      }
    }
    failpoint('stack.up.start.after');
    return container.name;
  });
  // Its count of restarts may have begun anew.
  return (await daemon.container(container.id)) ?? container;
}

async function probe(serving: Serving, service: ServiceName, container: StackContainer): Promise<string> {
  const { parts, saved, onProgress, signal, since } = serving;
  const { daemon, probes, timeoutMs } = parts;
  const { record, secrets } = saved;
  let version = '';
  await reportStep(onProgress, 'probe', service, async () => {
    version = await untilHealthy(
      { service, container, stack: record.id, since },
      {
        daemon,
        probe: probes[service],
        endpoints: endpointsOf(record.ports, secrets),
        secrets,
        timeoutMs,
        signal,
      },
    );
    return version;
  });
  onProgress({ type: 'service', service, status: 'healthy' });
  return version;
}

/** The steps that make a started service what the product needs, one after the other. */
async function ensure({ parts, saved, onProgress, signal }: Serving, service: ServiceName): Promise<void> {
  const endpoints = endpointsOf(saved.record.ports, saved.secrets);
  for (const step of parts.steps.filter((one) => one.service === service)) {
    signal?.throwIfAborted();
    failpoint('stack.up.ensure.before');
    await reportStep(onProgress, step.name, service, () => step.run(endpoints));
    failpoint('stack.up.ensure.after');
  }
}

/** Starts a service's container where it does not run, waits until it answers, and makes it ready. Answers its version. */
async function bringUp(serving: Serving, service: ServiceName, container: StackContainer): Promise<string> {
  const started = await start(serving, service, container);
  const version = await probe(serving, service, started);
  await ensure(serving, service);
  return version;
}

/**
 * Starts a service's container where it does not run, waits until it answers by its protocol, and makes it ready. Answers its version.
 * @throws StartObstacle; TrainyardError with the cause
 */
export async function serve(
  serving: Serving,
  service: ServiceName,
  container: StackContainer,
): Promise<string> {
  const { daemon } = serving.parts;
  for (let now = container, retries = stopRetries; ; retries -= 1) {
    try {
      return await bringUp(serving, service, now);
    } catch (error) {
      if (error instanceof StartObstacle) throw error;
      // The daemon finishes the stop that a killed `down` or `restart` had asked for, even after this start began.
      const found = retries > 0 && !serving.signal?.aborted ? await daemon.container(container.id) : null;
      if (found && wasStopped(found)) {
        now = found;
        continue;
      }
      serving.onProgress({ type: 'service', service, status: 'failed' });
      if (error instanceof TrainyardError && endsByItself.has(error.code))
        await daemon.stop(container.id, graceSeconds);
      throw error;
    }
  }
}
