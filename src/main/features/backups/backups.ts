import { randomUUID } from 'node:crypto';
import type { BackupOperation, ListedBackup } from '../../../shared/contract/backups.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type KeptError } from '../../../shared/errors/error.ts';
import { byHand } from '../../../shared/model/snapshots.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import type { Settings } from '../../stores/snapshots/kept-settings.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';

/** What whoever begins a snapshot does beside it. */
interface SnapshotSteps {
  /** It is written under this id; once more under another where it is begun anew. */
  readonly onNamed: (id: string) => unknown;
  /** It is there. Nothing else is begun before this is done. */
  readonly onMade: (id: string) => Promise<void>;
  /** It failed; where it ends with the stores, nothing of it is called. */
  readonly onFailed: (error: KeptError) => void;
}

/** The snapshots of a state folder: one is made at a time. */
export class Backups implements AsyncDisposable {
  private readonly parts;
  private readonly wakeups = new Wakeups();
  private readonly stopping = new AbortController();
  private operation: BackupOperation | null = null;
  private working: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly stores: Stores;
    /** Makes the folder of all snapshots where it is missing, and answers its path. */
    readonly openFolder: () => string;
    readonly settings: () => Settings;
    /** Whose engine it is, by the name that the system knows. */
    readonly who: string;
    readonly version: string;
    readonly changes: ChangeFeed;
    readonly log: WorkLog;
  }) {
    this.parts = parts;
  }

  /** The snapshots, with the operation by which a reader that comes later finds what is under way. */
  async list(): Promise<{ snapshots: ListedBackup[]; operation: BackupOperation | null }> {
    const [{ listSnapshots }, { listedView }] = await Promise.all([
      import('../../stores/snapshots/snapshot-folder.ts'),
      import('./snapshot-views.ts'),
    ]);
    // Before the folder: what is done then is in the list that is read after it.
    const { operation } = this;
    return { snapshots: (await listSnapshots(this.parts.openFolder())).map(listedView), operation };
  }

  /** Begins a snapshot. @throws TrainyardError SNAPSHOT_UNDER_WAY */
  begin(why: string, steps?: SnapshotSteps): BackupOperation {
    if (this.isBusy) throw fault('SNAPSHOT_UNDER_WAY', {});
    this.operation = {
      id: randomUUID(),
      status: 'running',
      startedAt: new Date().toISOString(),
      ...{ part: 'database', done: 0, seq: 0, snapshot: null, error: null },
    };
    this.parts.changes.changed('backup', this.operation.id);
    this.working = this.make(why === '' ? byHand : why, steps);
    return this.operation;
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
    const current = this.current(operation);
    if (current.status === 'running' && current.seq <= after) await this.wakeups.wait(waitMs, signal);
    return this.current(operation);
  }

  /** Whether something is under way. */
  get isBusy(): boolean {
    return this.operation?.status === 'running';
  }

  /** Resolves once what is under way has ended. */
  async over(): Promise<void> {
    await this.working;
  }

  /** Ends what is being made; nothing is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private current(operation: string): BackupOperation {
    if (this.operation?.id === operation) return this.operation;
    throw fault('SNAPSHOT_OPERATION_UNKNOWN', { operation });
  }

  private async make(why: string, steps?: SnapshotSteps): Promise<void> {
    const { stores, openFolder, settings, who, version, log } = this.parts;
    const { signal } = this.stopping;
    try {
      // Loaded here: no start needs it.
      const [{ createSnapshot }, { viewOf }, { readSurroundings }] = await Promise.all([
        import('../../stores/snapshots/create-snapshot.ts'),
        import('./snapshot-views.ts'),
        import('./surroundings.ts'),
      ]);
      const { folder, manifest } = await createSnapshot(stores, {
        ...{ folder: openFolder(), why, who, version, settings: settings() },
        surroundings: readSurroundings,
        signal,
        ...(steps && { onNamed: steps.onNamed }),
        onProgress: (progress) => {
          signal.throwIfAborted();
          this.change(progress);
        },
      });
      await steps?.onMade(manifest.id);
      this.change({ status: 'done', snapshot: viewOf(folder, manifest, new Date().toISOString()) });
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'a snapshot could not be made');
      const known = systemFault(error) ?? fault('SNAPSHOT_FAILED', { cause: errorMessage(error) });
      if (!signal.aborted) steps?.onFailed(known.record);
      this.change({ status: 'failed', error: known.record });
    }
  }

  private change(change: Partial<BackupOperation>): void {
    if (!this.operation) return;
    this.operation = { ...this.operation, ...change, seq: this.operation.seq + 1 };
    this.wakeups.wake();
    if (change.status) this.parts.changes.changed('backup', this.operation.id);
  }
}
