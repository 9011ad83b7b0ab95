import type pg from 'pg';
import type { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { batchLimits } from '../../../../src/main/features/ingest/attempt-reader.ts';
import { PostgresIngestStore } from '../../../../src/main/features/ingest/ingest-store.ts';
import { IngestionService } from '../../../../src/main/features/ingest/ingestion-service.ts';
import { LiveState } from '../../../../src/main/features/ingest/live-state.ts';
import { MetricPartitions } from '../../../../src/main/features/ingest/metric-partitions.ts';
import type { Ingestion } from '../../../../src/main/features/ingest/ports.ts';
import { createRunDirectoryFiles } from '../../../../src/main/features/ingest/run-directory-tail.ts';
import { rollupShape } from '../../../../src/main/features/metrics/rollups.ts';
import type { RunLog } from '../../../../src/main/features/runs/ports.ts';
import type { Cache } from '../../../../src/main/stores/cache/ports.ts';
import type { DocumentStore } from '../../../../src/main/stores/documents/ports.ts';
import type { PubSub } from '../../../../src/main/stores/pubsub/ports.ts';

export interface TestIngestionParts {
  readonly pool: pg.Pool;
  readonly documents: DocumentStore;
  readonly cache: Cache;
  readonly pubSub: PubSub;
  readonly changes: ChangeFeed;
  readonly log: RunLog;
}

/** Ingestion as the engine has it. */
export function createTestIngestion({
  pool,
  documents,
  cache,
  pubSub,
  changes,
  log,
}: TestIngestionParts): Ingestion {
  const live = new LiveState(pubSub, cache, changes, log);
  return new IngestionService({
    files: createRunDirectoryFiles(log),
    log,
    store: new PostgresIngestStore(pool, new MetricPartitions(pool)),
    documents,
    shape: rollupShape,
    limits: batchLimits,
    committed: live.committed,
    settle: live.settle,
  });
}
