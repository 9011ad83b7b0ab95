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

/** The text of log lines, out of the documents of `workflow_logs`. */
export class LogLines {
  private readonly documents: Pick<DocumentStore, 'getMany'>;

  constructor(documents: Pick<DocumentStore, 'getMany'>) {
    this.documents = documents;
  }

  /** The lines of each range, all of which are committed. One that has expired is there with a message that says so. */
  async read(ranges: readonly LineRange[]): Promise<StoredLine[][]> {
    const ids = new Set<string>();
    for (const { attemptId, from, count } of ranges) {
      for (let index = bucketOf(from).index; index <= bucketOf(from + count - 1).index; index += 1) {
        ids.add(bucketId(attemptId, index));
      }
    }
    const buckets = await this.fetch([...ids]);
    const found = ranges.map(({ attemptId, from, count }) =>
      Array.from({ length: count }, (_, place): StoredLine => {
        const { index, place: inBucket } = bucketOf(from + place);
        return buckets.get(bucketId(attemptId, index))?.[inBucket] ?? expiredLine;
      }),
    );
    return this.withWholeLines(found);
  }

  /** Puts the whole of long lines in place of their beginnings. */
  private async withWholeLines(found: StoredLine[][]): Promise<StoredLine[][]> {
    const ids = found.flatMap((lines) => lines.flatMap(({ whole }) => whole ?? []));
    if (ids.length === 0) return found;
    const wholes = await this.fetch([...new Set(ids)]);
    return found.map((lines) =>
      lines.map((line) => (line.whole === undefined ? line : (wholes.get(line.whole)?.[0] ?? line))),
    );
  }

  private async fetch(ids: readonly string[]): Promise<Map<string, StoredLine[]>> {
    const found = new Map<string, StoredLine[]>();
    for (let at = 0; at < ids.length; at += bucketsAtOnce) {
      for (const document of await this.documents.getMany(
        'workflow_logs',
        ids.slice(at, at + bucketsAtOnce),
      )) {
        // The store checks documents when they are written: these fields are what they say.
        const lines = document.logs as StoredLine[];
        found.set(document.id, lines.slice(0, logBucketLines));
      }
    }
    return found;
  }
}
