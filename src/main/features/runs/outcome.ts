import type { AttemptStatus } from '../../../shared/model/run.ts';
import type { ExitRecord } from '../../../shared/model/run-directory.ts';
import type { IngestSummary } from '../ingest/cursor.ts';

/** How an attempt ended, in words and for programs. */
export interface Outcome {
  readonly status: Extract<AttemptStatus, 'completed' | 'failed' | 'cancelled' | 'lost'>;
  /**
   * A stable word: `completed`, `cancelled`, `stopped`, `no_result`, `error`, `disk_full`, `out_of_memory`, `signalled`, `spawn_failed`, `supervisor_lost`,
   * `record_unreadable`, `not_started`, or the trainer's own (docs/torch-trainer.md, "How it fails").
   */
  readonly cause: string;
  /** For people; null where there is nothing to say. */
  readonly message: string | null;
}

type Result = IngestSummary['result'];

/** What a program says that found no space, in Node's words, Python's and the C library's. */
const outOfSpace = /\bENOSPC\b|No space left on device|\[Errno 28\]|Disk quota exceeded|\bEDQUOT\b/;

/**
 * What the exit status and the trainer's own word come to (docs/run-directory.md, "How a trainer ends").
 * @param errorLines the last lines of the trainer's standard error
 * @param options `isScript`: somebody's own, which writes no result: its exit code alone counts
 */
export function outcomeOf(
  exit: ExitRecord,
  result: Result,
  errorLines: readonly string[],
  { isScript = false }: { isScript?: boolean } = {},
): Outcome {
  const { exitCode, signal } = exit;
  const failed = (cause: string, sentence: string, lines = errorLines): Outcome => ({
    status: 'failed',
    cause,
    message: [sentence, ...lines].join('\n'),
  });
  if (exit.cause === 'spawn_failed')
    return failed(
      'spawn_failed',
      `The trainer could not be started: ${exit.message ?? 'no reason was given'}`,
      [],
    );
  const endedWell = exitCode === 0 && signal === null;
  // Stopped at the very end, it may have finished all the same: its own result counts. A script's sidecar says "cancelled" then.
  if (endedWell && result?.status === 'completed')
    return { status: 'completed', cause: 'completed', message: result.message };
  if (exit.cause === 'cancelled') {
    const message =
      signal === 'SIGKILL' ? 'The trainer did not end in the time it was given and was killed' : null;
    return { status: 'cancelled', cause: 'cancelled', message };
  }
  if (endedWell && result?.status === 'cancelled') {
    const message = 'The trainer was told to stop from outside Trainyard';
    return { status: 'cancelled', cause: 'stopped', message };
  }
  if (endedWell && isScript) return { status: 'completed', cause: 'completed', message: null };
  if (endedWell && result === null)
    return failed('no_result', 'The trainer ended with code 0 without a result event');
  if (endedWell)
    return failed(
      'error',
      `The trainer ended with code 0 with the result "${result?.message ?? result?.status}"`,
    );
  if (exit.outOfMemory)
    return failed(
      'out_of_memory',
      'The trainer used more memory than it may have and was killed. Give it more (resources.memoryGb), or take a smaller batch or fewer workers',
    );
  if (exit.diskSpent || [result?.message ?? '', ...errorLines].some((line) => outOfSpace.test(line))) {
    const how = signal === null ? `ended with code ${exitCode}` : `was ended by ${signal}`;
    return failed(
      'disk_full',
      `The disk with the run directory was full, and the trainer ${how} (DISK_FULL). Make room there, then resume or retry the run`,
    );
  }
  if (signal !== null) return failed('signalled', `The trainer was ended by ${signal}`);
  const cause = result?.cause ?? 'error';
  const own = result?.message ? `: ${result.message}` : '';
  // Where the trainer names the cause, its sentence says all that a person needs; the traceback stays in the log.
  const isNamed = own !== '' && cause !== 'error';
  return failed(cause, `The trainer ended with code ${exitCode}${own}`, isNamed ? [] : errorLines);
}

/**
 * The supervisor was killed, and the trainer's exit status with it.
 * @param fault why its record cannot be read, where something stands in its place
 */
export function lostOutcome(result: Result, errorLines: readonly string[], fault?: string): Outcome {
  const lastWord = result === null ? '' : `; the trainer's last word was "${result.status}"`;
  const [cause, why] =
    fault === undefined
      ? ['supervisor_lost', "The trainer's supervisor was killed, so how the trainer ended is not known"]
      : [
          'record_unreadable',
          `How the trainer ended is not known, because the supervisor's record of it cannot be read: ${fault}`,
        ];
  return { status: 'lost', cause, message: [why + lastWord, ...errorLines].join('\n') };
}
