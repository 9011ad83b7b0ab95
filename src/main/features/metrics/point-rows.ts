import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import { exactJson, exactText } from '../../../shared/model/metric-values.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';
import { runChannel } from '../../stores/pubsub/ports.ts';
import type { ReadingQuery, RunReadings } from '../changes/channel-changes.ts';
import { journalEnd } from '../journal/journal-rows.ts';

/** A column of `metrics` of its own, as `numeric(precision, scale)`. */
export interface MetricColumn {
  readonly name: string;
  readonly scale: number;
  /** 10^scale. */
  readonly factor: number;
  /** The largest that the column holds, times `factor`. */
  readonly largest: number;
}

const column = (name: string, precision: number, scale: number): MetricColumn => ({
  name,
  scale,
  factor: 10 ** scale,
  largest: 10 ** precision - 1,
});

/** The metrics with a column of their own, in the table's order. */
export const metricColumns: readonly MetricColumn[] = [
  column('train_loss', 10, 6),
  column('train_accuracy', 10, 6),
  column('val_loss', 10, 6),
  column('val_accuracy', 10, 6),
  column('gpu_utilization', 5, 2),
  column('memory_usage_gb', 10, 2),
];

const columnOf = new Map(metricColumns.map(({ name }, index) => [name, index]));

/** A metric of an attempt. */
export interface MetricName {
  readonly name: string;
  /** As a name in JSON text: quoted and escaped. */
  readonly json: string;
  /** Counts the attempt's names from 0 in the order of their first appearance. */
  readonly id: number;
  /** Index in {@link metricColumns}; -1 where it has no column of its own. */
  readonly column: number;
}

/** Names beyond so many are not remembered: their ids then say only that they are too many. */
const mostRemembered = 4096;

/** The names of an attempt's metrics. */
export class MetricNames {
  private readonly known = new Map<string, MetricName>();

  /** @param names those seen before, in the order of their ids */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.get(name);
  }

  get(name: string): MetricName {
    const known = this.known.get(name);
    if (known) return known;
    const made: MetricName = {
      name,
      json: JSON.stringify(name),
      id: this.known.size,
      column: columnOf.get(name) ?? -1,
    };
    if (this.known.size < mostRemembered) this.known.set(name, made);
    return made;
  }

  get count(): number {
    return this.known.size;
  }
}

/**
 * What stands in the column for a value, times the column's factor (an integer); NaN for NULL: a value that is not finite, is
 * too large, or is not zero and would round to zero.
 */
export function scaledForColumn(value: number, { factor, largest, scale }: MetricColumn): number {
  const product = value * factor;
  const size = Math.abs(product);
  // Beyond 2^53 a product says nothing of its fraction, and is too large anyway. NaN fails the comparison.
  if (!(size <= largest + 1)) return Number.NaN;
  let rounded = Math.round(size);
  // Near a half the product's own rounding could tip it: the decimal digits decide, half away from zero as PostgreSQL does.
  if (Math.abs(size - Math.floor(size) - 0.5) < 1e-4) rounded = roundedByDigits(Math.abs(value), scale);
  if (rounded > largest || (rounded === 0 && value !== 0)) return Number.NaN;
  return product < 0 ? -rounded : rounded;
}

/** Whether a column holds exactly this value: `scaled` / `factor` is then the double that was given. */
function isHeldExactly(value: number, scaled: number, { factor }: MetricColumn): boolean {
  return scaled / factor === value && !Object.is(value, -0);
}

/** Rounds the shortest decimal text of a value that is not negative to `scale` digits; answers the digits as an integer. */
function roundedByDigits(value: number, scale: number): number {
  const text = value.toString();
  const exponentAt = text.indexOf('e');
  // Below 1e-6 the text has an exponent; above 1e21 too, but that was refused before.
  const shift = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const [whole = '', fraction = ''] = (exponentAt < 0 ? text : text.slice(0, exponentAt)).split('.');
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, -shift), '0');
  const point = digits.length - fraction.length + Math.min(0, shift);
  const kept = digits.slice(0, point + scale).padEnd(point + scale, '0');
  const next = digits.charCodeAt(point + scale);
  return Number(kept) + (next >= 0x35 ? 1 : 0);
}

