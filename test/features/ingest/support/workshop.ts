import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterAll } from 'vitest';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { ChannelChanges, type ReadingQuery } from '../../../../src/main/features/changes/channel-changes.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { type BatchLimits, batchLimits } from '../../../../src/main/features/ingest/attempt-reader.ts';
import type { IngestedAttempt } from '../../../../src/main/features/ingest/cursor.ts';
import { IngestStore } from '../../../../src/main/features/ingest/ingest-store.ts';
import { IngestionService } from '../../../../src/main/features/ingest/ingestion-service.ts';
import { readEvents } from '../../../../src/main/features/journal/read-events.ts';
import { type LogQuery, readLog } from '../../../../src/main/features/logs/read-log.ts';
import { LivePoints } from '../../../../src/main/features/metrics/live-points.ts';
import { readPoints } from '../../../../src/main/features/metrics/point-rows.ts';
import { type LiveQuery, readLive } from '../../../../src/main/features/metrics/read-live.ts';
import { type RollupShape, rollupShape } from '../../../../src/main/features/metrics/rollups.ts';
import { readSeries, type SeriesQuery } from '../../../../src/main/features/metrics/series.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { createCache } from '../../../../src/main/stores/cache/postgres-cache.ts';
import { PostgresDocumentStore } from '../../../../src/main/stores/documents/postgres/document-store.ts';
import { Listener } from '../../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../../src/main/stores/pubsub/postgres/pubsub.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres.ts';

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
  readonly db;
  readonly events;
  readonly metrics;
  readonly logs;
  readonly series;
  readonly live;
  readonly shape: RollupShape;
  /** What was written into the log. */
  readonly warnings: { readonly message: string; readonly details: object }[] = [];
  private readonly listener;
  private readonly changes;
  private readonly livePoints;
  private readonly folders: string[] = [];

  constructor(url: string, { shape = rollupShape, limits = {} }: WorkshopOptions = {}) {
    this.shape = shape;
    this.pool = createPool({ url });
    this.documents = new PostgresDocumentStore(this.pool);
    this.cache = createCache(this.pool);
    this.listener = new Listener(this.pool, () => undefined);
    this.pubSub = createPubSub(this.pool, this.listener, () => undefined);
    const log = {
      info: () => undefined,
      warn: (details: object, message: string) => this.warnings.push({ message, details }),
    };
    this.db = new Db(this.pool);
    this.store = new IngestStore(this.db);
    this.livePoints = new LivePoints(this.pubSub);
    this.ingestion = new IngestionService({
      livePoints: this.livePoints,
      log,
      store: this.store,
      documents: this.documents,
      cache: this.cache,
      pubSub: this.pubSub,
      changes: new ChangeFeed(),
      shape,
      limits: { ...batchLimits, ...limits },
    });
    this.changes = new ChannelChanges(this.pubSub);
    const readings = { db: this.db, documents: this.documents, changes: this.changes };
    this.events = { read: (query: ReadingQuery) => readEvents(readings, query) };
    this.metrics = { read: (query: ReadingQuery) => readPoints(readings, query) };
    this.live = { read: (query: LiveQuery) => readLive({ db: this.db, live: this.livePoints }, query) };
    this.logs = { read: (query: LogQuery) => readLog(readings, query) };
    this.series = { read: (query: SeriesQuery) => readSeries(this.db, query, shape) };
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
    return { runId, id: attemptId, attempt, runDirectory };
  }

  /** The attempt's and the run's end, as the run's own machinery writes it. */
  async finish(attempt: IngestedAttempt): Promise<void> {
    await this.pool.query(`UPDATE workflow_runs SET status = 'completed' WHERE id = $1`, [attempt.id]);
    await this.pool.query(`UPDATE workflows SET status = 'completed' WHERE id = $1`, [attempt.runId]);
  }

  async append(attempt: IngestedAttempt, file: string, text: string | Buffer): Promise<void> {
    await mkdir(attempt.runDirectory, { recursive: true });
    await appendFile(path.join(attempt.runDirectory, file), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ingestion.closeAll();
    await this.changes[Symbol.asyncDispose]();
    await this.livePoints[Symbol.asyncDispose]();
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

/** A workshop on a database of its own, for the tests of one file. */
export async function openWorkshop(): Promise<{
  readonly workshop: Workshop;
  readonly database: TestDatabase;
}> {
  const database = await createTestDatabase();
  const workshop = new Workshop(database.url);
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });
  return { workshop, database };
}
