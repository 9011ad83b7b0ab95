import type { z } from 'zod';
import type { metricValues } from '../../../shared/contract/run-readings.ts';
import type { RunStatus } from '../../../shared/model/run.ts';
import type { Cache } from './ports.ts';

const hourMs = 60 * 60_000;

type Metrics = z.infer<typeof metricValues>;

/** The data model's key of a run's live state. */
export const runStateKey = (runId: string) => `workflow:status:${runId}`;

/** The data model's key of a run's latest values. */
export const runMetricsKey = (runId: string) => `workflow:metrics:${runId}`;

/** Keeps a run's live state for a day. @param state.progress a percentage */
export const cacheRunState = (
  cache: Cache,
  runId: string,
  state: {
    readonly status: RunStatus;
    readonly progress: number;
    readonly currentEpoch: number | null;
    readonly metrics: Metrics;
  },
) => cache.set(runStateKey(runId), state, 24 * hourMs);

/** Keeps a run's latest values for an hour. */
export const cacheRunMetrics = (cache: Cache, runId: string, metrics: Metrics) =>
  cache.set(runMetricsKey(runId), metrics, hourMs);
