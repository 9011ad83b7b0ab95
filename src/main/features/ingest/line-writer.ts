import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import type { DocumentStore, StoredDocument } from '../../stores/documents/ports.ts';
import {
  bucketId,
  bucketOf,
  expiredLine,
  longLineId,
  roomInBucket,
  type StoredLine,
} from '../logs/log-buckets.ts';
import type { IngestedAttempt } from './cursor.ts';

const collection = 'workflow_logs';
const lifetimeMs = 30 * 24 * 3_600_000;

/**
 * A longer message is in a document of its own: a bucket of the longest lines, each character of which takes six bytes of JSON,
 * would pass the document store's limit.
 */
const longestInBucket = 4096;
/** Characters of a longer one that stand in its bucket. */
const beginning = 512;

/** Buckets that are written at the same time. */
const atOnce = 4;

/**
 * Puts lines into an attempt's log in `workflow_logs`, the first at `position`, and cuts off whatever stood behind them.
 * Safe to repeat.
 */
export async function writeLines(
  documents: DocumentStore,
  attempt: IngestedAttempt,
  position: number,
  lines: readonly StoredLine[],
): Promise<void> {
  const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
  const document = (id: string) => ({
    id,
    workflowId: attempt.runId,
    attempt: attempt.attempt,
    logs: [],
    expiresAt,
  });
  const parts: { readonly start: number; readonly lines: readonly StoredLine[] }[] = [];
  for (let from = 0; from < lines.length; ) {
    const start = position + from;
    const part = lines.slice(from, from + roomInBucket(start));
    parts.push({ start, lines: part });
    from += part.length;
  }
  // All of them end before this does: a straggler would cut off what a repetition has put there.
  await forEachConcurrently(parts, atOnce, async ({ start, lines: part }) => {
    const shorten = async (line: StoredLine, index: number): Promise<StoredLine> => {
      if (line.message.length <= longestInBucket) return line;
      const id = longLineId(attempt.id, start + index);
      await documents.put(collection, { ...document(id), logs: [line] });
      return { ...line, message: line.message.slice(0, beginning), whole: id };
    };
    const isLong = part.some(({ message }) => message.length > longestInBucket);
    const shortened = isLong ? await Promise.all(part.map(shorten)) : part;
    const { index, place } = bucketOf(start);
    await putLines(documents, document(bucketId(attempt.id, index)), place, shortened);
  });
}

async function putLines(
  documents: DocumentStore,
  base: StoredDocument,
  place: number,
  lines: readonly StoredLine[],
): Promise<void> {
  try {
    await documents.putLines(base, place, lines);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'DOCUMENT_GAP') throw error;
    // The bucket's first lines were older than the lifetime, and it is gone: the places of its lines stay.
    const found = await documents.get(collection, base.id);
    const before = (found?.logs ?? []) as readonly StoredLine[];
    const missing = Array.from({ length: place - before.length }, () => expiredLine);
    await documents.putLines(base, before.length, [...missing, ...lines]);
  }
}
