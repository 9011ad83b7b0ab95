import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Db } from '../../postgres/db.ts';
import { fromJsonbText } from '../../postgres/jsonb-text.ts';
import { query } from '../../postgres/rows.ts';
import { decodeState } from '../ingest/cursor.ts';
import { pointsBetween } from './point-rows.ts';
import type { ExactPoints, RollupState } from './rollups.ts';

/** A line of one attempt's metric at one level. */
export interface BucketRange {
  readonly attempt: number;
  readonly name: string;
  readonly level: number;
  /** From this bucket to before that one. */
  readonly from: number;
  readonly to: number;
}

/** The steps that a chart shows, both included. */
export interface StepWindow {
  readonly fromStep: number;
  readonly toStep: number;
}

/** Buckets in columns of equal length, in order; `min`, `max` are null where no point is finite, `sum` where it is not. */
export interface BucketColumns {
  readonly count: readonly number[];
  readonly nonFinite: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly sum: readonly (number | null)[];
  readonly lastStep: readonly number[];
  readonly lastEpoch: readonly number[];
}

/** Those buckets of a range that touch a window, and whatever stands between them. */
export interface TouchedRange {
  readonly from: number;
  readonly to: number;
  /** The journal numbers of their first and last point. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

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

/** What the rollups of a run hold, as of one moment: the rows it speaks of never change, so that no transaction is needed. */
export class RollupView {
  /** The journal's last number: what the view covers. */
  readonly lastSeq: number;
  /** By attempt number, in order. */
  readonly attempts: readonly { readonly attempt: number; readonly rollups: RollupState }[];
  private readonly db: Db;
  private readonly runId: string;

  private constructor(db: Db, runId: string, lastSeq: number, attempts: RollupView['attempts']) {
    this.db = db;
    this.runId = runId;
    this.lastSeq = lastSeq;
    this.attempts = attempts;
  }

  /** @throws TrainyardError RUN_NOT_FOUND */
  static async open(db: Db, runId: string): Promise<RollupView> {
    const rows = await query<ViewRow>(db, { name: 'rollup-view', text: selectView }, [runId]);
    const [first] = rows;
    if (!first) throw fault('RUN_NOT_FOUND', { run: runId });
    const attempts = rows.flatMap(({ attempt, state }) =>
      attempt === null || state === null
        ? []
        : [{ attempt, rollups: decodeState(fromJsonbText(state)).rollups }],
    );
    return new RollupView(db, runId, first.last_seq, attempts);
  }

  /** Whole buckets of each range, of level 1 or above. */
  async buckets(ranges: readonly BucketRange[]): Promise<BucketColumns[]> {
    const statement = { name: 'rollup-buckets', text: selectBuckets };
    const rows = await query<BucketRow>(this.db, statement, this.parameters(ranges));
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

  /** The points that the buckets of each range, of level 1, hold as they are. */
  async exact(ranges: readonly BucketRange[]): Promise<ExactPoints[]> {
    const statement = { name: 'rollup-exact', text: selectExact };
    const rows = await query<ExactRow>(this.db, statement, this.parameters(ranges));
    return rows.map(({ points }) => (points ?? []).flatMap((bucket) => (bucket ?? []).map(Number)));
  }

  /** Of each range, the part that touches the window; null where nothing does. */
  async within(
    ranges: readonly BucketRange[],
    { fromStep, toStep }: StepWindow,
  ): Promise<(TouchedRange | null)[]> {
    const statement = { name: 'rollup-touched', text: selectTouched };
    const values = [...this.parameters(ranges), fromStep, toStep];
    const rows = await query<TouchedRow>(this.db, statement, values);
    return rows.map(({ first, behind, first_seq: firstSeq, last_seq: lastSeq }) =>
      first === null || behind === null || firstSeq === null || lastSeq === null
        ? null
        : { from: first, to: behind, firstSeq, lastSeq },
    );
  }

  /** Points as they were given, with journal numbers from and to, both included. */
  points(fromSeq: number, toSeq: number): Promise<MetricPoint[]> {
    return pointsBetween(this.db, this.runId, fromSeq, Math.min(toSeq, this.lastSeq));
  }

  private parameters(ranges: readonly BucketRange[]): unknown[] {
    const fields = ['attempt', 'name', 'level', 'from', 'to'] as const;
    return [this.runId, ...fields.map((field) => ranges.map((range) => range[field]))];
  }
}
