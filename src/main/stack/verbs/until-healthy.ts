import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { endpointsOf } from '../addresses.ts';
import {
  causeLines,
  credentialsRefused,
  type Failure,
  scrub,
  serviceEnded,
  serviceStopped,
  serviceTimeout,
} from '../causes.ts';
import type { Daemon } from '../docker/daemon.ts';
import { type StackContainer, wasStopped } from '../docker-objects.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { StackSecrets } from '../record.ts';
import type { StartOptions } from './start-options.ts';

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
export async function untilHealthy(
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
      return await probeOnce(options, service);
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
export function probeOnce(
  { context, saved, signal }: StartOptions,
  service: ServiceName,
): Promise<ProbeAnswer> {
  const endpoints = endpointsOf(saved.record.ports, saved.secrets);
  const limit = AbortSignal.timeout(probeTimeoutMs);
  return context.probes[service](endpoints, signal ? AbortSignal.any([signal, limit]) : limit);
}
