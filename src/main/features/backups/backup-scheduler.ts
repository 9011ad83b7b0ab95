import type { BackupScheduleView, SetScheduleInput } from '../../../shared/contract/backup-schedule.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { errorMessage, type KeptError } from '../../../shared/errors/error.ts';
import type { Retention } from '../../../shared/model/retention.ts';
import { bySchedule } from '../../../shared/model/snapshots.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { SettingsStore } from '../../stores/settings/settings-store.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { Backups } from './backups.ts';
import { readSchedule, readState, writeSchedule, writeState } from './kept-schedule.ts';
import type { BackupOperations } from './operations.ts';
import {
  begun,
  failed,
  intending,
  named,
  nextStep,
  type ScheduleState,
  skipped,
  succeeded,
} from './schedule-state.ts';

/** The id under which readers are notified of the schedule. */
const changeId = '00000000-0000-0000-0000-000000000000';
/** Whoever waited for the engine's start is served before anything is made up. */
const firstLookMs = 5000;
/** A timer stands still while the machine sleeps: so long after it woke, at most, what was missed is made up. */
const longestPauseMs = 5 * 60_000;
const shortestPauseMs = 1000;

/** Makes snapshots by a schedule while the stores are open, and removes its old ones. */
export class BackupScheduler implements AsyncDisposable {
  private readonly parts;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isOver = false;
  private readonly ended = Promise.withResolvers<void>();
  /** Counts how often the schedule was changed. */
  private changed = 0;

  constructor(parts: {
    readonly settings: SettingsStore;
    readonly backups: Pick<Backups, 'begin'>;
    readonly operations: Pick<BackupOperations, 'isBusy' | 'over'>;
    /** Makes the folder of all snapshots where it is missing, and answers its path. */
    readonly openFolder: () => string;
    /** Whether the stores hold anything that somebody made. */
    readonly hasContents: () => Promise<boolean>;
    /** @throws TrainyardError DISK_FULL where so many bytes do not fit beside the snapshots */
    readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
    readonly changes: ChangeFeed;
    readonly log: WorkLog;
    readonly now?: () => Date;
  }) {
    this.parts = parts;
  }

  /** Begins to look at the time. */
  start(): void {
    this.arm(firstLookMs);
  }

  /** @throws TrainyardError SCHEDULE_… where what is kept is no schedule on this machine */
  async show(): Promise<BackupScheduleView> {
    const { settings, openFolder } = this.parts;
    const { scheduleView } = await import('./schedule-view.ts');
    return scheduleView(readSchedule(settings), readState(settings), openFolder(), this.now());
  }

  /**
   * Changes the schedule. What it did not do before is not made up by another one, or by one that was off.
   * @throws TrainyardError SCHEDULE_CRON_INVALID, SCHEDULE_NEVER_OCCURS, SCHEDULE_ZONE_UNKNOWN
   */
  async set(change: SetScheduleInput): Promise<BackupScheduleView> {
    const { settings, changes } = this.parts;
    const { occurrencesOf } = await import('./occurrences.ts');
    const before = readSchedule(settings);
    const after = { ...before, ...change };
    occurrencesOf(after);
    // The state first: killed in between, a schedule begins anew and misses nothing that it should not.
    if (before.cron !== after.cron || before.zone !== after.zone || before.on !== after.on)
      writeState(settings, begun(this.now(), readState(settings)));
    writeSchedule(settings, change);
    this.changed += 1;
    changes.changed('backup', changeId);
    this.arm(shortestPauseMs);
    return this.show();
  }

  /** What a retention would remove now of the snapshots that the schedule made. */
  async removable(keep: Retention) {
    const { settings, openFolder } = this.parts;
    const { prunable } = await import('./prunable.ts');
    const own = readState(settings)?.made ?? [];
    const { removed, kept } = await prunable(openFolder(), keep, (id) => own.includes(id));
    return { removed: [...removed], kept: [...kept] };
  }

  /** Looks at the time now, and does what is due. */
  look(): Promise<void> {
    this.looking = this.looking.then(async () => {
      let pauseMs = longestPauseMs;
      try {
        pauseMs = await this.lookNow();
      } catch (error) {
        if (!this.isOver) this.parts.log.warn({ err: error }, 'the schedule of snapshots has to wait');
      }
      this.arm(pauseMs);
    });
    return this.looking;
  }

  /** What is being made ends with the stores; the next engine finds the intent, and makes it again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    this.ended.resolve();
    clearTimeout(this.timer);
    await this.looking;
  }

  private now(): string {
    return (this.parts.now?.() ?? new Date()).toISOString();
  }

  private arm(pauseMs: number): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    this.timer = setTimeout(
      () => void this.look(),
      Math.min(Math.max(pauseMs, shortestPauseMs), longestPauseMs),
    );
    this.timer.unref();
  }

  /** Changes what is kept, as it is now. */
  private update(change: (state: ScheduleState) => ScheduleState): void {
    const { settings } = this.parts;
    writeState(settings, change(readState(settings) ?? begun(this.now(), null)));
  }

