import type pg from 'pg';
import { createRunDirectoryFiles } from '../../../src/main/adapters/files/run-directory-tail.ts';
import { PostgresIngestStore } from '../../../src/main/adapters/postgres/ingest-store.ts';
import { MetricPartitions } from '../../../src/main/adapters/postgres/metric-partitions.ts';
import type { DocumentStore } from '../../../src/main/domain/documents/ports.ts';
import { batchLimits } from '../../../src/main/domain/ingest/attempt-reader.ts';
import { IngestionService } from '../../../src/main/domain/ingest/ingestion-service.ts';
import type { Ingestion } from '../../../src/main/domain/ingest/ports.ts';
import { rollupShape } from '../../../src/main/domain/metrics/rollups.ts';
import type { RunLog } from '../../../src/main/domain/runs/ports.ts';

/** Ingestion as the engine has it. */
export function createTestIngestion(pool: pg.Pool, documents: DocumentStore, log: RunLog): Ingestion {
  return new IngestionService({
    files: createRunDirectoryFiles(log),
    log,
    store: new PostgresIngestStore(pool, new MetricPartitions(pool)),
    documents,
    shape: rollupShape,
    limits: batchLimits,
    committed: () => {},
  });
}
