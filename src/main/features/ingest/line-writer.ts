import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { type Line, toRows } from '../../stores/documents/log-rows.ts';
import type { BucketRows, DocumentStore, LogRow } from '../../stores/documents/ports.ts';
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

/** Documents and groups of buckets that are written at the same time, and what a group has at most. */
const atOnce = 4;
const mostBuckets = 16;
const mostCharacters = 1024 * 1024;

/**
 * Puts lines into an attempt's log in `workflow_logs`, the first at `position`, and cuts off whatever stood behind them.
 * Safe to repeat.
 */
export async function writeLines(
  documents: DocumentStore,
  attempt: IngestedAttempt,
  position: number,
  rows: readonly LogRow[],
): Promise<void> {
  const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
  const document = (id: string) => ({
    id,
    workflowId: attempt.runId,
    attempt: attempt.attempt,
    logs: [],
    expiresAt,
  });
  const { short, long } = withoutLongLines(rows, position, (place) => longLineId(attempt.id, place));
  await forEachConcurrently(long, atOnce, ({ id, line }) =>
    documents.put(collection, { ...document(id), logs: [line] }),
  );
  const buckets = cutByBucket(short, position).map(({ start, rows: part }): BucketRows => {
    const { index, place } = bucketOf(start);
    return { base: document(bucketId(attempt.id, index)), position: place, rows: part };
  });
  // All of them end before this does: a straggler would cut off what a repetition has put there.
  await forEachConcurrently(inGroups(buckets), atOnce, (group) => putLines(documents, group));
}

const isLong = (message: string) => message.length > longestInBucket;

/** Rows with the beginnings of long lines in place of those, and the long lines, each with the id of its document. */
function withoutLongLines(rows: readonly LogRow[], position: number, idOf: (place: number) => string) {
  const short: LogRow[] = [];
  const long: { readonly id: string; readonly line: Line }[] = [];
  let place = position;
  for (const row of rows) {
    const { shared, messages } = row;
    let kept = 0;
    for (let index = messages.findIndex(isLong); index >= 0; index = findFrom(messages, kept)) {
      const message = messages[index] ?? '';
      const id = idOf(place + index);
      long.push({ id, line: { ...shared, message } });
      if (index > kept) short.push({ shared, messages: messages.slice(kept, index) });
      short.push({ shared: { ...shared, whole: id }, messages: [message.slice(0, beginning)] });
      kept = index + 1;
    }
    if (kept < messages.length) short.push(kept === 0 ? row : { shared, messages: messages.slice(kept) });
    place += messages.length;
  }
  return { short, long };
}

function findFrom(messages: readonly string[], from: number): number {
  return messages.findIndex((message, index) => index >= from && isLong(message));
}

/** Rows by the bucket that they belong to, each with the position of the first line. */
function cutByBucket(rows: readonly LogRow[], position: number) {
  const parts: { readonly start: number; readonly rows: LogRow[] }[] = [];
  let place = position;
  for (const { shared, messages } of rows) {
    for (let from = 0; from < messages.length; ) {
      const part = { shared, messages: messages.slice(from, from + roomInBucket(place)) };
      const last = parts.at(-1);
      if (last && bucketOf(last.start).index === bucketOf(place).index) last.rows.push(part);
      else parts.push({ start: place, rows: [part] });
      from += part.messages.length;
      place += part.messages.length;
    }
  }
  return parts;
}

/** Buckets that are written by one statement. One that was begun before is a group of its own: its beginning may have expired. */
function inGroups(buckets: readonly BucketRows[]): BucketRows[][] {
  const groups: BucketRows[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const bucket of buckets) {
    const ofBucket = charactersOf(bucket);
    const last = groups.at(-1);
    if (last && last.length < mostBuckets && characters + ofBucket <= mostCharacters) {
      last.push(bucket);
      characters += ofBucket;
    } else {
      groups.push([bucket]);
      characters = bucket.position > 0 ? Number.POSITIVE_INFINITY : ofBucket;
    }
  }
  return groups;
}

function charactersOf({ rows }: BucketRows): number {
  let sum = 0;
  for (const { messages } of rows) for (const { length } of messages) sum += length;
  return sum;
}

async function putLines(documents: DocumentStore, group: readonly BucketRows[]): Promise<void> {
  try {
    await documents.putLines(group);
  } catch (error) {
    const [bucket] = group;
    if (!bucket || !(error instanceof TrainyardError) || error.code !== 'DOCUMENT_GAP') throw error;
    // The bucket's first lines were older than the lifetime, and it is gone: the places of its lines stay.
    const { base, position, rows } = bucket;
    const found = await documents.get(collection, base.id);
    const before = (found?.logs ?? []) as readonly StoredLine[];
    const missing = Array.from({ length: position - before.length }, () => expiredLine);
    await documents.putLines([{ base, position: before.length, rows: [...toRows(missing), ...rows] }]);
  }
}
