import type { Logger } from 'pino';
import type { WorkError } from '../../../shared/contract/file-progress.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isDiskFault, systemFault } from '../../platform/faults/system-fault.ts';
import { retry } from '../../platform/waiting.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { DoesNotFit } from '../disk/disk-watch.ts';
import { releaseSource } from '../uploads/uploads.ts';
import type { ImportRecord } from './dataset-rows.ts';
import { FileProgress, type ProgressState } from './file-progress.ts';
import { type ImportParts, runImport } from './import-job.ts';
import {
  beginImport,
  cancelImport,
  failImport,
  type ImportIntent,
  unfinishedImports,
} from './import-rows.ts';
import { InvalidDataset } from './invalid-dataset.ts';
import { removeStored } from './remove-stored.ts';
import { withdrawImport } from './withdrawal-rows.ts';

/** So many imports run side by side; those of one dataset run one after another. */
const atOnce = 2;
/** A store that is away (its server is restarted, say) is waited for so long before an import fails; it goes on with what is stored. */
const outage = { firstMs: 500, longestMs: 30_000, timeoutMs: 120_000 } as const;

/** An import that this engine works at, or is to. */
interface Work {
  readonly record: ImportRecord;
  readonly progress: FileProgress;
  /** Aborted where it was cancelled. */
  readonly stop: AbortController;
}

/** What imports are begun, carried out and gone on with by. */
export interface ImportsParts extends ImportParts {
  readonly changes: ChangeFeed;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly machineId: string;
}

/** The imports of this engine: begun as rows, carried out in the background, gone on with after a kill. */
export class Imports {
  private readonly parts: ImportsParts;
  private readonly stopping = new AbortController();
  private readonly works = new Map<string, Work>();
  private readonly waiting: Work[] = [];
  private readonly running = new Map<Work, Promise<void>>();

  constructor(parts: ImportsParts) {
    this.parts = parts;
  }

  /** Writes the intent and starts the work; answers as soon as the intent is safe. */
  async begin(intent: Omit<ImportIntent, 'machineId'>): Promise<{ datasetId: string; importId: string }> {
    const { db, machineId, changes } = this.parts;
    failpoint('dataset-import.intent.before');
    const record = await db.transaction((tx) => beginImport(tx, { ...intent, machineId }));
    failpoint('dataset-import.intent.after');
    changes.changed('dataset', record.datasetId);
    this.enqueue(record);
    return { datasetId: record.datasetId, importId: record.id };
  }

  /**
   * Ends an import and takes back what it stored; harmless where it has ended. Returns as soon as that is committed.
   * An import on another machine notices it at its next durable step.
   * @throws TrainyardError NOT_FOUND
   */
  async cancel(importId: string): Promise<{ datasetId: string }> {
    const { db, changes } = this.parts;
    failpoint('dataset-import.cancel.before');
    const record = await cancelImport(db, importId);
    failpoint('dataset-import.cancel.after');
    if (!record) throw importNotFound(importId);
    const work = this.works.get(importId);
    if (work && record.phase === 'cancelling') {
      work.stop.abort(fault('IMPORT_CANCELLED', {}));
      work.progress.enter('cancelling', null);
      this.startNext();
    }
    changes.changed('dataset', record.datasetId);
    return { datasetId: record.datasetId };
  }

  /** Continues the imports that a killed or stopped engine left unfinished. Returns their number. */
  async resume(): Promise<number> {
    await this.parts.scratch.clear();
    const left = await unfinishedImports(this.parts.db, this.parts.machineId);
    for (const record of left) {
      this.parts.log.info(
        { importId: record.id, source: record.source },
        'going on with an unfinished import',
      );
      this.enqueue(record);
    }
    return left.length;
  }

  /** How far an import of this engine is; null for one that it does not work at. */
  stateOf(importId: string): ProgressState | null {
    return this.works.get(importId)?.progress.state ?? null;
  }

  /** Waits as {@link FileProgress.wait} does. */
  async wait(importId: string, seen: number, waitMs: number): Promise<void> {
    await this.works.get(importId)?.progress.wait(seen, waitMs);
  }

  get isBusy(): boolean {
    return this.running.size > 0 || this.waiting.length > 0;
  }

  /** Stops the work where it is; the rows stay unfinished, and the next start goes on. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.waiting.length = 0;
    await Promise.all(this.running.values());
  }

  private enqueue(record: ImportRecord): void {
    const { changes } = this.parts;
    const progress = new FileProgress(() => changes.changed('dataset', record.datasetId));
    const work = { record, progress, stop: new AbortController() };
    if (record.phase === 'cancelling') work.stop.abort(fault('IMPORT_CANCELLED', {}));
    this.works.set(record.id, work);
    this.waiting.push(work);
    this.startNext();
  }

  private startNext(): void {
    if (this.stopping.signal.aborted) return;
    for (;;) {
      const index = this.waiting.findIndex((work) => this.mayStart(work));
      const [work] = index < 0 ? [] : this.waiting.splice(index, 1);
      if (!work) return;
      const end = this.carryOut(work).finally(() => {
        this.running.delete(work);
        this.startNext();
      });
      this.running.set(work, end);
    }
  }

  /** A cancelled one does not wait for others. */
  private mayStart({ record, stop }: Work): boolean {
    if (stop.signal.aborted) return true;
    const running = [...this.running.keys()];
    return running.length < atOnce && !running.some((other) => other.record.datasetId === record.datasetId);
  }

