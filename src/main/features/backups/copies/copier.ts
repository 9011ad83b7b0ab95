import path from 'node:path';
import type { DestinationView } from '../../../../shared/contract/backup-destinations.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { systemFault } from '../../../platform/faults/system-fault.ts';
import { pause } from '../../../platform/waiting.ts';
import type { WorkLog } from '../../../platform/work-log.ts';
import type { Destination, DestinationPlace } from '../../../stores/destinations/destination.ts';
import type { Patience } from '../../../stores/destinations/open-destination.ts';
import type { ChangeFeed } from '../../changes/change-feed.ts';
import { type Copyable, failed, removableCopies, retryOf, waitingFor } from './copy-state.ts';
import type { KeptDestination, KeptDestinations } from './kept-destinations.ts';

/** Whoever waited for the engine's start is served before anything is copied. */
const firstLookMs = 5000;
const longestStopMs = 10_000;
/** A timer stands still while the machine sleeps, and a disk is attached without notice. */
const betweenLooksMs = 60_000;

/** A server that went away is asked so often in a row; then it is tried again after minutes. */
const tries = 6;

type Current = DestinationView['current'];

/** What is copied to one destination. */
interface Work {
  current: Current;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Copies snapshots to the destinations, each at its own pace and one snapshot after the other, the newest first, and removes old copies.
 * What waits follows from what is here and what was copied: a kill loses nothing, and what is done again is there already.
 */
export class Copier implements AsyncDisposable {
  private readonly parts;
  private readonly work = new Map<string, Work>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(parts: {
    readonly kept: KeptDestinations;
    readonly open: (place: DestinationPlace, patience: Patience) => Promise<Destination>;
    /** Makes the folder of all snapshots where it is missing, and answers its path. */
    readonly openFolder: () => string;
    readonly changes: ChangeFeed;
    readonly log: WorkLog;
    readonly now?: () => Date;
  }) {
    this.parts = parts;
  }

  /** Begins to look for what waits. */
  start(): void {
    this.arm(firstLookMs);
  }

  /** Whether something is done at a destination now, and what is being copied there. */
  stateOf(id: string): Pick<DestinationView, 'isBusy' | 'current'> {
    const work = this.work.get(id);
    return { isBusy: work !== undefined, current: work?.current ?? null };
  }

  /** Snapshots that can be copied. */
  async copyable(): Promise<readonly Copyable[]> {
    const { listSnapshots } = await import('../../../stores/snapshots/snapshot-folder.ts');
    return (await listSnapshots(this.parts.openFolder()))
      .filter(({ manifest, proof }) => manifest !== null && proof.verifiedAt !== null)
      .map(({ id, proof }) => ({ id, isProven: proof.provenAt !== null }));
  }

  /** Looks now for what waits. @param asked the destination that is tried again, whatever failed there before */
  look(asked: string | null = null): Promise<void> {
    this.looking = this.looking.then(async () => {
      try {
        await this.lookNow(asked);
      } catch (error) {
        this.parts.log.warn({ err: error }, 'copies of snapshots have to wait');
      }
      this.arm(betweenLooksMs);
    });
    return this.looking;
  }

  /** Resolves once nothing is done at a destination. */
  async idle(id: string): Promise<void> {
    await this.work.get(id)?.ended;
  }

  /** Ends what is being copied to a destination, and waits for that; not for ever, as a server of files that went away answers nothing. */
  async stop(id: string): Promise<void> {
    this.work.get(id)?.stopping.abort();
    await Promise.race([this.idle(id), pause(longestStopMs)]);
  }

