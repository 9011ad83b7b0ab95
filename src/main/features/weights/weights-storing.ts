import type { Logger } from 'pino';
import type { WorkError } from '../../../shared/contract/file-progress.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { errorSentence, TrainyardError } from '../../../shared/errors/error.ts';
import type { WeightsFile } from '../../../shared/model/pretrained-weights.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isDiskFault, systemFault } from '../../platform/faults/system-fault.ts';
import { hashing } from '../../platform/sha256.ts';
import { retry } from '../../platform/waiting.ts';
import type { Db } from '../../postgres/db.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { DoesNotFit } from '../disk/disk-watch.ts';
import { placeOfSource, releaseSource, type Uploads } from '../uploads/uploads.ts';
import { isOfHuggingFace, urlsOf, type Wanted } from './hub-files.ts';
import type { DownloadRequest, DownloadWatcher, SourceFile } from './ports.ts';
import { WeightsProgress } from './weights-progress.ts';
import {
  deleteWeights,
  downloadsOf,
  failWeights,
  finishWeights,
  unfinishedWeights,
  type WeightsWork,
  weightsProgressOf,
} from './weights-rows.ts';
import { mayStart } from './weights-turns.ts';

/** A store that is away is waited for so long. */
const outage = { firstMs: 500, longestMs: 30_000, timeoutMs: 120_000 } as const;

export interface StoringParts {
  readonly db: Db;
  readonly objects: Pick<ObjectStore, 'put' | 'list' | 'remove'>;
  readonly uploads: Uploads;
  /** The files of weights at a path; see `files/weights-source.ts`. */
  readonly open: (path: string, uploadName?: string | null) => Promise<readonly SourceFile[]>;
  readonly openFetched: (path: string, name: string) => Promise<SourceFile>;
  /** See `hubs/download.ts`. */
  readonly downloads: {
    fetch(request: DownloadRequest, watcher: DownloadWatcher): Promise<{ readonly path: string } | null>;
    discard(url: string): Promise<void>;
    keepOnly(urls: readonly string[]): Promise<void>;
  };
  /** What a hub knows the person by, where no other is given; null without one. */
  readonly token: () => Promise<string | null>;
  /** `name:password` for an address, where the person's own address of the hub has one; null without. */
  readonly accountAt: (url: string) => string | null;
  /** @throws TrainyardError DISK_FULL if so many bytes more do not fit into the store */
  readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
  readonly changes: ChangeFeed;
  readonly machineId: string;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

interface Job {
  readonly work: WeightsWork;
  readonly progress: WeightsProgress;
  readonly stop: AbortController;
  readonly token: string | null;
}

const noAccess = { token: null, account: null };

/** The prefix of the objects of weights in the bucket `models`. */
export const objectsOf = (id: string) => `weights/${id}/`;

/** Stores weights in the background, and removes them; what a kill cuts off is gone on with at the next start. */
export class WeightsStoring {
  private readonly parts: StoringParts;
  private readonly stopping = new AbortController();
  private readonly jobs = new Map<string, Job>();
  private readonly working = new Map<Job, Promise<void>>();

  constructor(parts: StoringParts) {
    this.parts = parts;
  }

  /** @param token of this call alone: it is written nowhere */
  begin(work: WeightsWork, token: string | null = null): void {
    const job = { work, progress: new WeightsProgress(), stop: new AbortController(), token };
    this.jobs.get(work.id)?.stop.abort();
    this.jobs.set(work.id, job);
    this.startWaiting();
  }

  /** Removes what was fetched from these addresses, where nobody goes on with it. */
  async forget(downloads: readonly Wanted[]): Promise<void> {
    const needed = new Set([...this.jobs.values()].flatMap(({ work }) => urlsOf(work.downloads)));
    try {
      for (const url of urlsOf(downloads)) if (!needed.has(url)) await this.parts.downloads.discard(url);
    } catch (error) {
      this.parts.log.error({ err: error }, 'what was fetched of weights could not be removed');
    }
  }

