import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { fromJsonbText } from '../../postgres/jsonb-text.ts';
import { decodeState } from '../ingest/cursor.ts';
import { pointsBetween } from './point-rows.ts';
import type {
  BucketColumns,
  BucketRange,
  RollupReader,
  RollupView,
  StepWindow,
  StoredPoint,
  TouchedRange,
} from './ports.ts';
import type { ExactPoints, RollupState } from './rollups.ts';

/** The ranges as a table: $2 attempts, $3 names, $4 levels, $5 from, $6 to. */
const wanted = `unnest($2::integer[], $3::text[], $4::smallint[], $5::bigint[], $6::bigint[])
  WITH ORDINALITY AS wanted (attempt, name, level, first, behind, place)`;
const ofRange = `metric_rollups AS r WHERE r.workflow_id = $1 AND r.name = wanted.name AND r.level = wanted.level
  AND r.attempt = wanted.attempt AND r.bucket >= wanted.first AND r.bucket < wanted.behind`;

const selectView = `SELECT run.last_seq, attempt.attempt, cursor.state::text AS state FROM workflows AS run
  LEFT JOIN workflow_runs AS attempt ON attempt.workflow_id = run.id
  LEFT JOIN ingest_cursors AS cursor ON cursor.attempt_id = attempt.id
  WHERE run.id = $1 AND run.deleted_at IS NULL ORDER BY attempt.attempt`;

/** One JSON text for all of a range: thousands of rows of small numbers cost the driver more than PostgreSQL. */
const selectBuckets = `SELECT columns.* FROM ${wanted} CROSS JOIN LATERAL (
    SELECT array_to_json(ARRAY[array_agg(b.count), array_agg(b.nonfinite), array_agg(b.last_step), array_agg(b.last_epoch)]) AS whole,
      array_to_json(ARRAY[array_agg(b.min), array_agg(b.max), array_agg(b.sum)]) AS real
    FROM (SELECT * FROM ${ofRange} ORDER BY r.bucket) AS b) AS columns ORDER BY wanted.place`;

const selectExact = `SELECT exact.points FROM ${wanted} CROSS JOIN LATERAL (
    SELECT json_agg(b.points) AS points FROM (SELECT r.points FROM ${ofRange} ORDER BY r.bucket) AS b) AS exact
  ORDER BY wanted.place`;

const selectTouched = `SELECT touched.* FROM ${wanted} CROSS JOIN LATERAL (
    SELECT min(r.bucket) AS first, max(r.bucket) + 1 AS behind, min(r.first_seq) AS first_seq, max(r.last_seq) AS last_seq
    FROM ${ofRange} AND r.last_step >= $7 AND r.first_step <= $8) AS touched ORDER BY wanted.place`;

interface ViewRow {
  readonly last_seq: number;
  readonly attempt: number | null;
  readonly state: string | null;
}

interface BucketRow {
  readonly whole: [number[], number[], number[], number[]];
  /** What JSON has no number for (a sum beyond the largest double) is a string. */
  readonly real: [(number | null)[], (number | null)[], (number | string | null)[]];
}

interface ExactRow {
  /** What JSON has no number for is a string. */
  readonly points: ((number | string)[] | null)[] | null;
}

interface TouchedRow {
  readonly first: number | null;
  readonly behind: number | null;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
}

/** Rollups of PostgreSQL. One statement says what there is; the rows it speaks of never change: no transaction is needed. */
export class PostgresRollupReader implements RollupReader {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async view<Result>(runId: string, read: (view: RollupView) => Promise<Result>): Promise<Result> {
    const { rows } = await this.pool.query<ViewRow>({
      name: 'rollup-view',
      text: selectView,
      values: [runId],
    });
    const [first] = rows;
    if (!first) throw fault('RUN_NOT_FOUND', { run: runId });
    const attempts = rows.flatMap(({ attempt, state }) =>
      attempt === null || state === null
        ? []
        : [{ attempt, rollups: decodeState(fromJsonbText(state)).rollups }],
    );
    return read(new PostgresRollupView(this.pool, runId, first.last_seq, attempts));
  }
}

class PostgresRollupView implements RollupView {
  readonly lastSeq: number;
  readonly attempts: readonly { readonly attempt: number; readonly rollups: RollupState }[];
  private readonly pool: pg.Pool;
  private readonly runId: string;

  constructor(pool: pg.Pool, runId: string, lastSeq: number, attempts: RollupView['attempts']) {
    this.pool = pool;
    this.runId = runId;
    this.lastSeq = lastSeq;
    this.attempts = attempts;
  }

  async buckets(ranges: readonly BucketRange[]): Promise<BucketColumns[]> {
    const { rows } = await this.pool.query<BucketRow>({
      name: 'rollup-buckets',
      text: selectBuckets,
      values: this.parameters(ranges),
    });
    return rows.map(({ whole: [count, nonFinite, lastStep, lastEpoch], real: [min, max, sum] }) => ({
      count: count ?? [],
      nonFinite: nonFinite ?? [],
      min: min ?? [],
      max: max ?? [],
      sum: (sum ?? []).map((value) => (typeof value === 'number' ? value : null)),
      lastStep: lastStep ?? [],
      lastEpoch: lastEpoch ?? [],
    }));
  }

  async exact(ranges: readonly BucketRange[]): Promise<ExactPoints[]> {
    const { rows } = await this.pool.query<ExactRow>({
      name: 'rollup-exact',
      text: selectExact,
      values: this.parameters(ranges),
    });
    return rows.map(({ points }) => (points ?? []).flatMap((bucket) => (bucket ?? []).map(Number)));
  }

  async within(ranges: readonly BucketRange[], window: StepWindow): Promise<(TouchedRange | null)[]> {
    const { rows } = await this.pool.query<TouchedRow>({
      name: 'rollup-touched',
      text: selectTouched,
      values: [...this.parameters(ranges), window.fromStep, window.toStep],
    });
    return rows.map(({ first, behind, first_seq: firstSeq, last_seq: lastSeq }) =>
      first === null || behind === null || firstSeq === null || lastSeq === null
        ? null
        : { from: first, to: behind, firstSeq, lastSeq },
    );
  }

  points(fromSeq: number, toSeq: number): Promise<StoredPoint[]> {
    return pointsBetween(this.pool, this.runId, fromSeq, Math.min(toSeq, this.lastSeq));
  }

  private parameters(ranges: readonly BucketRange[]): unknown[] {
    return [
      this.runId,
      ranges.map(({ attempt }) => attempt),
      ranges.map(({ name }) => name),
      ranges.map(({ level }) => level),
      ranges.map(({ from }) => from),
      ranges.map(({ to }) => to),
    ];
  }
}
