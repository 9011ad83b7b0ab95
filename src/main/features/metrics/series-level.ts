import type { BucketRange } from './ports.ts';
import { bucketWidth, type OpenLine, type RollupShape } from './rollups.ts';

/** A line of one attempt, and the level that shows it; 0: its points as they are. */
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

/** All whole buckets of a line at a level from 1 on. */
export function wholeRange(shape: RollupShape, { attempt, line }: LevelChoice, level: number): BucketRange {
  return { attempt, name: line.name, level, from: 0, to: wholeBuckets(shape, line, level) };
}

/** How many buckets of a level from 1 on are whole. */
export function wholeBuckets(shape: RollupShape, line: OpenLine, level: number): number {
  return Math.floor(line.total / bucketWidth(shape, level));
}

/**
 * The points behind the last whole bucket of a level, in order: an open bucket holds whole ones of the level below, so those of
 * this level and the finer ones follow each other up to the newest point.
 */
export function openAt(line: OpenLine, level: number): OpenLine['open'] {
  return line.open.filter((open) => open.level <= level);
}
