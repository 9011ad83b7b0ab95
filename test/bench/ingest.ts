import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import { ChangeFeed } from '../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import type { IngestedAttempt } from '../../src/main/features/ingest/cursor.ts';
import { metricRowColumns } from '../../src/main/features/ingest/ingest-rows.ts';
import { IngestStore } from '../../src/main/features/ingest/ingest-store.ts';
import { IngestionService } from '../../src/main/features/ingest/ingestion-service.ts';
import { Db } from '../../src/main/postgres/db.ts';
import { createPool } from '../../src/main/postgres/pool.ts';
import { createCache } from '../../src/main/stores/cache/postgres-cache.ts';
import { PostgresDocumentStore } from '../../src/main/stores/documents/postgres/document-store.ts';
import { processorSeconds } from './support/cpu.ts';
import { metricLine, writeMetricsFile } from './support/metrics-file.ts';
import { median, percentile, type Row } from './table.ts';

export interface IngestBenchOptions {
  readonly points?: number;
  readonly rounds?: number;
  /** Of live writing at each rate, in seconds. */
  readonly liveSeconds?: number;
}

interface Timing {
  readonly seconds: number;
  readonly processor: number | null;
}

type Format = 'text' | 'binary';

const columns = metricRowColumns.join(', ');
const copyOptions = (format: Format) => `(FORMAT ${format})`;

/** What ingest publishes of a commit. */
const committed = z.object({ data: z.object({ seq: z.int() }) });

/** One database with ingest on it, and COPY beside it. */
class IngestBench implements AsyncDisposable {
  readonly pool: pg.Pool;
  readonly folder: string;
  private readonly ingestion: IngestionService;
  private heard: (lastSeq: number) => void = () => undefined;

  constructor(url: string, folder: string) {
    this.pool = createPool({ url }, { max: 8 });
    this.folder = folder;
    const log = { warn: (details: object, message: string) => console.error(message, details) };
    this.ingestion = new IngestionService({
      log,
      store: new IngestStore(new Db(this.pool)),
      documents: new PostgresDocumentStore(this.pool),
      cache: createCache(this.pool),
      changes: new ChangeFeed(),
      pubSub: {
        publish: async (_, message) => this.heard(committed.parse(message).data.seq),
        subscribe: async () => new AsyncDisposableStack(),
      },
    });
  }

  async attempt(runDirectory: string): Promise<IngestedAttempt> {
    const [projectId, runId, attemptId] = [randomUUID(), randomUUID(), randomUUID()];
    await this.pool.query('INSERT INTO projects (id, user_id, name) VALUES ($1, $2, $3)', [
      projectId,
      localOwnerId,
      projectId,
    ]);
    await this.pool.query(
      `INSERT INTO workflows (id, project_id, user_id, name) VALUES ($1, $2, $3, 'bench')`,
      [runId, projectId, localOwnerId],
    );
    await this.pool.query('INSERT INTO workflow_runs (id, workflow_id, attempt) VALUES ($1, $2, 1)', [
      attemptId,
      runId,
    ]);
    return { runId, id: attemptId, attempt: 1, runDirectory };
  }

  /** Empties what is measured, so that every measurement begins alike. */
  async clear(): Promise<void> {
    await this.pool.query('TRUNCATE projects CASCADE');
    await this.pool.query('TRUNCATE metric_rollups');
    await this.pool.query('CHECKPOINT');
  }

  /** Ingests the folder's file; answers the journal number at each commit as well. */
  async ingest(): Promise<Timing & { attempt: IngestedAttempt; commits: number[] }> {
    await this.clear();
    const attempt = await this.attempt(this.folder);
    const commits: number[] = [];
    this.heard = (lastSeq) => commits.push(lastSeq);
    const timing = await this.timed(() => this.ingestion.drain(attempt, { final: true }));
    return { ...timing, attempt, commits };
  }

  /** The rows of a run as COPY gives them, cut where ingest committed. */
  async rowsOf(attempt: IngestedAttempt, commits: readonly number[], format: Format): Promise<Buffer[]> {
    const parts: Buffer[] = [];
    let after = 0;
    for (const until of commits) {
      const client = await this.pool.connect();
      try {
        const rows = `SELECT ${columns} FROM metrics WHERE workflow_id = '${attempt.runId}' AND seq > ${after} AND seq <= ${until} ORDER BY seq`;
        parts.push(
          Buffer.concat(
            await client.query(copyTo(`COPY (${rows}) TO STDOUT ${copyOptions(format)}`)).toArray(),
          ),
        );
      } finally {
        client.release();
      }
      after = until;
    }
    return parts;
  }

  /** COPY of the rows into the same table with all its constraints and indexes, in the same transactions. */
  async copy(attempt: IngestedAttempt, parts: readonly Buffer[], format: Format): Promise<Timing> {
    await this.clear();
    const projectId = randomUUID();
    await this.pool.query('INSERT INTO projects (id, user_id, name) VALUES ($1, $2, $3)', [
      projectId,
      localOwnerId,
      projectId,
    ]);
    await this.pool.query(
      `INSERT INTO workflows (id, project_id, user_id, name) VALUES ($1, $2, $3, 'bench')`,
      [attempt.runId, projectId, localOwnerId],
    );
    await this.pool.query('INSERT INTO workflow_runs (id, workflow_id, attempt) VALUES ($1, $2, 1)', [
      attempt.id,
      attempt.runId,
    ]);
    const client = await this.pool.connect();
    try {
      return await this.timed(async () => {
        for (const part of parts) {
          await client.query('BEGIN');
          await pipeline(
            Readable.from([part]),
            client.query(copyFrom(`COPY metrics (${columns}) FROM STDIN ${copyOptions(format)}`)),
          );
          await client.query('COMMIT');
        }
      });
    } finally {
      client.release();
    }
  }

