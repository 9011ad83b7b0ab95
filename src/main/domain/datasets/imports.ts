import { setTimeout as delay } from 'node:timers/promises';
import { errorSentence, TrainyardError } from '../../../shared/model/errors.ts';
import { failpoint } from '../../failpoints.ts';
import { isDiskFault, systemFault } from '../../faults/system-fault.ts';
import { DoesNotFit } from '../disk/disk-watch.ts';
import type { News } from '../news/news.ts';
import { FileProgress, type ProgressState } from './file-progress.ts';
import { type ImportParts, InvalidDataset, runImport } from './import-job.ts';
import type { ImportError, ImportIntent, ImportRecord } from './ports.ts';

/** Where the messages of background work go; pino's order of arguments. */
interface ImportLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface ImportsParts extends ImportParts {
  readonly news: News;
  readonly log: ImportLog;
  readonly machineId: string;
}

/** So many imports run side by side; those of one dataset run one after another. */
const atOnce = 2;
/** A store that is away (its server is restarted, say) is waited for so long before an import fails; it goes on with what is stored. */
const outagePausesMs = [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000] as const;

/** The imports of this engine: begun as rows, carried out in the background, gone on with after a kill. */
export class Imports {
  private readonly parts: ImportsParts;
  private readonly stopping = new AbortController();
  private readonly progress = new Map<string, FileProgress>();
  private readonly waiting: ImportRecord[] = [];
  private readonly running = new Map<string, Promise<void>>();

  constructor(parts: ImportsParts) {
    this.parts = parts;
  }

  /** Writes the intent and starts the work; answers as soon as the intent is safe. */
  async begin(intent: Omit<ImportIntent, 'machineId'>): Promise<{ datasetId: string; importId: string }> {
    const { importRows, machineId, news } = this.parts;
    failpoint('dataset-import.intent.before');
    const begun = await importRows.begin({ ...intent, machineId });
    failpoint('dataset-import.intent.after');
    const record = await importRows.find(begun.importId);
    if (!record) throw new Error(`import ${begun.importId} was begun and is not there`);
    news.changed('dataset', begun.datasetId);
    this.enqueue(record);
    return begun;
  }

  /** Goes on with what an engine that was killed or stopped left unfinished. Answers how many there are. */
  async resume(): Promise<number> {
    const left = await this.parts.importRows.unfinished(this.parts.machineId);
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
    return this.progress.get(importId)?.state ?? null;
  }

  /** Waits as {@link FileProgress.wait} does. */
  async wait(importId: string, seen: number, waitMs: number): Promise<void> {
    await this.progress.get(importId)?.wait(seen, waitMs);
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
    const { news } = this.parts;
    this.progress.set(record.id, new FileProgress(() => news.changed('dataset', record.datasetId)));
    this.waiting.push(record);
    this.startNext();
  }

  private startNext(): void {
    if (this.stopping.signal.aborted) return;
    while (this.running.size < atOnce) {
      const index = this.waiting.findIndex(({ datasetId }) => !this.running.has(datasetId));
      const [record] = index < 0 ? [] : this.waiting.splice(index, 1);
      if (!record) return;
      const work = this.carryOut(record).finally(() => {
        this.running.delete(record.datasetId);
        this.startNext();
      });
      this.running.set(record.datasetId, work);
    }
  }

  private async carryOut(record: ImportRecord): Promise<void> {
    const { news, log } = this.parts;
    const progress = this.progress.get(record.id);
    if (!progress) return;
    let isWritten = true;
    try {
      const { version, reused } = await this.runPatiently(record, progress);
      log.info({ importId: record.id, datasetId: record.datasetId, version, reused }, 'dataset imported');
      await this.releaseUpload(record);
      progress.enter('done', progress.state.total);
    } catch (error) {
      // Whatever the stop broke is gone on with at the next start; what would have failed by itself fails then.
      if (this.stopping.signal.aborted) return;
      isWritten = await this.fail(record, progress, error);
    }
    // Whoever asks later reads the rows.
    if (isWritten) this.progress.delete(record.id);
    news.changed('dataset', record.datasetId);
    news.changed('project', record.projectId);
  }

  private async runPatiently(
    record: ImportRecord,
    progress: FileProgress,
  ): Promise<{ version: number; reused: boolean }> {
    const { signal } = this.stopping;
    for (let tries = 0; ; tries += 1) {
      try {
        return await runImport(record, this.parts, progress, signal);
      } catch (error) {
        const isAway =
          (error instanceof TrainyardError && error.status === 503) ||
          (isDiskFault(error) && !(error instanceof DoesNotFit));
        const pauseMs = outagePausesMs[tries];
        if (!isAway || pauseMs === undefined || signal.aborted) throw error;
        this.parts.log.info({ importId: record.id, err: error, pauseMs }, 'an import waits for a store');
        await delay(pauseMs, undefined, { signal });
      }
    }
  }

  /** Answers whether the failure stands in the rows. */
  private async fail(record: ImportRecord, progress: FileProgress, error: unknown): Promise<boolean> {
    const { importRows, log } = this.parts;
    const known = systemFault(error);
    const told: ImportError = {
      code: known?.code ?? 'IMPORT_FAILED',
      message: known?.message ?? `The import failed: ${errorSentence(error)}`,
      mend:
        known?.mend ?? 'Look into the engine’s log in the state folder, mend the cause, and import again.',
    };
    log[known ? 'info' : 'error']({ importId: record.id, err: error }, 'an import failed');
    try {
      failpoint('dataset-import.failed.before');
      await importRows.fail(record.id, told, error instanceof InvalidDataset ? error.validation : null);
      failpoint('dataset-import.failed.after');
      return true;
    } catch (second) {
      // The store is away: the import stays unfinished there, and the next start goes on with it.
      log.error({ importId: record.id, err: second }, 'the failure of an import could not be written down');
      return false;
    } finally {
      progress.enter('failed', null, told);
    }
  }

  /** An upload has served once its bytes are a version; a failed one stays, to be imported without its faults. */
  private async releaseUpload({ id, source }: ImportRecord): Promise<void> {
    if (!source.startsWith('upload://')) return;
    try {
      await this.parts.uploads.release(source.slice('upload://'.length));
    } catch (error) {
      this.parts.log.error({ importId: id, err: error }, 'an upload that was imported could not be removed');
    }
  }
}
