import { randomUUID } from 'node:crypto';
import type { BackupOperation } from '../../../shared/contract/backups.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type KeptError } from '../../../shared/errors/error.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';

type Result = Pick<BackupOperation, 'snapshot'> & Partial<Pick<BackupOperation, 'drill' | 'leftOut'>>;
/** @param report how far it is; throws once `signal` is aborted */
type Work = (
  report: (progress: Pick<BackupOperation, 'part' | 'done'>) => void,
  signal: AbortSignal,
) => Promise<Result>;

/** An operation that goes on. */
export interface Begun {
  readonly operation: BackupOperation;
  /** Ends it and waits for its end; nothing is left of what it made. */
  abort(): Promise<void>;
}

/** What is done with the snapshots of a state folder: one thing at a time, whether its stores are open or not. */
export class BackupOperations {
  private readonly changes: ChangeFeed;
  private readonly log: WorkLog;
  private readonly wakeups = new Wakeups();
  private operation: BackupOperation | null = null;
  private working: Promise<void> = Promise.resolve();

  constructor(changes: ChangeFeed, log: WorkLog) {
    this.changes = changes;
    this.log = log;
  }

  /** The one under way, else the last one. */
  get current(): BackupOperation | null {
    return this.operation;
  }

  /** Whether something is under way. */
  get isBusy(): boolean {
    return this.operation?.status === 'running';
  }

  /** Resolves once what is under way has ended. */
  over(): Promise<void> {
    return this.working;
  }

  /**
   * Begins the work and does not wait for it.
   * @param onFailed not called where it was aborted
   * @throws TrainyardError SNAPSHOT_UNDER_WAY
   */
  begin(kind: BackupOperation['kind'], work: Work, onFailed?: (error: KeptError) => void): Begun {
    if (this.isBusy) throw fault('SNAPSHOT_UNDER_WAY', {});
    const begun: BackupOperation = {
      ...{ id: randomUUID(), kind, status: 'running', startedAt: new Date().toISOString() },
      ...{ part: kind === 'create' ? 'database' : 'verification', done: 0, seq: 0 },
      ...{ snapshot: null, drill: null, leftOut: [], error: null },
    };
    this.operation = begun;
    this.changes.changed('backup', begun.id);
    const stopping = new AbortController();
    const working = this.run(work, stopping.signal, onFailed);
    this.working = working;
    return {
      operation: begun,
      abort: () => {
        stopping.abort();
        return working;
      },
    };
  }

  /**
   * How an operation goes on, once that is another than the reader has.
   * @throws TrainyardError SNAPSHOT_OPERATION_UNKNOWN after a restart, or once another one was begun
   */
  async progress(
    operation: string,
    after: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<BackupOperation> {
    const current = this.known(operation);
    if (current.status === 'running' && current.seq <= after) await this.wakeups.wait(waitMs, signal);
    return this.known(operation);
  }

  private known(operation: string): BackupOperation {
    if (this.operation?.id === operation) return this.operation;
    throw fault('SNAPSHOT_OPERATION_UNKNOWN', { operation });
  }

  private async run(work: Work, signal: AbortSignal, onFailed?: (error: KeptError) => void): Promise<void> {
    try {
      const result = await work((progress) => {
        signal.throwIfAborted();
        this.change(progress);
      }, signal);
      this.change({ status: 'done', ...result });
    } catch (error) {
      if (!signal.aborted) this.log.warn({ err: error }, 'what was done with a snapshot failed');
      const known = systemFault(error) ?? fault('SNAPSHOT_FAILED', { cause: errorMessage(error) });
      if (!signal.aborted) onFailed?.(known.record);
      this.change({ status: 'failed', error: known.record });
    }
  }

  private change(change: Partial<BackupOperation>): void {
    if (!this.operation) return;
    this.operation = { ...this.operation, ...change, seq: this.operation.seq + 1 };
    this.wakeups.wake();
    if (change.status) this.changes.changed('backup', this.operation.id);
  }
}