  /** Writes points at a rate and measures from each write to the commit that holds it. */
  async lag(perSecond: number, seconds: number): Promise<{ lags: number[] }> {
    await this.clear();
    const folder = await mkdtemp(path.join(this.folder, 'live-'));
    const attempt = await this.attempt(folder);
    const writtenAt: number[] = [0];
    const lags: number[] = [];
    let covered = 0;
    this.heard = (lastSeq) => {
      const now = performance.now();
      for (; covered < lastSeq; covered += 1) lags.push(now - (writtenAt[covered + 1] ?? now));
    };
    await this.ingestion.open(attempt);
    const file = path.join(folder, 'events.jsonl');
    const start = performance.now();
    let seq = 0;
    while (performance.now() - start < seconds * 1000) {
      const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
      let text = '';
      for (; seq < due; ) {
        seq += 1;
        text += metricLine(seq, Math.random, Date.now());
        writtenAt[seq] = performance.now();
      }
      if (text !== '') await appendFile(file, text);
      await sleep(Math.max(1, 1000 / perSecond / 4));
    }
    await this.ingestion.drain(attempt, { final: true });
    return { lags };
  }

  private async timed(work: () => Promise<unknown>): Promise<Timing> {
    const before = await this.processor();
    const start = performance.now();
    await work();
    const seconds = (performance.now() - start) / 1000;
    const after = await this.processor();
    return { seconds, processor: before !== null && after !== null ? after - before : null };
  }

  /** Of this process and of PostgreSQL's connections; those must not change in between. */
  private async processor(): Promise<number | null> {
    const { rows } = await this.pool.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
    );
    return processorSeconds(rows.map(({ pid }) => pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ingestion.closeAll();
    await this.pool.end();
  }
}

/**
 * Ingest of a metrics file against COPY of the same rows into the same table with its constraints and indexes, in the same
 * transactions, by turns; and how long a point that is written takes to its commit.
 */
export async function benchIngest(
  databaseUrl: string,
  { points = 300_000, rounds = 3, liveSeconds = 10 }: IngestBenchOptions = {},
): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-bench-ingest-'));
  try {
    await using bench = new IngestBench(databaseUrl, folder);
    await writeMetricsFile(path.join(folder, 'events.jsonl'), points);
    const { attempt, commits } = await bench.ingest();
    const text = await bench.rowsOf(attempt, commits, 'text');
    const binary = await bench.rowsOf(attempt, commits, 'binary');
    const measured = {
      ingest: [] as Timing[],
      text: [] as Timing[],
      again: [] as Timing[],
      binary: [] as Timing[],
    };
    for (let round = 0; round < rounds; round += 1) {
      measured.text.push(await bench.copy(attempt, text, 'text'));
      measured.ingest.push(await bench.ingest());
      measured.again.push(await bench.copy(attempt, text, 'text'));
      measured.binary.push(await bench.copy(attempt, binary, 'binary'));
    }
    const live = { few: await bench.lag(10, liveSeconds), many: await bench.lag(10_000, liveSeconds) };
    return [...speedRows(points, measured), lagRow(live)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many times as fast the second is as the first: the middle of the rounds, each against its neighbour in time. */
function pairedRatio(first: readonly Timing[], second: readonly Timing[]): number {
  return median(first.map((timing, round) => timing.seconds / (second[round]?.seconds ?? Number.NaN)));
}

function speedRows(
  points: number,
  measured: Record<'ingest' | 'text' | 'again' | 'binary', Timing[]>,
): Row[] {
  const seconds = (timings: readonly Timing[]) => median(timings.map((timing) => timing.seconds));
  const rate = (timings: readonly Timing[]) =>
    `${Math.round(points / seconds(timings)).toLocaleString('en')}/s`;
  const perMillion = (timings: readonly Timing[]) => {
    const processor = timings.flatMap((timing) => timing.processor ?? []);
    return processor.length === 0 ? '?' : ((median(processor) / points) * 1e6).toFixed(1);
  };
  const ratio = pairedRatio(measured.text, measured.ingest);
  const control = pairedRatio(measured.text, measured.again);
  const detail =
    `${points.toLocaleString('en')} points of 4 values: COPY ${rate(measured.text)}, ingest with rollups and journal ${rate(measured.ingest)}; ` +
    `processor seconds for a million points, engine and PostgreSQL together: COPY ${perMillion(measured.text)}, ingest ${perMillion(measured.ingest)}`;
  return [
    {
      name: 'ingest of a metrics file, against COPY of its rows',
      ratio,
      goal: '≥ 0.95',
      met: ratio >= 0.95,
      control,
      detail,
    },
    {
      name: 'the same, against COPY in binary format',
      ratio: pairedRatio(measured.binary, measured.ingest),
      goal: '–',
      met: null,
      control,
      detail: `COPY ${rate(measured.binary)}, processor seconds for a million points: ${perMillion(measured.binary)}`,
    },
  ];
}

function lagRow({ few, many }: Record<'few' | 'many', { lags: number[] }>): Row {
  const lag = (lags: readonly number[], share: number) => `${percentile(lags, share).toFixed(1)} ms`;
  return {
    name: 'lag from write to commit',
    ratio: null,
    goal: '–',
    met: null,
    control: null,
    detail:
      `at 10 points/s: median ${lag(few.lags, 0.5)}, p99 ${lag(few.lags, 0.99)}; at 10,000 points/s: median ${lag(many.lags, 0.5)}, ` +
      `p99 ${lag(many.lags, 0.99)}, longest ${lag(many.lags, 1)}, ${many.lags.length.toLocaleString('en')} points`,
  };
}
