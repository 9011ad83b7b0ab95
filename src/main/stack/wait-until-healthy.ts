import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName } from '../../shared/model/stack.ts';
import type { StoreEndpoints } from '../platform/endpoints.ts';
import {
  causeLines,
  credentialsRefused,
  type Failure,
  scrub,
  serviceEnded,
  serviceStopped,
  serviceTimeout,
} from './causes.ts';
import type { Daemon, StackContainer } from './daemon.ts';
import type { Probe } from './ports.ts';
import type { StackSecrets } from './record.ts';
import { wasStopped } from './service-status.ts';

const probeEveryMs = 50;
const probeTimeoutMs = 3000;
/** The container is looked at less often: that it ended is seen soon enough. */
const lookEveryMs = 250;
/** A server that is being made may refuse the password until it has it. */
const refusalTimeoutMs = 15_000;

export interface Watched {
  readonly service: ServiceName;
  readonly container: StackContainer;
  readonly stack: string;
  /** When it was started, in milliseconds: what happened before is no matter. */
  readonly since: number;
}

export interface Watching {
  readonly daemon: Daemon;
  readonly probe: Probe;
  readonly endpoints: StoreEndpoints;
  readonly secrets: StackSecrets;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** In the servers' own words. */
const refusal = /authentication failed|invalid username-password|SignatureDoesNotMatch|InvalidAccessKeyId/i;

const refuses = (error: unknown) =>
  (error instanceof TrainyardError && error.code.endsWith('_REFUSED_CREDENTIALS')) ||
  refusal.test(errorMessage(error)) ||
  (error instanceof Error && refusal.test(errorMessage(error.cause)));

/** The last lines of a service, for a cause. */
export async function failureOf(
  daemon: Daemon,
  service: ServiceName,
  container: string,
  secrets: StackSecrets | null,
): Promise<Failure> {
  return { service, lines: scrub(await daemon.lastLines(container, causeLines), secrets) };
}

/** Why a container that should run does not. */
async function whyEnded({ service, container, stack, since }: Watched, { daemon, secrets }: Watching) {
  const [failure, now, incidents] = await Promise.all([
    failureOf(daemon, service, container.id, secrets),
    daemon.container(container.id),
    daemon.incidents(stack, since),
  ]);
  if (now && wasStopped(now)) return serviceStopped(failure);
  return serviceEnded(
    failure,
    now,
    incidents.filter((incident) => incident.container === container.id),
  );
}

/** Whether a container has stopped running since it was started, for good or to be started again by the daemon. */
async function hasEnded({ container }: Watched, { daemon }: Watching): Promise<boolean> {
  const now = await daemon.container(container.id);
  return now?.state !== 'running' || now.restarts > container.restarts;
}

/**
 * Asks a started service by its own protocol every 50 ms until it answers, and answers its version.
 * @throws TrainyardError with the cause where its container ends, refuses the stack's password, or is not ready in time
 */
export async function untilHealthy(watched: Watched, watching: Watching): Promise<string> {
  const { daemon, probe, endpoints, secrets, timeoutMs, signal } = watching;
  const begun = performance.now();
  const failure = () => failureOf(daemon, watched.service, watched.container.id, secrets);
  let lookAt = begun + lookEveryMs;
  let refusedSince: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const askedAt = performance.now();
    const limit = AbortSignal.timeout(probeTimeoutMs);
    try {
      return await probe(endpoints, signal ? AbortSignal.any([signal, limit]) : limit);
    } catch (error) {
      signal?.throwIfAborted();
      const now = performance.now();
      refusedSince = refuses(error) ? (refusedSince ?? now) : null;
      if (now >= lookAt) {
        if (await hasEnded(watched, watching)) throw await whyEnded(watched, watching);
        lookAt = now + lookEveryMs;
      }
      if (refusedSince !== null && now - refusedSince > Math.min(refusalTimeoutMs, timeoutMs / 2))
        throw credentialsRefused(await failure());
      if (now - begun > timeoutMs) throw serviceTimeout(await failure(), timeoutMs, errorMessage(error));
      await pause(Math.max(0, askedAt + probeEveryMs - performance.now()));
    }
  }
}
