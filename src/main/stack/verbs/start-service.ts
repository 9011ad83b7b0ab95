import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isPortFree, portHolder } from '../../platform/listening-ports.ts';
import { reportStep } from '../../platform/progress.ts';
import { containerGone, networkLost, portIsTaken, portTaken, startRefused } from '../causes.ts';
import { DaemonRefusal, type StackContainer, wasStopped } from '../docker-objects.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { StackRecord } from '../record.ts';
import type { StackContext } from './context.ts';
import { ensureService } from './ensure-service.ts';
import type { StartOptions } from './start-options.ts';
import { failureOf, untilHealthy } from './until-healthy.ts';

/** What a container gets to end by itself before it is made anew or stopped. */
export const graceSeconds = 60;

/** Causes for which the daemon would restart a container endlessly. */
const endsByItself = new Set(['SERVICE_CRASHED', 'SERVICE_OUT_OF_MEMORY', 'VOLUME_VERSION', 'DISK_FULL']);

/** What is in the way of a start, where that can be put out of the way. */
interface Obstacle {
  readonly kind: 'network lost' | 'port taken' | 'gone';
  readonly service: ServiceName;
  readonly container: string;
  /** The error if it stays in the way. */
  readonly fault: TrainyardError;
}

/** Why a made container could not be started. */
export class StartObstacle extends Error {
  override readonly name = 'StartObstacle';
  readonly what: Obstacle;

  constructor(what: Obstacle) {
    super(what.fault.message, { cause: what.fault });
    this.what = what;
  }
}

const portRetries = 3;

/** Of starts that somebody's stop cut short. */
const stopRetries = 2;

/** A service that is up. */
export interface StartedService {
  readonly version: string;
  /** The hash of what its ensure steps left; undefined where it has none, or that could not be seen. */
  readonly ensured: string | undefined;
}

/** A port of the stack that is somebody else's, with the holder's name where that can be seen. */
export async function portCause(
  { daemon }: StackContext,
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
  { context, saved }: StartOptions,
  service: ServiceName,
  container: StackContainer,
  lastWords: string,
): Promise<Error> {
  const { record, secrets } = saved;
  const obstacle = (kind: Obstacle['kind'], fault: TrainyardError) =>
    new StartObstacle({ kind, service, container: container.id, fault });
  if (containerGone.test(lastWords))
    return obstacle('gone', startRefused({ service, lines: [] }, lastWords, container.memoryLimitBytes));
  if (portTaken.test(lastWords)) {
    const ports = Object.values(record.ports[service]);
    const port = ports.find((one) => lastWords.includes(`:${one}`)) ?? record.ports[service].main;
    return obstacle('port taken', await portCause(context, record, service, port));
  }
  const failure = await failureOf(context.daemon, service, container.id, secrets);
  const fault = startRefused(failure, lastWords, container.memoryLimitBytes);
  return networkLost.test(lastWords) ? obstacle('network lost', fault) : fault;
}

/** Whether all of the service's ports are free. */
async function isFreeAgain({ context, saved }: StartOptions, service: ServiceName): Promise<boolean> {
  const ports = Object.values(saved.record.ports[service]);
  const publishers = (await context.daemon.publishers()).filter(({ isRunning }) => isRunning);
  if (publishers.some(({ port, stack }) => ports.includes(port) && stack !== saved.record.id)) return false;
  return (await Promise.all(ports.map((port) => isPortFree(port)))).every(Boolean);
}

async function startContainer(
  options: StartOptions,
  service: ServiceName,
  container: StackContainer,
): Promise<StackContainer> {
  const { daemon } = options.context;
  if (container.state === 'running') return container;
  options.signal?.throwIfAborted();
  // One that the daemon starts again and again, or that somebody paused.
  if (container.state === 'restarting' || container.state === 'paused')
    await daemon.stop(container.id, graceSeconds);
  options.onProgress({ type: 'service', service, status: 'starting' });
  await reportStep(options.onProgress, 'start', service, async () => {
    failpoint('stack.up.start.before');
    for (let retries = portRetries; ; retries -= 1) {
      try {
        await daemon.start(container.id);
        break;
      } catch (error) {
        if (!(error instanceof DaemonRefusal)) throw error;
        const fault = await startFault(options, service, container, error.message);
        // Another stack that looks for free ports holds each for a moment: who is gone again was no holder.
        const isPassing = fault instanceof StartObstacle && fault.what.kind === 'port taken' && retries > 0;
        if (!isPassing || !(await isFreeAgain(options, service))) throw fault;
      }
    }
    failpoint('stack.up.start.after');
    return container.name;
  });
  // Its count of restarts may have begun anew.
  return (await daemon.container(container.id)) ?? container;
}

async function tryOnce(
  options: StartOptions,
  service: ServiceName,
  container: StackContainer,
): Promise<StartedService> {
  const started = await startContainer(options, service, container);
  let answer: ProbeAnswer = { version: '', shape: null };
  await reportStep(options.onProgress, 'probe', service, async () => {
    answer = await untilHealthy(options, service, started);
    return answer.version;
  });
  options.onProgress({ type: 'service', service, status: 'healthy' });
  return { version: answer.version, ensured: await ensureService(options, service, started, answer) };
}

/**
 * Starts a service's container if it does not run, waits until it answers by its protocol, and makes it ready.
 * @throws StartObstacle; TrainyardError with the cause
 */
export async function startService(
  options: StartOptions,
  service: ServiceName,
  container: StackContainer,
): Promise<StartedService> {
  const { daemon } = options.context;
  for (let now = container, retries = stopRetries; ; retries -= 1) {
    try {
      return await tryOnce(options, service, now);
    } catch (error) {
      if (error instanceof StartObstacle) throw error;
      // The daemon finishes the stop that a killed `down` or `restart` had asked for, even after this start began.
      const found = retries > 0 && !options.signal?.aborted ? await daemon.container(container.id) : null;
      if (found && wasStopped(found)) {
        now = found;
        continue;
      }
      options.onProgress({ type: 'service', service, status: 'failed' });
      if (error instanceof TrainyardError && endsByItself.has(error.code))
        await daemon.stop(container.id, graceSeconds);
      throw error;
    }
  }
}
