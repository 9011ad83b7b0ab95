import type { LogLine, MovingLines } from '../../../shared/contract/run-readings.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import { logBucketLines } from '../../stores/documents/schemas.ts';

/** A line as a document of `workflow_logs` holds it. */
export type StoredLine = Readonly<Omit<LogLine, 'line' | 'attempt' | 'time'>> & {
  readonly timestamp: string;
  /** The number that the trainer gave, of lines that were events. */
  readonly attemptSeq?: number;
  /** The document that holds the line whole, where `message` is only its beginning. */
  readonly whole?: string;
};

/** All of a line but its message: lines that were read at once have it in common. */
export type SharedFields = Readonly<Omit<StoredLine, 'message'>>;

/** A line of standard output or error that has no newline yet, as it looked at `time`: a progress bar under way. */
export type MovingLine = Readonly<Omit<MovingLines['lines'][number], 'attempt'>>;

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

/** The text shown for a line that is older than the log's lifetime. */
export const expiredLine: StoredLine = {
  timestamp: '1970-01-01T00:00:00.000Z',
  level: 'info',
  source: 'platform',
  stream: 'platform',
  message: '(older than 30 days: removed)',
};

/** Lines of an attempt's log. */
export interface LineRange {
  readonly attemptId: string;
  readonly from: number;
  readonly count: number;
}

/** Buckets that are fetched at a time. */
const bucketsAtOnce = 16;

type Documents = Pick<DocumentStore, 'getMany'>;

/** The lines of each range, all of which are committed. One that has expired is there with a message that says so. */
export async function readLines(documents: Documents, ranges: readonly LineRange[]): Promise<StoredLine[][]> {
  const ids = new Set<string>();
  for (const { attemptId, from, count } of ranges) {
    for (let index = bucketOf(from).index; index <= bucketOf(from + count - 1).index; index += 1) {
      ids.add(bucketId(attemptId, index));
    }
  }
  const buckets = await fetchBuckets(documents, [...ids]);
  const found = ranges.map(({ attemptId, from, count }) =>
    Array.from({ length: count }, (_, offset): StoredLine => {
      const { index, place } = bucketOf(from + offset);
      return buckets.get(bucketId(attemptId, index))?.[place] ?? expiredLine;
    }),
  );
  const longIds = found.flatMap((lines) => lines.flatMap(({ whole }) => whole ?? []));
  if (longIds.length === 0) return found;
  const wholes = await fetchBuckets(documents, [...new Set(longIds)]);
  return found.map((lines) =>
    lines.map((line) => (line.whole === undefined ? line : (wholes.get(line.whole)?.[0] ?? line))),
  );
}

async function fetchBuckets(
  documents: Documents,
  ids: readonly string[],
): Promise<Map<string, StoredLine[]>> {
  const found = new Map<string, StoredLine[]>();
  for (let at = 0; at < ids.length; at += bucketsAtOnce) {
    const page = await documents.getMany('workflow_logs', ids.slice(at, at + bucketsAtOnce));
    // The store checks documents when they are written: these fields are what they say.
    for (const { id, logs } of page) found.set(id, (logs as StoredLine[]).slice(0, logBucketLines));
  }
  return found;
}
