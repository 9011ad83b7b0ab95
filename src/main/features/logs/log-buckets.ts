import { logBucketLines } from '../../stores/documents/schemas.ts';

/** A line as it stands in a document of `workflow_logs`. */
export interface StoredLine {
  readonly timestamp: string;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly source: 'trainer' | 'sidecar' | 'platform';
  readonly stream: 'event' | 'stdout' | 'stderr' | 'platform';
  readonly message: string;
  readonly context?: { readonly epoch?: number; readonly step?: number };
  /** The number that the trainer gave, of lines that were events. */
  readonly attemptSeq?: number;
  /** The document that holds the line whole, where `message` is only its beginning. */
  readonly whole?: string;
}

/** A line of standard output or error that has no newline yet, as it looks now: a progress bar under way. */
export interface MovingLine {
  readonly stream: 'stdout' | 'stderr';
  /** When it was seen so, ISO 8601. */
  readonly time: string;
  /** Its end, where it is long. */
  readonly message: string;
}

/** The bucket that holds the line at a position of an attempt's log, and the place in it. */
export function bucketOf(position: number): { readonly index: number; readonly place: number } {
  return { index: Math.floor(position / logBucketLines), place: position % logBucketLines };
}

/** Positions from `position` on that share its bucket. */
export function roomInBucket(position: number): number {
  return logBucketLines - (position % logBucketLines);
}

/** The id of a bucket's document in `workflow_logs`. */
export function bucketId(attemptId: string, index: number): string {
  return `${attemptId}:${index}`;
}

/** The id of the document that holds a long line whole. */
export function longLineId(attemptId: string, position: number): string {
  return `${attemptId}:line:${position}`;
}

/** What stands for a line that is older than the log's lifetime. */
export const expiredLine: StoredLine = {
  timestamp: '1970-01-01T00:00:00.000Z',
  level: 'info',
  source: 'platform',
  stream: 'platform',
  message: '(older than 30 days: removed)',
};