  /** What is being copied ends with the stores; the next engine goes on with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all([...this.work.keys()].map((id) => this.stop(id)));
  }

  private now(): string {
    return (this.parts.now?.() ?? new Date()).toISOString();
  }

  private arm(pauseMs: number): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    this.timer = setTimeout(() => void this.look(), pauseMs);
    this.timer.unref();
  }

  private async lookNow(asked: string | null): Promise<void> {
    const all = this.parts.kept.all();
    if (all.length === 0 || this.isOver) return;
    const snapshots = await this.copyable();
    for (const one of all) {
      if (this.isOver || this.work.has(one.id)) continue;
      const isIdle = waitingFor(one, snapshots).length === 0 && !one.failure;
      if (one.id === asked || !(isIdle || this.mustWait(one))) this.begin(one);
    }
  }

  /** Whether what failed is not to be tried again yet; a clock that was put back does not put that off. */
  private mustWait(destination: KeptDestination): boolean {
    const [again, now] = [retryOf(destination), this.now()];
    return again !== null && now < again && now >= (destination.failure?.at ?? now);
  }

  private begin({ id }: KeptDestination): void {
    const stopping = new AbortController();
    const ended = Promise.resolve()
      .then(() => this.run(id, stopping.signal))
      .catch((error: unknown) =>
        this.parts.log.warn({ err: error }, 'what came of a copy could not be kept'),
      );
    this.work.set(id, { current: null, stopping, ended });
  }

  private async run(id: string, signal: AbortSignal): Promise<void> {
    const { kept, open, log, changes } = this.parts;
    try {
      using destination = await open(kept.find(id).place, { signal, tries });
      await this.copyAll(id, destination, signal);
      kept.update(id, (one) => ({ ...one, failure: null }));
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error, destination: id }, 'copies of snapshots could not be made');
      const known = systemFault(error) ?? fault('SNAPSHOT_FAILED', { cause: errorMessage(error) });
      kept.update(id, (one) => failed(one, known.record, this.now()));
    } finally {
      this.work.delete(id);
      changes.changed('backup', id);
    }
  }

  private async copyAll(id: string, destination: Destination, signal: AbortSignal): Promise<void> {
    const { kept, openFolder } = this.parts;
    const facts = await destination.check(id);
    const there = await destination.list();
    kept.update(id, (one) => ({ ...one, facts, copied: one.copied.filter((copy) => there.includes(copy)) }));
    // First: on a full disk nothing could be copied else. The newest copy stays.
    await this.removeOld(id, destination);
    for (;;) {
      signal.throwIfAborted();
      const [next] = waitingFor(kept.find(id), await this.copyable());
      if (next === undefined) break;
      this.show(id, { snapshot: next, done: 0, files: 0 });
      try {
        // A disk may have gone since the one before.
        await destination.check(id);
        await destination.copy(path.join(openFolder(), next), {
          onCopied: (progress) => this.show(id, { snapshot: next, ...progress }),
          signal,
        });
      } catch (error) {
        // Somebody removed it: then nobody awaits its copy.
        if (!(await this.copyable()).some((snapshot) => snapshot.id === next)) continue;
        throw error;
      }
      failpoint('backup-copy.settle.before');
      kept.update(id, (one) => ({ ...one, copied: [...one.copied, next] }));
      failpoint('backup-copy.settle.after');
    }
    this.show(id, null);
    await this.removeOld(id, destination);
  }

  private async removeOld(id: string, destination: Destination): Promise<void> {
    const { kept } = this.parts;
    const snapshots = await this.copyable();
    const one = kept.find(id);
    const old = removableCopies(one.copied, one.keep, snapshots);
    if (old.length === 0) return;
    await destination.remove(old, waitingFor(one, snapshots));
    kept.update(id, (after) => ({ ...after, copied: after.copied.filter((copy) => !old.includes(copy)) }));
  }

  /** Readers are notified as another snapshot begins; how far one is, they ask for. */
  private show(id: string, current: Current): void {
    const work = this.work.get(id);
    if (!work) return;
    const isOther = work.current?.snapshot !== current?.snapshot;
    work.current = current;
    if (isOther) this.parts.changes.changed('backup', id);
  }
}
