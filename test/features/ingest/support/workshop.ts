import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { type BatchLimits, batchLimits } from '../../../../src/main/features/ingest/attempt-reader.ts';
import { PostgresIngestStore } from '../../../../src/main/features/ingest/ingest-store.ts';
import { IngestionService } from '../../../../src/main/features/ingest/ingestion-service.ts';
import { LiveState } from '../../../../src/main/features/ingest/live-state.ts';
import { MetricPartitions } from '../../../../src/main/features/ingest/metric-partitions.ts';
import type { IngestedAttempt } from '../../../../src/main/features/ingest/ports.ts';
import { createRunDirectoryFiles } from '../../../../src/main/features/ingest/run-directory-tail.ts';
import { EventService } from '../../../../src/main/features/journal/event-service.ts';
import {
  PostgresJournal,
  PostgresJournalReader,
} from '../../../../src/main/features/journal/journal-rows.ts';
import { RunChanges } from '../../../../src/main/features/journal/run-changes.ts';
import { PostgresLogIndex } from '../../../../src/main/features/logs/log-index.ts';
import { LogLines } from '../../../../src/main/features/logs/log-lines.ts';
import { LogService } from '../../../../src/main/features/logs/log-service.ts';
import { MetricService } from '../../../../src/main/features/metrics/metric-service.ts';
import { PostgresPointReader } from '../../../../src/main/features/metrics/point-rows.ts';
import { PostgresRollupReader } from '../../../../src/main/features/metrics/rollup-rows.ts';
import { type RollupShape, rollupShape } from '../../../../src/main/features/metrics/rollups.ts';
import { SeriesService } from '../../../../src/main/features/metrics/series.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { PostgresUnitOfWork } from '../../../../src/main/postgres/unit-of-work.ts';
import { createCache } from '../../../../src/main/stores/cache/postgres-cache.ts';
import { createDocumentStore } from '../../../../src/main/stores/documents/postgres/document-store.ts';
import { createListener } from '../../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../../src/main/stores/pubsub/postgres/pubsub.ts';

export interface WorkshopOptions {
  readonly shape?: RollupShape;
  readonly limits?: Partial<BatchLimits>;
}

/** Ingest, and everything that reads it back, on a real database. */
export class Workshop implements AsyncDisposable {
  readonly pool: pg.Pool;
  readonly documents;
  readonly cache;
  readonly pubSub;
  readonly ingestion: IngestionService;
  readonly store;
  readonly journal = new PostgresJournal();
  readonly work;
  readonly events;
  readonly metrics;
  readonly logs;
  readonly series;
  readonly shape: RollupShape;
  /** What was written into the log. */
  readonly warnings: { readonly message: string; readonly details: object }[] = [];
  private readonly listener;
  private readonly changes;
  private readonly folders: string[] = [];

  constructor(url: string, { shape = rollupShape, limits = {} }: WorkshopOptions = {}) {
    this.shape = shape;
    this.pool = createPool({ url });
    this.documents = createDocumentStore(this.pool);
    this.cache = createCache(this.pool);
    this.listener = createListener(this.pool, () => undefined);
    this.pubSub = createPubSub(this.pool, this.listener, () => undefined);
    const log = { warn: (details: object, message: string) => this.warnings.push({ message, details }) };
    this.store = new PostgresIngestStore(this.pool, new MetricPartitions(this.pool));
    const live = new LiveState(this.pubSub, this.cache, new ChangeFeed(), log);
    this.ingestion = new IngestionService({
      files: createRunDirectoryFiles(log),
      log,
      store: this.store,
      documents: this.documents,
      shape,
      limits: { ...batchLimits, ...limits },
      committed: live.committed,
      settle: live.settle,
    });
    this.work = new PostgresUnitOfWork(this.pool);
    this.changes = new RunChanges(this.pubSub);
    const lines = new LogLines(this.documents);
    this.events = new EventService(new PostgresJournalReader(this.pool), lines, this.changes);
    this.metrics = new MetricService(new PostgresPointReader(this.pool), this.changes);
    this.logs = new LogService(new PostgresLogIndex(this.pool), lines, this.changes);
    this.series = new SeriesService(new PostgresRollupReader(this.pool), shape);
  }

  /** A run with its first attempt, and an empty run directory. */
  async attempt(): Promise<IngestedAttempt> {
    const runId = randomUUID();
    const projectId = randomUUID();
    await this.pool.query('INSERT INTO projects (id, user_id, name) VALUES ($1, $2, $3)', [
      projectId,
      localOwnerId,
      projectId,
    ]);
    await this.pool.query(
      `INSERT INTO workflows (id, project_id, user_id, name, status) VALUES ($1, $2, $3, 'run', 'running')`,
      [runId, projectId, localOwnerId],
    );
    return this.nextAttempt(runId, 1);
  }

  async nextAttempt(runId: string, attempt: number): Promise<IngestedAttempt> {
    const attemptId = randomUUID();
    const runDirectory = await mkdtemp(path.join(tmpdir(), 'trainyard-ingest-'));
    this.folders.push(runDirectory);
    await this.pool.query(
      `INSERT INTO workflow_runs (id, workflow_id, attempt, status, run_directory) VALUES ($1, $2, $3, 'running', $4)`,
      [attemptId, runId, attempt, runDirectory],
    );
    return { runId, attemptId, attempt, runDirectory };
  }

  /** The attempt's and the run's end, as the run's own machinery writes it. */
  async finish(attempt: IngestedAttempt): Promise<void> {
    await this.pool.query(`UPDATE workflow_runs SET status = 'completed' WHERE id = $1`, [attempt.attemptId]);
    await this.pool.query(`UPDATE workflows SET status = 'completed' WHERE id = $1`, [attempt.runId]);
  }

  async append(attempt: IngestedAttempt, file: string, text: string | Buffer): Promise<void> {
    await mkdir(attempt.runDirectory, { recursive: true });
    await appendFile(path.join(attempt.runDirectory, file), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ingestion.closeAll();
    await this.changes[Symbol.asyncDispose]();
    await this.listener[Symbol.asyncDispose]();
    await this.pool.end();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** A line of events.jsonl. */
export function eventLine(
  seq: number,
  type: string,
  fields: object,
  time = '2026-11-23T22:40:31.123Z',
): string {
  return `${JSON.stringify({ seq, time, type, ...fields })}\n`;
}