  private async carryOut(work: Work): Promise<void> {
    const { changes, log } = this.parts;
    const { record, progress, stop } = work;
    const signal = AbortSignal.any([this.stopping.signal, stop.signal]);
    let isWritten = true;
    try {
      const { version, reused } = await this.patiently(record, signal, () =>
        runImport(record, this.parts, progress, signal),
      );
      log.info({ importId: record.id, datasetId: record.datasetId, version, reused }, 'dataset imported');
      await this.releaseUpload(record);
      progress.enter('done', progress.state.total);
    } catch (error) {
      // Whatever the stop broke is gone on with at the next start; what would have failed by itself fails then.
      if (this.stopping.signal.aborted) return;
      isWritten = stop.signal.aborted ? await this.withdraw(work) : await this.fail(work, error);
    }
    // Later calls read the rows.
    if (isWritten) this.works.delete(record.id);
    changes.changed('dataset', record.datasetId);
    changes.changed('project', record.projectId);
  }

  /** Tries again while a store is away. */
  private patiently<Result>(
    record: ImportRecord,
    signal: AbortSignal,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    return retry(attempt, {
      ...outage,
      signal,
      isPassing: (error) =>
        (error instanceof TrainyardError && error.status === 503) ||
        (isDiskFault(error) && !(error instanceof DoesNotFit)),
      onRetry: (error, pauseMs) =>
        this.parts.log.info({ importId: record.id, err: error, pauseMs }, 'an import waits for a store'),
    });
  }

  /** Takes back what a cancelled import stored. Returns whether its end is in the rows. */
  private async withdraw({ record, progress }: Work): Promise<boolean> {
    const { db, store, log } = this.parts;
    const cause = fault('IMPORT_CANCELLED', {}).record;
    progress.enter('cancelling', null);
    try {
      await this.releaseUpload(record);
      await this.patiently(record, this.stopping.signal, () =>
        db.transaction((tx) =>
          withdrawImport(tx, record.id, cause, async (stored) => {
            failpoint('dataset-import.withdraw.before');
            await removeStored(store, record.datasetId, stored);
            failpoint('dataset-import.withdraw.after');
          }),
        ),
      );
      log.info({ importId: record.id, datasetId: record.datasetId }, 'an import was cancelled');
      progress.enter('cancelled', null, cause);
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      log.error({ importId: record.id, err: error }, 'a cancelled import waits for the next start');
      progress.enter('failed', null, importFault(error));
      return false;
    }
  }

  /** Returns whether the failure is in the rows. */
  private async fail(work: Work, error: unknown): Promise<boolean> {
    const { db, log } = this.parts;
    const { record, progress } = work;
    if (wasCancelled(error)) return this.withdraw(work);
    const cause = importFault(error);
    log[systemFault(error) ? 'info' : 'error']({ importId: record.id, err: error }, 'an import failed');
    try {
      failpoint('dataset-import.failed.before');
      const validation = error instanceof InvalidDataset ? error.validation : null;
      await db.transaction((tx) => failImport(tx, record.id, cause, validation));
      failpoint('dataset-import.failed.after');
      progress.enter('failed', null, cause);
      return true;
    } catch (second) {
      if (wasCancelled(second)) return this.withdraw(work);
      // The store is away: the import stays unfinished there, and the next start goes on with it.
      log.error({ importId: record.id, err: second }, 'the failure of an import could not be written down');
      progress.enter('failed', null, cause);
      return false;
    }
  }

  /** An upload has served once its bytes are a version; a failed one stays, to be imported without its faults. */
  private async releaseUpload({ id, source }: ImportRecord): Promise<void> {
    try {
      await releaseSource(this.parts.uploads, source);
    } catch (error) {
      this.parts.log.error({ importId: id, err: error }, 'an upload that was imported could not be removed');
    }
  }
}

/** Cancelled while it failed, or by another engine. */
function wasCancelled(error: unknown): boolean {
  return error instanceof TrainyardError && error.code === 'IMPORT_CANCELLED';
}

function importFault(error: unknown): WorkError {
  const known = systemFault(error) ?? fault('IMPORT_FAILED', { cause: errorSentence(error) });
  return known.record;
}

/** The error for an import that does not exist. */
export function importNotFound(importId: string): TrainyardError {
  const where = { en: 'the list of datasets', ko: '데이터셋 목록' };
  const what = phrase('import {importId}', '가져오기 {importId}', { importId });
  return fault('NOT_FOUND', { where, what }, { place: { field: 'importId' } });
}
