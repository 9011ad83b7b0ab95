/** An attempt whose run directory is ingested. */
export interface IngestedAttempt {
  readonly runId: string;
  /** `workflow_runs.id` */
  readonly attemptId: string;
  /** `workflow_runs.attempt`, from 1 */
  readonly attempt: number;
  /** Absolute. */
  readonly runDirectory: string;
}

/** What the trainer has said so far, as far as it is committed. */
export interface IngestSummary {
  /** The trainer's last `result` event; null where it wrote none. */
  readonly result: {
    readonly status: 'completed' | 'cancelled' | 'failed';
    readonly message: string | null;
    readonly metrics: Readonly<Record<string, number | string>>;
  } | null;
  /** The newest checkpoint of kind `last` (of any kind where none is), its path relative to the run directory. */
  readonly checkpoint: { readonly path: string; readonly epoch: number; readonly step: number } | null;
  /** Lines of events.jsonl that were events. */
  readonly events: number;
  /** Lines of events.jsonl that were none; each stands in the log. */
  readonly badLines: number;
  /** Lines in the attempt's log. */
  readonly logLines: number;
}

/**
 * Brings run directories into the stores, exactly once whoever does it and whatever is killed meanwhile: every commit
 * compares the file offsets that it started from.
 */
export interface Ingestion {
  /**
   * Follows an attempt's files, from the call on, until it is closed or finally drained. The files need not be there yet; the
   * attempt's row must. Harmless when repeated. A store that fails is tried again, with a pause that grows.
   */
  open(attempt: IngestedAttempt): Promise<void>;
  /**
   * Brings in all that stands in the files now; works on open attempts and on others. `final`: the trainer has ended, so a
   * last line without its newline counts as a line too, and the attempt is closed. Harmless when repeated.
   * @throws what the stores throw; call it again then
   */
  drain(attempt: IngestedAttempt, options?: { readonly final?: boolean }): Promise<IngestSummary>;
  /**
   * Puts a line of the platform itself into the attempt's log ("the engine was restarted") and its journal; resolves once
   * it is committed. What the platform said last of an attempt is not said again: repeating it after a kill is harmless.
   */
  logLine(
    attempt: IngestedAttempt,
    level: 'debug' | 'info' | 'warning' | 'error',
    message: string,
  ): Promise<void>;
  /** Stops following one attempt, once what it is about to commit is committed. */
  close(attemptId: string): Promise<void>;
  /** Stops following all. */
  closeAll(): Promise<void>;
}

/** Where the messages of background work go; pino's order of arguments. */
export interface IngestLog {
  warn(details: object, message: string): void;
}
