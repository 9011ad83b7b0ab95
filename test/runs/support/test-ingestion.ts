import type pg from 'pg';
import { createRunDirectoryFiles } from '../../../src/main/adapters/files/run-directory-tail.ts';
import { PostgresIngestStore } from '../../../src/main/adapters/postgres/ingest-store.ts';
import { MetricPartitions } from '../../../src/main/adapters/postgres/metric-partitions.ts';
import type { Cache } from '../../../src/main/domain/cache/ports.ts';
import type { DocumentStore } from '../../../src/main/domain/documents/ports.ts';
import { batchLimits } from '../../../src/main/domain/ingest/attempt-reader.ts';
import { IngestionService } from '../../../src/main/domain/ingest/ingestion-service.ts';
import { LiveState } from '../../../src/main/domain/ingest/live-state.ts';
import type { Ingestion } from '../../../src/main/domain/ingest/ports.ts';
import type { PubSub } from '../../../src/main/domain/messaging/ports.ts';
import { rollupShape } from '../../../src/main/domain/metrics/rollups.ts';
import type { News } from '../../../src/main/domain/news/news.ts';
import type { RunLog } from '../../../src/main/domain/runs/ports.ts';

export interface TestIngestionParts {
  readonly pool: pg.Pool;
  readonly documents: DocumentStore;
  readonly cache: Cache;
  readonly pubSub: PubSub;
  readonly news: News;
  readonly log: RunLog;
}

/** Ingestion as the engine has it. */
export function createTestIngestion({
  pool,
  documents,
  cache,
  pubSub,
  news,
  log,
}: TestIngestionParts): Ingestion {
  const live = new LiveState(pubSub, cache, news, log);
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
