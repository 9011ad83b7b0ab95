import { heartbeat } from '@temporalio/activity';
import type { WorkLog } from '../../../platform/work-log.ts';
import type { RunMover } from '../driver.ts';
import type { RunActivities } from './protocol.ts';

/** Temporal notices within seconds that an engine died in the middle of a look. */
const heartbeatEveryMs = 2500;

/** The hands of the workflows on this workstation. `around` sees each look begin and end. */
export function createActivities(
  mover: RunMover,
  around: (runId: string, look: () => Promise<void>) => Promise<void>,
  log: WorkLog,
): RunActivities {
  const hand = async <T>(runId: string, work: () => Promise<T>): Promise<T> => {
    const timer = setInterval(heartbeat, heartbeatEveryMs);
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error, runId }, 'a run could not be moved on; Temporal has it tried again');
      throw error;
    } finally {
      clearInterval(timer);
    }
  };
  return {
    advance: (runId) =>
      hand(runId, async () => {
        await around(runId, () => mover.move(runId));
        return mover.state(runId);
      }),
    cancel: (runId, graceMs) => hand(runId, () => mover.cancel(runId, graceMs)),
  };
}
