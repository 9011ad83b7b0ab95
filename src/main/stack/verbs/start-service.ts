import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isPortFree, portHolder } from '../../platform/listening-ports.ts';
import { type OnProgress, reportStep } from '../../platform/progress.ts';
import { endpointsOf } from '../addresses.ts';
import {
  causeLines,
  containerGone,
  credentialsRefused,
  type Failure,
  networkLost,
  portIsTaken,
  portTaken,
  scrub,
  serviceEnded,
  serviceStopped,
  serviceTimeout,
  startRefused,
} from '../causes.ts';
import type { Daemon } from '../docker/daemon.ts';
import { DaemonRefusal, type StackContainer, wasStopped } from '../docker-objects.ts';
import { type Ensured, ensuredHash } from '../ensured.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { StackRecord, StackSecrets } from '../record.ts';
import type { StackContext } from './context.ts';
import type { SavedState } from './saved-state.ts';

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

export interface StartOptions {
  readonly context: StackContext;
  readonly saved: SavedState;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
  /** When the verb began, in milliseconds: what happened before is no matter. */
  readonly since: number;
  /** What the ensure steps left the last time. */
  readonly ensured: Ensured;
}

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

/** The last lines of a service, for a cause. */
export async function failureOf(
  daemon: Daemon,
  service: ServiceName,
  container: string,
  secrets: StackSecrets | null,
): Promise<Failure> {
  return { service, lines: scrub(await daemon.lastLines(container, service, causeLines), secrets) };
}

const probeEveryMs = 50;
const probeTimeoutMs = 3000;
/** The container is looked at less often: that it ended is seen soon enough. */
const lookEveryMs = 250;
/** A server that is being made may refuse the password until it has it. */
const refusalTimeoutMs = 15_000;

/** In the servers' own words. */
const refusal = /authentication failed|invalid username-password|SignatureDoesNotMatch|InvalidAccessKeyId/i;

const refuses = (error: unknown) =>
  (error instanceof TrainyardError && error.code.endsWith('_REFUSED_CREDENTIALS')) ||
  refusal.test(errorMessage(error)) ||
  (error instanceof Error && refusal.test(errorMessage(error.cause)));

/** Why a started container has stopped running, for good or to be started again by the daemon; null if it runs. */
async function whyEnded(
  { context: { daemon }, saved: { record, secrets }, since }: StartOptions,
  service: ServiceName,
  started: StackContainer,
): Promise<TrainyardError | null> {
  const seen = await daemon.container(started.id);
  if (seen?.state === 'running' && seen.restarts <= started.restarts) return null;
  const [failure, now, incidents] = await Promise.all([
    failureOf(daemon, service, started.id, secrets),
    daemon.container(started.id),
    daemon.incidents(record.id, since),
  ]);
  if (now && wasStopped(now)) return serviceStopped(failure);
  return serviceEnded(
    failure,
    now,
    incidents.filter(({ container }) => container === started.id),
  );
}

/**
 * Asks a started service by its own protocol every 50 ms until it answers.
 * @throws TrainyardError with the cause where its container ends, refuses the stack's password, or is not ready in time
 */
async function untilHealthy(
  options: StartOptions,
  service: ServiceName,
  started: StackContainer,
): Promise<ProbeAnswer> {
  const { context, saved, signal } = options;
  const { daemon, timeoutMs } = context;
  const begun = performance.now();
  const failure = () => failureOf(daemon, service, started.id, saved.secrets);
  let lookAt = begun + lookEveryMs;
  let refusedSince: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const askedAt = performance.now();
    try {
      return await probe(options, service);
    } catch (error) {
      signal?.throwIfAborted();
      const now = performance.now();
      refusedSince = refuses(error) ? (refusedSince ?? now) : null;
      if (now >= lookAt) {
        const ended = await whyEnded(options, service, started);
        if (ended) throw ended;
        lookAt = now + lookEveryMs;
      }
      if (refusedSince !== null && now - refusedSince > Math.min(refusalTimeoutMs, timeoutMs / 2))
        throw credentialsRefused(await failure());
      if (now - begun > timeoutMs) throw serviceTimeout(await failure(), timeoutMs, errorMessage(error));
      await pause(Math.max(0, askedAt + probeEveryMs - performance.now()));
    }
  }
}

/** Asks a service once. */
function probe({ context, saved, signal }: StartOptions, service: ServiceName): Promise<ProbeAnswer> {
  const endpoints = endpointsOf(saved.record.ports, saved.secrets);
  const limit = AbortSignal.timeout(probeTimeoutMs);
  return context.probes[service](endpoints, signal ? AbortSignal.any([signal, limit]) : limit);
}

const unchanged = { en: 'unchanged since it was checked last', ko: '지난번 확인한 뒤로 바뀐 것 없음' };

/**
 * The steps that make a started service what the product needs, one after the other. They are left out where the probe found what they
 * left the last time.
 * @returns the hash of what they left
 */
async function ensure(
  options: StartOptions,
  service: ServiceName,
  container: StackContainer,
  { shape }: ProbeAnswer,
): Promise<string | undefined> {
  const { context, saved, onProgress, signal, ensured } = options;
  const steps = context.steps.filter((one) => one.service === service);
  if (steps.length === 0) return undefined;
  const names = steps.map(({ name }) => name);
  const hashOf = (seen: string | null) =>
    seen === null ? undefined : ensuredHash(container.id, names, seen);
  const known = hashOf(shape);
  if (known !== undefined && known === ensured[service]) {
    for (const name of names) await reportStep(onProgress, name, service, async () => unchanged);
    return known;
  }
  const endpoints = endpointsOf(saved.record.ports, saved.secrets);
  for (const step of steps) {
    signal?.throwIfAborted();
    failpoint('stack.up.ensure.before');
    await reportStep(onProgress, step.name, service, () => step.run(endpoints));
    failpoint('stack.up.ensure.after');
  }
  // What somebody changes from here on is seen the next time.
  const now = await probe(options, service).catch(() => null);
  return hashOf(now?.shape ?? null);
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
  return { version: answer.version, ensured: await ensure(options, service, started, answer) };
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
