import type { LivePage } from '../../../shared/contract/run-readings.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { Db } from '../../postgres/db.ts';
import type { ReadingQuery } from '../changes/channel-changes.ts';
import { journalEnd } from '../journal/journal-rows.ts';
import { LiveLines } from './live-lines.ts';
import type { LivePoints, LiveRun, Seen } from './live-points.ts';
import { pointsBetween } from './point-rows.ts';

/** A request for what is new of a run's chart lines. */
export interface LiveQuery extends Omit<ReadingQuery, 'limit'> {
  /** No points of a higher journal number, and none that has no number yet. */
  readonly upTo: number | null;
  /** The version of the last page; empty at first. */
  readonly seen: string;
}

/** How long a commit waits for further points before it is reported to a reader, who most likely saw its points before. */
const settleMs = 100;
/** What is ahead is sent with each page, until it is stored. */
const mostAhead = 256;
/** Points of one page that is read from the database. */
const mostRead = 10_000;

/**
 * What is new of a run's chart lines: from memory where this engine ingests the run, before it is stored; else from the database. Waits
 * where there is nothing. @throws TrainyardError RUN_NOT_FOUND
 */
export async function readLive(
  { db, live }: { readonly db: Db; readonly live: LivePoints },
  query: LiveQuery,
): Promise<LivePage> {
  const { runId, after, waitMs, signal } = query;
  const end = performance.now() + waitMs;
  const run = await live.enter(runId);
  try {
    const seen = run.seenBy(query.seen);
    let settledAt = Number.POSITIVE_INFINITY;
    for (;;) {
      const { changes } = run;
      if (!run.covers(after, seen)) {
        seen.messages = run.messageCount;
        const page = await storedPage(db, run, query, seen);
        if (waitMs === 0 || page.lines.length > 0 || page.ended) return page;
      } else if (waitMs === 0 || run.hasNew(seen) || performance.now() >= settledAt)
        return memoryPage(run, query);
      if (run.changes !== changes) continue;
      const now = performance.now();
      if (now >= end || signal?.aborted || live.isClosed) return storedPage(db, run, query, seen);
      if (run.hasCommitted(after)) settledAt = Math.min(settledAt, now + settleMs);
      await run.wakeups.wait(Math.min(end, settledAt) - now, signal);
    }
  } finally {
    live.leave(runId, run);
  }
}

function memoryPage(run: LiveRun, { after, upTo }: LiveQuery): LivePage {
  const { lines, next } = run.linesAfter(after, upTo ?? Number.MAX_SAFE_INTEGER);
  const ahead = upTo === null ? run.linesAhead() : new LiveLines();
  return {
    lines: lines.columns(),
    next,
    stepsPerEpoch: Math.max(lines.stepsPerEpoch, ahead.stepsPerEpoch),
    ahead: ahead.columns(mostAhead),
    version: run.version(),
    ...{ more: false, ended: false },
  };
}

/** It shows nothing ahead: what is not stored might just have been. */
async function storedPage(db: Db, run: LiveRun, query: LiveQuery, seen: Seen): Promise<LivePage> {
  const { changes } = run;
  const { runId, after, upTo } = query;
  // Numbers up to the run's `last_seq` were all committed when that was read: no transaction is needed.
  const { status, lastSeq } = await journalEnd(db, runId);
  const end = Math.min(lastSeq, upTo ?? lastSeq);
  const points = end > after ? await pointsBetween(db, runId, after + 1, end, mostRead + 1) : [];
  run.noteEnd(lastSeq, changes);
  const more = points.length > mostRead;
  const lines = new LiveLines();
  for (const { attempt, step, epoch, values } of points.slice(0, mostRead)) {
    for (const [name, value] of Object.entries(values)) lines.add(attempt, name, step, epoch, Number(value));
  }
  return {
    lines: lines.columns(),
    next: more ? (points[mostRead - 1]?.seq ?? after) : Math.max(after, end),
    stepsPerEpoch: lines.stepsPerEpoch,
    ahead: [],
    // Without what is ahead in memory, which the next page shows.
    version: run.version({ ...seen, ahead: -1 }),
    more,
    ended: !more && isEnded(status),
  };
}