/**
 * Splits a point's values (those from `from` to before `to`) into what the columns hold and what `extra_metrics` holds.
 * @param scaled gets one element for each of {@link metricColumns}: {@link scaledForColumn}
 * @returns the JSON text of `extra_metrics`; null where it holds nothing
 */
export function splitValues(
  names: readonly MetricName[],
  values: readonly number[],
  from: number,
  to: number,
  scaled: Float64Array,
): string | null {
  scaled.fill(Number.NaN);
  let extra = '';
  for (let index = from; index < to; index += 1) {
    const { json: name, column } = names[index] as MetricName;
    const value = values[index] as number;
    const spec = metricColumns[column];
    let json: number | string;
    if (spec === undefined) {
      json = exactJson(value);
      if (typeof json === 'string') json = `"${json}"`;
    } else {
      const held = scaledForColumn(value, spec);
      scaled[column] = held;
      if (isHeldExactly(value, held, spec)) continue;
      json = `"${exactText(value)}"`;
    }
    extra += extra === '' ? `{${name}:${json}` : `,${name}:${json}`;
  }
  return extra === '' ? null : `${extra}}`;
}

/** The values of a point as they were given, `extra` before what the columns hold; those that are not finite as strings. */
export function joinValues(
  columns: readonly (number | null)[],
  extra: Readonly<Record<string, number | string>> | null,
): Record<string, number | string> {
  const values: [string, number | string][] = [];
  for (const [index, { name }] of metricColumns.entries()) {
    const held = columns[index];
    if (held !== null && held !== undefined && extra?.[name] === undefined) values.push([name, held]);
  }
  for (const [name, value] of Object.entries(extra ?? {})) {
    const exact = Number(value);
    values.push([name, Number.isFinite(exact) ? exact : String(value)]);
  }
  return Object.fromEntries(values);
}

interface PointRow extends Omit<MetricPoint, 'time' | 'values'> {
  readonly time: Date;
  readonly extra: Record<string, number | string> | null;
  readonly columns: (number | null)[];
}

/** Rows without a number of the journal were put there by somebody else, and are none of the run's points. */
const selectPoints = `SELECT seq, attempt, attempt_seq AS "attemptSeq", coalesce(exact_step, step) AS step,
    coalesce(exact_epoch, epoch) AS epoch, recorded_at AS time, extra_metrics AS extra,
    ARRAY[${metricColumns.map(({ name }) => name).join(', ')}] AS columns
  FROM metrics WHERE workflow_id = $1 AND seq >= $2 AND seq <= $3 AND attempt IS NOT NULL AND attempt_seq IS NOT NULL
  ORDER BY seq LIMIT $4`;

/** A run's points with journal numbers from and to, both included; their values as they were given. */
export async function pointsBetween(
  db: Db,
  runId: string,
  from: number,
  to: number,
  limit: number | null = null,
): Promise<MetricPoint[]> {
  const statement = { name: 'run-points', text: selectPoints };
  const rows = await query<PointRow>(db, statement, [runId, from, to, limit]);
  return rows.map(({ extra, columns, time, ...point }) => ({
    ...point,
    time: time.toISOString(),
    values: joinValues(columns, extra),
  }));
}

/**
 * A run's points after a journal number, exact, in the journal's order. Waits for some where there are none.
 * @throws TrainyardError RUN_NOT_FOUND
 */
export function readPoints({ db, changes }: Pick<RunReadings, 'db' | 'changes'>, query: ReadingQuery) {
  return changes.read(
    runChannel(query.runId),
    query,
    () => pointPage(db, query),
    ({ metrics, ended }) => metrics.length > 0 || ended,
  );
}

async function pointPage(db: Db, { runId, after, limit }: ReadingQuery) {
  // Numbers up to the run's `last_seq` were all committed when that was read: no transaction is needed.
  const { status, lastSeq } = await journalEnd(db, runId);
  const points = lastSeq > after ? await pointsBetween(db, runId, after + 1, lastSeq, limit + 1) : [];
  const more = points.length > limit;
  const metrics = points.slice(0, limit);
  // Without more, everything up to the journal's end was looked at, though not all of it is points.
  const next = more ? (metrics.at(-1)?.seq ?? after) : Math.max(after, lastSeq);
  return { metrics, next, more, ended: !more && isEnded(status) };
}
