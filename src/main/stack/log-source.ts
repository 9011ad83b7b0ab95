import type { StackLogLine } from '../../shared/contract/stack.ts';
import type { ServiceName } from '../../shared/model/stack.ts';

/** A container of the stack that has a log. A service's container that is made anew has another id. */
export interface LogContainer {
  readonly id: string;
  readonly service: ServiceName;
  readonly running: boolean;
  /** The daemon begins a new file after so many bytes; null where it never does. */
  readonly rotationBytes: number | null;
}

/** What came in one piece. */
export interface LogBatch {
  readonly lines: readonly StackLogLine[];
  /** As the daemon keeps them. */
  readonly bytes: number;
}

export interface LogOpening {
  /** Nanoseconds since 1970; included. Null: from the beginning. */
  readonly since: bigint | null;
  /** Only so many of the last; null: all. */
  readonly tail: number | null;
  /** Stays open for what is printed later, as long as the container runs. */
  readonly follow: boolean;
}

/** Where the containers' lines come from. A batch is fetched when it is asked for: who reads slowly slows the daemon down. */
export interface LogSource {
  /** The stack's containers, running or not. @throws TrainyardError DOCKER_* */
  containers(): Promise<readonly LogContainer[]>;
  /** @throws TrainyardError DOCKER_* */
  open(container: LogContainer, opening: LogOpening, signal: AbortSignal): AsyncIterable<LogBatch>;
  /** Yields whenever a container of the stack starts, and once as soon as it would notice that. */
  starts(signal: AbortSignal): AsyncIterable<void>;
}
