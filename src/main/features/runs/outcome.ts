import type { AttemptStatus } from '../../../shared/model/run.ts';
import type { IngestSummary } from '../ingest/cursor.ts';
import type { ExitRecord } from './ports.ts';

/** How an attempt ended, in words and for programs. */
export interface Outcome {
  readonly status: Extract<AttemptStatus, 'completed' | 'failed' | 'cancelled' | 'lost'>;
  /** A stable word: `completed`, `cancelled`, `stopped`, `no_result`, `error`, `disk_full`, `signalled`, `spawn_failed`, `supervisor_lost`, `record_unreadable`, `not_started`. */
  readonly cause: string;
  /** For people; null where there is nothing to say. */
  readonly message: string | null;
}

type Result = IngestSummary['result'];

/** What a program says that found no space, in Node's words, Python's and the C library's. */
const outOfSpace = /\bENOSPC\b|No space left on device|\[Errno 28\]|Disk quota exceeded|\bEDQUOT\b/;

const withLines = (sentence: string, lines: readonly string[]) =>
  lines.length === 0 ? sentence : `${sentence}\n${lines.join('\n')}`;

/**
 * What the exit status and the trainer's own word come to (docs/run-directory.md, "How a trainer ends").
 * @param errorLines the last lines of the trainer's standard error
 */
export function outcomeOf(exit: ExitRecord, result: Result, errorLines: readonly string[]): Outcome {
  if (exit.cause === 'spawn_failed') {
    const reason = exit.message ?? 'no reason was given';
    return {
      status: 'failed',
      cause: 'spawn_failed',
      message: `The trainer could not be started: ${reason}`,
    };
  }
  const endedWell = exit.exitCode === 0 && exit.signal === null;
  // Told to stop at the very end, it may have finished all the same: its own word counts.
  if (endedWell && result?.status === 'completed')
    return { status: 'completed', cause: 'completed', message: result.message };
  if (exit.cause === 'cancelled') {
    const killed = exit.signal === 'SIGKILL';
    return {
      status: 'cancelled',
      cause: 'cancelled',
      message: killed ? 'The trainer did not end in the time it was given and was killed' : null,
    };
  }
  if (endedWell && result?.status === 'cancelled') {
    return {
      status: 'cancelled',
      cause: 'stopped',
      message: 'The trainer was told to stop from outside Trainyard',
    };
  }
  if (endedWell) {
    const said =
      result === null ? 'without a result event' : `with the result "${result.message ?? result.status}"`;
    return {
      status: 'failed',
      cause: result === null ? 'no_result' : 'error',
      message: withLines(`The trainer ended with code 0 ${said}`, errorLines),
    };
  }
  if (exit.diskSpent || [result?.message ?? '', ...errorLines].some((line) => outOfSpace.test(line))) {
    const how = exit.signal === null ? `ended with code ${exit.exitCode}` : `was ended by ${exit.signal}`;
    return {
      status: 'failed',
      cause: 'disk_full',
      message: withLines(
        `The disk with the run directory was full, and the trainer ${how} (DISK_FULL). Make room there, then resume or retry the run`,
        errorLines,
      ),
    };
  }
  if (exit.signal !== null) {
    return {
      status: 'failed',
      cause: 'signalled',
      message: withLines(`The trainer was ended by ${exit.signal}`, errorLines),
    };
  }
  const own = result?.message ? `: ${result.message}` : '';
  return {
    status: 'failed',
    cause: 'error',
    message: withLines(`The trainer ended with code ${exit.exitCode}${own}`, errorLines),
  };
}

/**
 * The supervisor was killed, and the trainer's exit status with it.
 * @param fault why its record cannot be read, where something stands in its place
 */
export function lostOutcome(result: Result, errorLines: readonly string[], fault?: string): Outcome {
  const said = result === null ? '' : `; the trainer's last word was "${result.status}"`;
  return {
    status: 'lost',
    cause: fault === undefined ? 'supervisor_lost' : 'record_unreadable',
    message: withLines(
      fault === undefined
        ? `The trainer's supervisor was killed, so how the trainer ended is not known${said}`
        : `How the trainer ended is not known, because the supervisor's record of it cannot be read: ${fault}${said}`,
      errorLines,
    ),
  };
}
