import type { Series } from '../../../shared/contract/runs.ts';
import type { BucketRange, RollupReader, RollupView, StepWindow } from './ports.ts';
import { bucketWidth, type OpenLine, openLines, type RollupShape } from './rollups.ts';
import { groupSize, SeriesLine } from './series-line.ts';
import { locate } from './series-window.ts';

export interface SeriesQuery {
  readonly runId: string;
  /** Null: all. */
  readonly names: readonly string[] | null;
  /** For each line. */
  readonly maxPoints: number;
  readonly window: StepWindow | null;
}

/** A line of one attempt, and the level that shows it. */
export interface LevelChoice {
  readonly attempt: number;
  readonly line: OpenLine;
  readonly level: number;
}

/** An answer holds no more buckets than this, however many lines it has. */
const mostBuckets = 400_000;
const fewestOfLine = 64;

/** Chart lines out of rollups: what they cost depends on how fine they are, not on how long the run is. */
export class SeriesService {
  private readonly reader: RollupReader;
  private readonly shape: RollupShape;

  constructor(reader: RollupReader, shape: RollupShape) {
    this.reader = reader;
    this.shape = shape;
  }

  /** The lines, and the journal number that they cover. @throws TrainyardError RUN_NOT_FOUND */
  read({ runId, names, maxPoints, window }: SeriesQuery): Promise<{ series: Series[]; cursor: number }> {
    return this.reader.view(runId, async (view) => {
      const wanted = names && new Set(names);
      const lines = view.attempts.flatMap(({ attempt, rollups }) =>
        openLines(rollups)
          .filter(({ name, total }) => total > 0 && (!wanted || wanted.has(name)))
          .map((line) => ({ attempt, line })),
      );
      lines.sort((a, b) => (a.line.name < b.line.name ? -1 : a.line.name > b.line.name ? 1 : a.attempt - b.attempt));
      const share = Math.floor(mostBuckets / Math.max(1, lines.length));
      const limit = Math.min(maxPoints, Math.max(fewestOfLine, share));
      const chosen = lines.map(({ attempt, line }) => ({
        attempt,
        line,
        level: chooseLevel(this.shape, line.total, limit),
      }));
      const series = window
        ? await locate(view, this.shape, chosen, window, limit)
        : await this.whole(view, chosen, limit);
      return { series, cursor: view.lastSeq };
    });
  }

  private async whole(view: RollupView, chosen: readonly LevelChoice[], limit: number): Promise<Series[]> {
    const found = await view.buckets(chosen.map((choice) => wholeRange(this.shape, choice)));
    return chosen.map(({ attempt, line, level }, index) => {
      const columns = found[index];
      const open = openAt(line, level);
      const group = columns ? groupSize(columns, limit - open.length) : 1;
      const width = bucketWidth(this.shape, level) * group;
      const series = new SeriesLine(line.name, attempt, width, line.total, line.nonFinite);
      if (columns) series.addColumns(columns, group);
      for (const { bucket } of open) series.addBucket(bucket);
      return series.end();
    });
  }
}

/** The finest level at which a line of so many points has at most `limit` buckets; the coarsest where none is. */
export function chooseLevel(shape: RollupShape, total: number, limit: number): number {
  if (total <= Math.min(limit, shape.exactPoints)) return 0;
  for (let level = 1; level < shape.levels; level += 1) {
    if (Math.floor(total / bucketWidth(shape, level)) + level <= limit) return level;
  }
  return shape.levels;
}

/** All whole buckets of a line at its level. */
export function wholeRange(shape: RollupShape, { attempt, line, level }: LevelChoice): BucketRange {
  return { attempt, name: line.name, level, from: 0, to: wholeBuckets(shape, line, level) };
}

/** How many buckets of a level are whole. */
export function wholeBuckets(shape: RollupShape, line: OpenLine, level: number): number {
  if (level === 0) return Math.min(line.total, shape.exactPoints);
  return Math.floor(line.total / bucketWidth(shape, level));
}

/**
 * The points behind the last whole bucket of a level, in order: an open bucket holds whole ones of the level below, so those of
 * this level and the finer ones follow each other up to the newest point.
 */
export function openAt(line: OpenLine, level: number): OpenLine['open'] {
  return line.open.filter((open) => open.level <= level);
}
