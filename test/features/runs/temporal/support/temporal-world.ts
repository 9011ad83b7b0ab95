import path from 'node:path';
import { ensureBuilt } from '../../../../../bin/build.mjs';
import type { RunDriver } from '../../../../../src/main/features/runs/driver.ts';
import { TemporalDriver } from '../../../../../src/main/features/runs/temporal/driver.ts';
import type { TemporalEndpoint } from '../../../../../src/main/platform/endpoints.ts';
import type { WorkLog } from '../../../../../src/main/platform/work-log.ts';
import { waitFor } from '../../../../support/engine.ts';

const workflowBundle = path.resolve(import.meta.dirname, '../../../../..', 'out', 'node', 'workflows.js');

/** What runs the workflows; built where it is stale. */
export async function buildWorkflows(): Promise<void> {
  await ensureBuilt({ only: ['workflows'] });
}

export function endpointOf(server: { readonly url: string }, namespace = 'default'): TemporalEndpoint {
  return { address: server.url, namespace, apiKey: null, tls: null };
}

export function driverOf(
  endpoint: TemporalEndpoint,
  machineId: string,
  log: WorkLog,
  { timeoutMs = 1000 } = {},
): TemporalDriver {
  return new TemporalDriver(endpoint, {
    machineId,
    workflowBundle,
    log,
    timeoutMs,
    ensureNamespace: async () => {},
  });
}

export function untilConnected(driver: TemporalDriver): Promise<unknown> {
  return waitFor('Temporal', async () => driver.isConnected, 20_000);
}

/** Begins only once Temporal is there, and waits for it ever after: nothing moves a run but its workflow. */
export function onlyTemporal(endpoint: TemporalEndpoint, machineId: string, log: WorkLog): RunDriver {
  const driver = driverOf(endpoint, machineId, log, { timeoutMs: 60_000 });
  return {
    start: async (mover) => {
      await driver.start(mover);
      await untilConnected(driver);
    },
    wake: (runId) => driver.wake(runId),
    sweep: (runIds) => driver.sweep(runIds),
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}
