import type { BucketRange } from './ports.ts';
import { bucketWidth, type OpenLine, type RollupShape } from './rollups.ts';

/** A line of one attempt, and the level that shows it. */
export interface LevelChoice {
  readonly attempt: number;
  readonly line: OpenLine;
  readonly level: number;
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
