import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { WorkLog } from '../../../platform/work-log.ts';

let log: WorkLog | null = null;

/**
 * Prepares the native part that all workers of a process share, once: the SDK allows no second time. Its words go to the log that was
 * given last, and it leaves the process's signals alone: the engine decides when to stop.
 */
export function prepareRuntime(to: WorkLog): void {
  const isFirst = log === null;
  log = to;
  if (!isFirst) return;
  const logger = new DefaultLogger('ERROR', ({ message, meta }) =>
    log?.warn({ ...meta }, `Temporal: ${message}`),
  );
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      // Without `forward` the native part writes to standard output, which is the engine's.
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
