import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import { workflowStatusSlot, writeSlot } from '../../stores/cache/keys.ts';
import type { Cache } from '../../stores/cache/ports.ts';
import { type PubSub, runChannel } from '../../stores/pubsub/ports.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { runSummaries } from './run-queries.ts';

/** The channel that the run loops of all engines on one database listen to. */
export const queueChannel = 'runs:queue';

/**
 * Notifies whoever waits that a run changed, after the change was committed. Nothing here holds a run up: what is lost is
 * read later.
 */
export class RunNotifier {
  private readonly parts;

  constructor(parts: {
    readonly db: Db;
    readonly pubSub: PubSub;
    readonly cache: Cache;
    readonly changes: ChangeFeed;
    readonly log: WorkLog;
  }) {
    this.parts = parts;
  }

  /** A run's row or journal changed: wakes its readers and updates its live status in the cache. */
  async changed(runId: string): Promise<void> {
    this.parts.changes.changed('run', runId);
    await this.bestEffort(runId, async () => {
      const [run] = await runSummaries(this.parts.db, [runId]);
      const status = run?.status ?? null;
      await this.parts.pubSub.publish(runChannel(runId), { type: 'run_status', data: { status } });
      if (!run) return;
      const { progress, currentEpoch, finalMetrics } = run;
      const state = { status: run.status, progress, currentEpoch, metrics: finalMetrics ?? {} };
      await writeSlot(this.parts.cache, workflowStatusSlot(runId), state);
    });
  }

  /** The number of runs in a project changed. */
  projectChanged(projectId: string): void {
    this.parts.changes.changed('project', projectId);
  }

  /** Asks the run loops of all engines to look at this run. */
  async requestMove(runId: string): Promise<void> {
    await this.bestEffort(runId, () => this.parts.pubSub.publish(queueChannel, { runId }));
  }

  /** A failure is only logged: readers find the change when their wait is over. */
  private async bestEffort(runId: string, notify: () => Promise<void>): Promise<void> {
    try {
      await notify();
    } catch (error) {
      this.parts.log.warn(
        { err: error, runId },
        'the change of a run could not be published; readers find it when their wait is over',
      );
    }
  }
}
