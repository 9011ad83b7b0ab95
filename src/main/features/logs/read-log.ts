import type { LogLine, MovingLines } from '../../../shared/contract/run-readings.ts';
import { logLevels } from '../../../shared/model/log-levels.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { runChannel } from '../../stores/pubsub/ports.ts';
import type { ReadingQuery, RunReadings } from '../changes/channel-changes.ts';
import { readLines, type StoredLine } from './log-buckets.ts';
import { type LogLengths, logLengths } from './log-queries.ts';

/** `limit` counts the lines that are looked at. */
export interface LogQuery extends Omit<ReadingQuery, 'after'> {
  /** A line's place; negative: from the end. */
  readonly from: number;
  /** This level and above; null: all. */
  readonly level: LogLine['level'] | null;
  /** Case-insensitive; null: all. */
  readonly search: string | null;
  /** The version of the moving lines that the reader has: another one is a change. Left out: they are not waited for. */
  readonly movingSeen?: string | undefined;
}

/**
 * Lines of a run's log from a place on, all its attempts one behind the other. Waits for some where there are none. Filters leave lines
 * out and never move `next`.
 * @throws TrainyardError RUN_NOT_FOUND
 */
export function readLog({ db, documents, changes }: RunReadings, query: LogQuery) {
  // Counted from the end once: the end moves while it waits.
  let from: number | null = null;
  return changes.read(
    runChannel(query.runId),
    query,
    async () => {
      const lengths = await logLengths(db, query.runId);
      from ??= query.from < 0 ? Math.max(0, totalOf(lengths) + query.from) : query.from;
      return page(documents, lengths, from, query);
    },
    ({ next, ended, moving }) =>
      ended || next > (from ?? 0) || (query.movingSeen !== undefined && query.movingSeen !== moving.version),
  );
}

async function page(
  documents: RunReadings['documents'],
  { status, attempts }: LogLengths,
  from: number,
  query: LogQuery,
) {
  const total = totalOf({ attempts });
  const next = Math.max(from, Math.min(from + query.limit, total));
  const ranges: { attempt: number; attemptId: string; first: number; from: number; count: number }[] = [];
  let first = 0;
  for (const { attempt, attemptId, lines } of attempts) {
    const start = Math.max(from, first);
    const count = Math.min(next, first + lines) - start;
    if (count > 0) ranges.push({ attempt, attemptId, first: start, from: start - first, count });
    first += lines;
  }
  const found = await readLines(documents, ranges);
  const keeps = filter(query);
  const lines = ranges.flatMap(({ attempt, first: start }, index) =>
    (found[index] ?? []).flatMap((line, place) =>
      keeps(line) ? [toLogLine(line, attempt, start + place)] : [],
    ),
  );
  const isOver = isEnded(status);
  return { lines, next, total, ended: isOver && next >= total, moving: movingOf(isOver ? [] : attempts) };
}

/** Those of the newest attempt: what an earlier one left is a line. */
function movingOf(attempts: LogLengths['attempts']): MovingLines {
  const newest = attempts.at(-1);
  const lines = (newest?.moving ?? []).map((line) => ({ ...line, attempt: newest?.attempt ?? 0 }));
  return { version: lines.map(({ stream, time }) => `${stream} ${time}`).join(' '), lines };
}

function totalOf({ attempts }: Pick<LogLengths, 'attempts'>): number {
  return attempts.reduce((sum, { lines }) => sum + lines, 0);
}

function filter({ level, search }: LogQuery): (line: StoredLine) => boolean {
  const lowest = level === null ? 0 : logLevels.indexOf(level);
  const words = search?.toLowerCase() ?? '';
  return (line) =>
    logLevels.indexOf(line.level) >= lowest && (words === '' || line.message.toLowerCase().includes(words));
}

function toLogLine(stored: StoredLine, attempt: number, line: number): LogLine {
  const { timestamp: time, attemptSeq: _attemptSeq, whole: _whole, ...shown } = stored;
  return { line, attempt, time, ...shown };
}
