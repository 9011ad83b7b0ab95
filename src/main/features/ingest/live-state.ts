import { workflowMetricsSlot, workflowStatusSlot, writeSlot } from '../../stores/cache/keys.ts';
import type { Cache } from '../../stores/cache/ports.ts';
import { type PubSub, runChannel } from '../../stores/pubsub/ports.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { IngestedAttempt, IngestLog } from './ports.ts';
import type { CommitOutcome } from './store-port.ts';

/** The least time between two writes of a run's state into the cache. */
const cacheEveryMs = 500;
/** Values in a message take at most so many characters: a message has at most 7,000 bytes. */
const longestValues = 5000;

type Committed = Extract<CommitOutcome, { kind: 'committed' }>;
type Latest = Readonly<Record<string, number | string>>;

interface RunState {
  committed: Committed;
  latest: Latest;
  publishing: boolean;
  /** Something came that is not published yet. */
  unpublished: boolean;
  caching: NodeJS.Timeout | undefined;
  written: Promise<void>;
}

/**
 * Tells the readers that wait of every commit, and keeps the cache's view of a run. All of it happens beside ingest: what fails
 * here is logged, and found by readers when their wait is over.
 */
export class LiveState {
  private readonly pubSub: PubSub;
  private readonly cache: Cache;
  private readonly changes: ChangeFeed;
  private readonly log: IngestLog;
  private readonly runs = new Map<string, RunState>();

  constructor(pubSub: PubSub, cache: Cache, changes: ChangeFeed, log: IngestLog) {
    this.pubSub = pubSub;
    this.cache = cache;
    this.changes = changes;
    this.log = log;
  }

  /** A batch was committed. While one message is on its way, only the newest of those that follow is kept. */
  readonly committed = ({ runId }: IngestedAttempt, committed: Committed, latest: Latest): void => {
    const state = this.runs.get(runId) ?? this.begin(runId, committed, latest);
    state.committed = committed;
    state.latest = latest;
    state.unpublished = true;
    if (!state.publishing) void this.publish(runId, state);
    state.caching ??= setTimeout(() => void this.writeNow(runId, state), cacheEveryMs);
  };

  /** Writes what is not written yet of a run (of all, where none is named) and forgets it. Never rejects. */
  readonly settle = async (runId?: string): Promise<void> => {
    const runIds = runId === undefined ? [...this.runs.keys()] : [runId];
    await Promise.all(runIds.map((id) => this.settleOne(id)));
  };

  private async settleOne(runId: string): Promise<void> {
    const state = this.runs.get(runId);
    if (!state) return;
    this.runs.delete(runId);
    if (state.caching) await this.writeNow(runId, state);
    await state.written;
  }

  private begin(runId: string, committed: Committed, latest: Latest): RunState {
    const state: RunState = {
      committed,
      latest,
      publishing: false,
      unpublished: false,
      caching: undefined,
      written: Promise.resolve(),
    };
    this.runs.set(runId, state);
    return state;
  }

  private async publish(runId: string, state: RunState): Promise<void> {
    state.publishing = true;
    while (state.unpublished) {
      state.unpublished = false;
      const { status, progress, currentEpoch, lastSeq } = state.committed;
      const data = { status, progress, currentEpoch, metrics: fitting(state.latest), seq: lastSeq };
      try {
        await this.pubSub.publish(runChannel(runId), { type: 'training_progress', data });
      } catch (error) {
        this.log.warn({ err: error, runId }, 'a run’s progress could not be published');
      }
    }
    state.publishing = false;
  }

  private writeNow(runId: string, state: RunState): Promise<void> {
    clearTimeout(state.caching);
    state.caching = undefined;
    this.changes.changed('run', runId);
    const { status, progress, currentEpoch } = state.committed;
    const metrics = { ...state.latest };
    state.written = state.written.then(async () => {
      try {
        await writeSlot(this.cache, workflowStatusSlot(runId), { status, progress, currentEpoch, metrics });
        await writeSlot(this.cache, workflowMetricsSlot(runId), metrics);
      } catch (error) {
        this.log.warn({ err: error, runId }, 'a run’s state could not be cached');
      }
    });
    return state.written;
  }
}

/** As many values as fit into a message. */
function fitting(latest: Latest): Record<string, number | string> {
  const kept: [string, number | string][] = [];
  let length = 0;
  for (const [name, value] of Object.entries(latest)) {
    length += name.length + 30;
    if (length > longestValues) break;
    kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