  /** Goes on with what a killed or stopped engine left. */
  async resume(): Promise<void> {
    const { db, downloads } = this.parts;
    // A kill may have come between a row that went and what was fetched for it.
    await downloads.keepOnly(urlsOf(await downloadsOf(db)));
    for (const work of await unfinishedWeights(db, this.parts.machineId)) this.begin(work);
  }

  /** How far weights are that this engine works at; null for others. */
  progressOf(id: string): WeightsProgress | null {
    return this.jobs.get(id)?.progress ?? null;
  }

  get isBusy(): boolean {
    return this.working.size > 0;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.working.values());
  }

  /** Starts what waits and may begin, the oldest first. */
  private startWaiting(): void {
    if (this.stopping.signal.aborted) return;
    for (const job of this.jobs.values()) {
      const others = [...this.working.keys()].map(({ work }) => work);
      if (!this.working.has(job) && mayStart(job.work, others)) this.working.set(job, this.work(job));
    }
  }

  private async work(job: Job): Promise<void> {
    await this.carryOut(job);
    // A removal takes the place of what is being stored.
    if (this.jobs.get(job.work.id) === job) this.jobs.delete(job.work.id);
    this.parts.changes.changed('weights', job.work.id);
    this.working.delete(job);
    this.startWaiting();
  }

  private async carryOut(job: Job): Promise<void> {
    const { work, progress } = job;
    const { db, log } = this.parts;
    try {
      await this.patiently(job, () => (work.status === 'removing' ? this.remove(work) : this.store(job)));
      progress.enter('done', null);
    } catch (error) {
      if (this.stopping.signal.aborted || job.stop.signal.aborted) return;
      const cause = causeOf(error);
      log[error instanceof TrainyardError ? 'info' : 'error'](
        { weightsId: work.id, err: error },
        'weights were not stored',
      );
      try {
        const kept = await weightsProgressOf(db, work.id);
        // The commit that seemed to fail did not: nothing of them may go.
        if (kept?.status === 'ready') return progress.enter('done', null);
        if (work.status === 'storing') {
          await this.removeObjects(work.id);
          failpoint('weights.failed.before');
          await failWeights(db, work.id, cause);
          failpoint('weights.failed.after');
        }
      } catch (second) {
        log.error({ weightsId: work.id, err: second }, 'weights wait for the next start');
      }
      progress.enter('failed', null, 0, cause);
    }
  }

  /** Tries again while a store is away. */
  private patiently(job: Job, attempt: () => Promise<void>): Promise<void> {
    return retry(attempt, {
      ...outage,
      signal: AbortSignal.any([this.stopping.signal, job.stop.signal]),
      isPassing: (error) =>
        (error instanceof TrainyardError && error.status === 503) ||
        (isDiskFault(error) && !(error instanceof DoesNotFit)),
    });
  }

  private async store(job: Job): Promise<void> {
    const { db, log } = this.parts;
    const { work } = job;
    const files =
      work.downloads === null ? await this.filesOf(work) : await this.fetchAll(job, work.downloads);
    const what = phrase('The weights {name}', '{name} 가중치', { name: work.name });
    await this.parts.checkRoom(
      files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      what,
    );
    const stored: WeightsFile[] = [];
    for (const file of files) stored.push(await this.put(job, file));
    failpoint('weights.ready.before');
    const isThere = await finishWeights(db, work.id, stored);
    failpoint('weights.ready.after');
    if (!isThere) return;
    log.info({ weightsId: work.id, name: work.name }, 'weights were stored');
    await this.tidy(work);
  }

  /** What was stored is not needed where it came from. It counts already: whatever goes wrong here takes nothing away. */
  private async tidy({ id, source, downloads: fetched }: WeightsWork): Promise<void> {
    const { uploads, downloads, log } = this.parts;
    try {
      await releaseSource(uploads, source);
      for (const url of urlsOf(fetched)) await downloads.discard(url);
    } catch (error) {
      log.error({ weightsId: id, err: error }, 'the source of stored weights could not be removed');
    }
  }

