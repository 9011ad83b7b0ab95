import { isEnded } from '../../../shared/model/run.ts';
import { isUnderWay } from './decide.ts';
import type { Standing } from './driver.ts';
import type { AttemptStore, RunReader } from './ports.ts';

export interface StandingParts {
  readonly reader: Pick<RunReader, 'summaries'>;
  readonly attempts: Pick<AttemptStore, 'newest'>;
}

const soonestLookMs = 5000;
const latestLookMs = 300_000;

/**
 * How a run stands. The next look is the further away the longer its attempt goes on: looks only find what nobody told of, and a
 * run of a week shall not be looked at as often as one of a minute.
 */
export async function standingOf({ reader, attempts }: StandingParts, runId: string): Promise<Standing> {
  const [[run], attempt] = await Promise.all([reader.summaries([runId]), attempts.newest(runId)]);
  const now = Date.now();
  const goesOn = isUnderWay(attempt) ? attempt : null;
  const sinceMs = goesOn?.startedAt ? now - goesOn.startedAt.getTime() : 0;
  const nextLookMs = goesOn
    ? Math.min(latestLookMs, Math.max(soonestLookMs, Math.round(sinceMs / 10)))
    : latestLookMs;
  return {
    runId,
    status: run?.status ?? null,
    isOver: !run || isEnded(run.status),
    progress: run?.progress ?? 0,
    currentEpoch: run?.currentEpoch ?? null,
    totalEpochs: run?.totalEpochs ?? null,
    attempt: attempt?.attempt ?? 0,
    machineId: goesOn?.machineId ?? null,
    nextLookMs,
    at: new Date(now).toISOString(),
  };
}
