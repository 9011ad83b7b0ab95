import type { Series } from '../../../shared/contract/run-readings.ts';
import type { Db } from '../../postgres/db.ts';
import { openRollups, type StepWindow } from './rollup-rows.ts';
import { openLines, rollupShape } from './rollups.ts';
import { chooseLevel } from './series-line.ts';
import { draw, planWhole, planWithin } from './series-window.ts';

export interface SeriesQuery {
  readonly runId: string;
  /** Null: all. */
  readonly names: readonly string[] | null;
  /** For each line. */
  readonly maxPoints: number;
  readonly window: StepWindow | null;
}

/** An answer holds no more buckets than this, however many lines it has. */
const mostBuckets = 400_000;
const fewestOfLine = 64;

/**
 * Chart lines out of rollups: what they cost depends on how fine they are, not on how long the run is.
 * @returns the lines, and the journal number that they cover
 * @throws TrainyardError RUN_NOT_FOUND
 */
export async function readSeries(
  db: Db,
  { runId, names, maxPoints, window }: SeriesQuery,
  shape = rollupShape,
): Promise<{ series: Series[]; cursor: number }> {
  const view = await openRollups(db, runId);
  const wanted = names && new Set(names);
  const lines = view.attempts
    .flatMap(({ attempt, rollups }) => openLines(rollups).map((line) => ({ attempt, line })))
    .filter(({ line: { name, total } }) => total > 0 && (!wanted || wanted.has(name)))
    .sort((a, b) => (a.line.name < b.line.name ? -1 : a.line.name > b.line.name ? 1 : a.attempt - b.attempt));
  const share = Math.floor(mostBuckets / Math.max(1, lines.length));
  const limit = Math.min(maxPoints, Math.max(fewestOfLine, share));
  const chosen = lines.map((line) => ({ ...line, level: chooseLevel(shape, line.line.total, limit) }));
  const plans = window
    ? await planWithin(view, shape, chosen, window, limit)
    : chosen.map((choice) => planWhole(shape, choice));
  return { series: await draw(view, shape, plans, window, limit), cursor: view.lastSeq };
}