  private async filesOf({ source }: WeightsWork): Promise<readonly SourceFile[]> {
    const { path, uploadName } = await placeOfSource(this.parts.uploads, source);
    return this.parts.open(path, uploadName);
  }

  private async put({ work, progress, stop }: Job, file: SourceFile): Promise<WeightsFile> {
    const { objects } = this.parts;
    const signal = AbortSignal.any([this.stopping.signal, stop.signal]);
    progress.enter('storing', file.sizeBytes);
    let done = 0;
    let sha256 = '';
    async function* counted() {
      // Opened by whoever reads it: a stream that is refused while nobody listens would be nobody's error.
      for await (const chunk of file.open() as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        done += chunk.length;
        progress.advance(done);
        yield chunk;
      }
    }
    const name = file.name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(-200);
    const bytes = hashing(counted(), (found) => {
      sha256 = found;
    });
    failpoint('weights.put.before');
    try {
      await objects.put('models', `${objectsOf(work.id)}${name}`, bytes);
    } finally {
      // What a put that failed in the middle has not read.
      bytes.destroy();
    }
    failpoint('weights.put.after');
    if (done !== file.sizeBytes)
      throw fault('WEIGHTS_TRUNCATED', {
        ...{ file: file.name, found: done },
        expected: { en: `, and ${file.sizeBytes} were expected`, ko: `(${file.sizeBytes}바이트여야 함)` },
      });
    return { name, sizeBytes: done, sha256 };
  }

  private async fetchAll(job: Job, wanted: readonly Wanted[]): Promise<readonly SourceFile[]> {
    const files: SourceFile[] = [];
    for (const one of wanted) files.push(...(await this.fetchFirst(job, one)));
    return files;
  }

  /** The first of the candidates that is there, seen to be what its name says. @throws TrainyardError WEIGHTS_NOT_AT_HUB */
  private async fetchFirst(
    job: Job,
    { candidates, isOptional, sha256 }: Wanted,
  ): Promise<readonly SourceFile[]> {
    const { downloads, openFetched, checkRoom } = this.parts;
    const { work, progress, stop } = job;
    const what = phrase('The download of {name}', '{name} 내려받기', { name: work.name });
    const token = job.token ?? (await this.parts.token());
    const watcher = {
      signal: AbortSignal.any([this.stopping.signal, stop.signal]),
      begin: async (total: number | null, done: number) => {
        await checkRoom((total ?? done) - done, what);
        progress.enter('downloading', total, done);
      },
      more: (bytes: number) => checkRoom(bytes, what),
      advance: (done: number) => progress.advance(done),
    };
    for (const { name, url } of candidates) {
      progress.enter('downloading', null);
      const model = work.model ?? '';
      const access = isOfHuggingFace(model) ? { token, account: this.parts.accountAt(url) } : noAccess;
      const request = { url, sha256, model, ...access };
      const fetched = await downloads.fetch(request, watcher);
      if (fetched === null) continue;
      try {
        return [await openFetched(fetched.path, name)];
      } catch (error) {
        // Another attempt would find the same bytes.
        await downloads.discard(url);
        throw error;
      }
    }
    if (isOptional) return [];
    throw fault('WEIGHTS_NOT_AT_HUB', { address: candidates[0]?.url ?? work.source });
  }

  private async remove({ id, downloads }: WeightsWork): Promise<void> {
    failpoint('weights.remove.before');
    await this.removeObjects(id);
    for (const url of urlsOf(downloads)) await this.parts.downloads.discard(url);
    failpoint('weights.remove.after');
    await deleteWeights(this.parts.db, id);
  }

  private async removeObjects(id: string): Promise<void> {
    const { objects } = this.parts;
    for await (const { key } of objects.list('models', objectsOf(id))) await objects.remove('models', key);
  }
}

function causeOf(error: unknown): WorkError {
  return (systemFault(error) ?? fault('WEIGHTS_NOT_STORED', { cause: errorSentence(error) })).record;
}