  /** @returns how long nothing is due */
  private async lookNow(): Promise<number> {
    const { settings, operations, changes } = this.parts;
    const schedule = readSchedule(settings);
    if (!schedule.on || this.isOver) return longestPauseMs;
    const { changed } = this;
    const { occurrencesOf } = await import('./occurrences.ts');
    const occurrences = occurrencesOf(schedule);
    if (readState(settings)?.attempt?.isUnderWay) {
      if (operations.isBusy) return shortestPauseMs;
      await this.recover(schedule.keep);
    }
    const now = this.now();
    const { state, due, lookAt } = nextStep(readState(settings) ?? begun(now, null), now, occurrences);
    writeState(settings, state);
    if (due === null) return lookAt === null ? longestPauseMs : Date.parse(lookAt) - Date.parse(now);
    const refusal = await this.refusal();
    if (this.changed !== changed || this.isOver) return shortestPauseMs;
    // A restore must find what it reads, and a snapshot is not of a store that is being filled.
    // What waits for the stores' end, as a restore does that takes their place, must not be waited for by it.
    if (operations.isBusy) await Promise.race([operations.over(), this.ended.promise]);
    else if (refusal === 'empty') this.update((kept) => skipped(kept, due, now));
    else await this.attempt(due, refusal, schedule.keep);
    changes.changed('backup', changeId);
    return shortestPauseMs;
  }

  /** Finds what an attempt came to whose engine was killed: its snapshot may be there. */
  private async recover(keep: Retention): Promise<void> {
    const { settings, openFolder } = this.parts;
    const { listSnapshots } = await import('../../stores/snapshots/snapshot-folder.ts');
    const id = readState(settings)?.attempt?.snapshot;
    const there = (await listSnapshots(openFolder())).find((one) => one.id === id && one.manifest !== null);
    if (there) return this.keep(there.id, keep);
    const { record } = fault('SCHEDULED_SNAPSHOT_INTERRUPTED', {});
    this.update((state) => failed(state, record, this.now()));
  }

  /** Why no snapshot is to be begun; null: nothing speaks against it. */
  private async refusal(): Promise<KeptError | 'empty' | null> {
    const { hasContents, checkRoom, openFolder } = this.parts;
    const { newestVerified } = await import('../../stores/snapshots/snapshot-folder.ts');
    try {
      if (!(await hasContents())) return 'empty';
      const files = (await newestVerified(openFolder()))?.manifest?.files ?? [];
      // Objects that it shares with the next one take no more room.
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      await checkRoom(bytes, { en: 'The scheduled snapshot', ko: '예약된 스냅숏' });
      return null;
    } catch (error) {
      return recordOf(error);
    }
  }

  private async attempt(due: string, refusal: KeptError | null, keep: Retention): Promise<void> {
    const { backups, operations, log } = this.parts;
    failpoint('backup-schedule.intent.before');
    this.update((state) => intending(state, due, this.now()));
    failpoint('backup-schedule.intent.after');
    const onFailed = (error: KeptError) => {
      log.warn({ err: error, due }, 'the scheduled snapshot could not be made');
      this.update((state) => failed(state, error, this.now()));
    };
    if (refusal) return onFailed(refusal);
    backups.begin(bySchedule, {
      onNamed: (id) => this.update((state) => named(state, id)),
      onMade: (id) => this.keep(id, keep),
      onFailed,
    });
    await operations.over();
  }

  /** Writes that the snapshot was made, then removes old ones. */
  private async keep(id: string, keep: Retention): Promise<void> {
    failpoint('backup-schedule.settle.before');
    this.update((state) => succeeded(state, id, this.now()));
    failpoint('backup-schedule.settle.after');
    try {
      const [{ removed }, { removeSnapshots }] = await Promise.all([
        this.removable(keep),
        import('../../stores/snapshots/snapshot-folder.ts'),
      ]);
      const ids = removed.map((one) => one.id);
      await removeSnapshots(this.parts.openFolder(), ids);
      this.update((state) => ({ ...state, made: state.made.filter((one) => !ids.includes(one)) }));
    } catch (error) {
      this.parts.log.warn({ err: error }, 'old snapshots could not be removed');
      this.update((state) => ({ ...state, last: state.last && { ...state.last, error: recordOf(error) } }));
    }
  }
}

const recordOf = (error: unknown): KeptError =>
  (systemFault(error) ?? fault('SNAPSHOT_FAILED', { cause: errorMessage(error) })).record;
