import type { DocumentStore } from '../../stores/documents/ports.ts';
import { logBucketLines } from '../../stores/documents/schemas.ts';
import { bucketId, bucketOf, expiredLine, type StoredLine } from './log-buckets.ts';

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
