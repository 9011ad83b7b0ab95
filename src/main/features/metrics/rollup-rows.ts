import { fault } from '../../../shared/errors/catalogue.ts';
import type { Db } from '../../postgres/db.ts';
import { parseJsonb } from '../../postgres/jsonb-text.ts';
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

/**
 * Buckets in columns of equal length, in order; `min`, `max` are null where no point is finite, `sum` is a string where it is beyond
 * the largest double.
 */
export interface BucketColumns {
  readonly count: readonly number[];
  readonly nonFinite: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly sum: readonly (number | string | null)[];
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

const selectView = `SELECT run.last_seq AS "lastSeq", attempt.attempt, cursor.state::text AS state FROM workflows AS run
  LEFT JOIN workflow_runs AS attempt ON attempt.workflow_id = run.id
  LEFT JOIN ingest_cursors AS cursor ON cursor.attempt_id = attempt.id
  WHERE run.id = $1 AND run.deleted_at IS NULL ORDER BY attempt.attempt`;

/** JSON text for all of a range: thousands of rows of small numbers cost the driver more than PostgreSQL. */
const column = (name: string, alias: string) =>
  `coalesce(array_to_json(array_agg(b.${name})), '[]') AS "${alias}"`;
const selectBuckets = `SELECT columns.* FROM ${wanted} CROSS JOIN LATERAL (
    SELECT ${column('count', 'count')}, ${column('nonfinite', 'nonFinite')}, ${column('min', 'min')}, ${column('max', 'max')},
      ${column('sum', 'sum')}, ${column('last_step', 'lastStep')}, ${column('last_epoch', 'lastEpoch')}
    FROM (SELECT * FROM ${ofRange} ORDER BY r.bucket) AS b) AS columns ORDER BY wanted.place`;

const selectExact = `SELECT exact.points FROM ${wanted} CROSS JOIN LATERAL (
    SELECT json_agg(b.points) AS points FROM (SELECT r.points FROM ${ofRange} ORDER BY r.bucket) AS b) AS exact
  ORDER BY wanted.place`;

const selectTouched = `SELECT touched.* FROM ${wanted} CROSS JOIN LATERAL (
    SELECT min(r.bucket) AS "from", max(r.bucket) + 1 AS "to", min(r.first_seq) AS "firstSeq", max(r.last_seq) AS "lastSeq"
    FROM ${ofRange} AND r.last_step >= $7 AND r.first_step <= $8) AS touched ORDER BY wanted.place`;

/** What the rollups of a run hold, as of one moment: the rows it speaks of never change, so that no transaction is needed. */
export interface RollupView {
  readonly db: Db;
  readonly runId: string;
  /** The journal's last number, which it covers. */
  readonly lastSeq: number;
  /** In order. */
  readonly attempts: readonly { readonly attempt: number; readonly rollups: RollupState }[];
}

/** @throws TrainyardError RUN_NOT_FOUND */
export async function openRollups(db: Db, runId: string): Promise<RollupView> {
  const opened = await query<{ lastSeq: number; attempt: number; state: string | null }>(
    db,
    { name: 'rollup-view', text: selectView },
    [runId],
  );
  const [first] = opened;
  if (!first) throw fault('RUN_NOT_FOUND', { run: runId });
  const attempts = opened.flatMap(({ attempt, state }) =>
    state === null ? [] : [{ attempt, rollups: decodeState(parseJsonb(state)).rollups }],
  );
  return { db, runId, lastSeq: first.lastSeq, attempts };
}

function parametersOf({ runId }: RollupView, ranges: readonly BucketRange[]): unknown[] {
  const fields = ['attempt', 'name', 'level', 'from', 'to'] as const;
  return [runId, ...fields.map((field) => ranges.map((range) => range[field]))];
}

/** Whole buckets of each range, of level 1 or above. */
export function bucketsIn(view: RollupView, ranges: readonly BucketRange[]): Promise<BucketColumns[]> {
  return query(view.db, { name: 'rollup-buckets', text: selectBuckets }, parametersOf(view, ranges));
}

/** The points that the buckets of each range, of level 1, hold as they are. */
export async function exactPointsIn(
  view: RollupView,
  ranges: readonly BucketRange[],
): Promise<ExactPoints[]> {
  // What JSON has no number for is a string.
  const rows = await query<{ points: ((number | string)[] | null)[] | null }>(
    view.db,
    { name: 'rollup-exact', text: selectExact },
    parametersOf(view, ranges),
  );
  return rows.map(({ points }) => (points ?? []).flatMap((bucket) => (bucket ?? []).map(Number)));
}

/** Of each range, the part that touches the window; null where nothing does. */
export async function touchedIn(
  view: RollupView,
  ranges: readonly BucketRange[],
  { fromStep, toStep }: StepWindow,
): Promise<(TouchedRange | null)[]> {
  const statement = { name: 'rollup-touched', text: selectTouched };
  const values = [...parametersOf(view, ranges), fromStep, toStep];
  const rows = await query<TouchedRange | { from: null }>(view.db, statement, values);
  return rows.map((row) => (row.from === null ? null : row));
}

/** Whether every month of the run has its partition: where one was detached or dropped, points are missing and rollups are all there is. */
export async function hasItsPoints({ db, runId }: RollupView): Promise<boolean> {
  const [row] = await query<{ whole: boolean }>(
    db,
    `SELECT NOT EXISTS (
       SELECT FROM (SELECT min(started_at) AS first, max(coalesce(ended_at, now())) AS last FROM workflow_runs WHERE workflow_id = $1) AS run,
         generate_series(date_trunc('month', run.first, 'UTC'), run.last, interval '1 month') AS month
       WHERE to_regclass('public.metrics_partition_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL) AS whole`,
    [runId],
  );
  return row?.whole ?? true;
}

/** Points as they were given, with journal numbers from and to, both included. */
export function pointsIn({ db, runId, lastSeq }: RollupView, fromSeq: number, toSeq: number) {
  return pointsBetween(db, runId, fromSeq, Math.min(toSeq, lastSeq));
}
