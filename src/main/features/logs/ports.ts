import type { RunStatus } from '../../../shared/model/run.ts';
import type { MovingLine } from './log-buckets.ts';

/** How long the logs of a run's attempts are, as of one moment. */
export interface LogLengths {
  readonly status: RunStatus;
  /** In the attempts' order. Lines that are not committed do not count. */
  readonly attempts: readonly {
    readonly attemptId: string;
    readonly attempt: number;
    readonly lines: number;
    /** Those behind the last line that have no newline yet. */
    readonly moving: readonly MovingLine[];
  }[];
}

export interface LogIndex {
  /** @throws TrainyardError RUN_NOT_FOUND */
  lengths(runId: string): Promise<LogLengths>;
}
