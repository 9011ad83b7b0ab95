import type { RunStatus } from '../../../shared/model/run.ts';

/** How long the logs of a run's attempts are, as of one moment. */
export interface LogLengths {
  readonly status: RunStatus;
  /** In the attempts' order. Lines that are not committed do not count. */
  readonly attempts: readonly {
    readonly attemptId: string;
    readonly attempt: number;
    readonly lines: number;
  }[];
}

export interface LogIndex {
  /** @throws TrainyardError RUN_NOT_FOUND */
  lengths(runId: string): Promise<LogLengths>;
}
