/** `supervisor.json` of a run directory. */
export interface SupervisorRecord {
  /** Null as long as the trainer is not started. */
  readonly trainerPid: number | null;
  readonly startedAt: Date;
}

/** `exit.json` of a run directory. */
export interface ExitRecord {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly cause: 'exited' | 'signalled' | 'cancelled' | 'spawn_failed';
  readonly message: string | null;
  /** The trainer failed, and its disk was full then. */
  readonly diskSpent?: boolean;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** What a look at a run directory finds (docs/run-directory.md). */
export type Observation =
  /** No whole config.json: nothing can have been started. `fault`: a record of the supervisor cannot be read, and why. */
  | { readonly kind: 'unprepared'; readonly fault?: string }
  /** No supervisor has begun here; one that was started a moment ago may be about to. */
  | { readonly kind: 'prepared'; readonly fault?: string }
  /** A supervisor is here; its trainer is not started yet. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly supervisor: SupervisorRecord }
  | { readonly kind: 'exited'; readonly exit: ExitRecord; readonly supervisor: SupervisorRecord | null }
  /** A supervisor has begun here, is dead, and left no exit.json. */
  | { readonly kind: 'gone'; readonly fault?: string };
