import type { Ingestion } from '../ingest/ports.ts';
import { ingested } from './parts.ts';
import type { AttemptRow, Executor } from './ports.ts';

/** The attempts under way here whose run directories are watched and ingested. */
export class Following implements Disposable {
  private readonly watches = new Map<string, Disposable>();
  private readonly ingestion: Ingestion;
  private readonly executor: Pick<Executor, 'watch'>;
  private readonly wake: (runId: string) => void;

  constructor(ingestion: Ingestion, executor: Pick<Executor, 'watch'>, wake: (runId: string) => void) {
    this.ingestion = ingestion;
    this.executor = executor;
    this.wake = wake;
  }

  /** Harmless when repeated. */
  async follow(attempt: AttemptRow): Promise<void> {
    if (!this.watches.has(attempt.id)) {
      this.watches.set(
        attempt.id,
        this.executor.watch(attempt.runDirectory, () => this.wake(attempt.runId)),
      );
      // What changed between the last look and the watch was not heard.
      this.wake(attempt.runId);
    }
    await this.ingestion.open(ingested(attempt));
  }

  /** Harmless when repeated. */
  async leave(attempt: AttemptRow): Promise<void> {
    this.watches.get(attempt.id)?.[Symbol.dispose]();
    this.watches.delete(attempt.id);
    await this.ingestion.close(attempt.id);
  }

  /** Watches nothing any more; trainers and ingestion go on. */
  [Symbol.dispose](): void {
    for (const watch of this.watches.values()) watch[Symbol.dispose]();
    this.watches.clear();
  }
}
