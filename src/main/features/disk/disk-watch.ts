import path from 'node:path';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { type DiskLevel, type DiskRoom, diskLevel, refusalBytes } from '../../../shared/model/disk.ts';
import { diskRoom, noRoom } from '../../platform/faults/disk-room.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { measureRooms, tryToWrite } from './file-systems.ts';

/** DISK_FULL for what is larger than the room there is: waiting does not help it, as it may help what a full disk broke off. */
export class DoesNotFit extends TrainyardError {}

export interface DiskState {
  readonly level: DiskLevel;
  /** All of them, the fullest first. */
  readonly disks: readonly (DiskRoom & { readonly level: DiskLevel })[];
}

/** The id under which readers are notified when the level changes. */
const changeId = '00000000-0000-0000-0000-000000000000';
/** A disk fills in seconds at most: a fast one takes some GB meanwhile, which is what `low` is above `full`. */
const lookEveryMs = 5000;
/** While something waits for room. */
const lookSoonMs = 1000;
const rank: Record<DiskLevel, number> = { full: 0, low: 1, ok: 2 };

/** Looks at the room on the product's file systems, so that work is refused before it would fail, and goes on once there is room. */
export class DiskWatch implements Disposable {
  private readonly home: string;
  private readonly folders: () => readonly string[];
  private readonly changes: ChangeFeed;
  private readonly log: WorkLog;
  private current: DiskState = { level: 'ok', disks: [] };
  private looking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private over = false;
  /** A write was refused though bytes seemed left (a quota, a mount for reading only): only a write that succeeds ends that. */
  private wasRefused = false;

  /** @param folders that may be elsewhere than the state folder (by a mount or a link); asked at each look: some are made later */
  constructor(home: string, folders: () => readonly string[], changes: ChangeFeed, log: WorkLog) {
    this.home = home;
    this.folders = folders;
    this.changes = changes;
    this.log = log;
  }

  get state(): DiskState {
    return this.current;
  }

  /** Not `ok` on a full disk: the engine serves reads then and does no work. */
  get readiness(): { readonly ok: boolean; readonly message: string } {
    const [fullest] = this.current.disks;
    const message = fullest
      ? `${formatBytes(fullest.freeBytes)} of ${formatBytes(fullest.totalBytes)} free at ${fullest.path}`
      : 'not looked at yet';
    return { ok: this.current.level !== 'full', message };
  }

  /** Looks once, and from now on by itself. */
  async start(): Promise<void> {
    await this.look();
  }

  /** The disk refused a write: looks now. */
  refused(): void {
    if (this.wasRefused || this.current.level === 'full') return;
    this.wasRefused = true;
    void this.look();
  }

  /** @throws TrainyardError DISK_FULL if nothing more is to be begun */
  check(what: Bilingual): void {
    const [fullest] = this.current.disks;
    if (this.current.level === 'full' && fullest) throw noRoom(what, fullest);
  }

  /** @throws TrainyardError DISK_FULL, and DoesNotFit with the numbers where so much more would leave too little in a folder */
  async checkFits(
    folder: 'objects' | 'uploads' | 'scratch' | 'snapshots',
    bytes: number,
    what: Bilingual,
  ): Promise<void> {
    this.check(
      phrase(
        '{what} was not begun: the disk has no room or takes no writes',
        '디스크에 공간이 없거나 쓸 수 없어 시작하지 못했습니다({what})',
        { what },
      ),
    );
    const room = await diskRoom(path.join(this.home, folder));
    if (room.freeBytes - bytes >= refusalBytes(room.totalBytes)) return;
    const needs = phrase(
      '{what} needs {bytes}, which does not fit on the disk',
      '디스크에 {bytes}를 더 쓸 공간이 없습니다({what})',
      { what, bytes: formatBytes(bytes) },
    );
    const { code, message, hint, ...options } = noRoom(needs, room);
    throw new DoesNotFit(code, message, hint, options);
  }

  [Symbol.dispose](): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private look(): Promise<void> {
    clearTimeout(this.timer);
    // A network share may keep a look for long: one at a time.
    this.looking ??= this.lookNow().finally(() => {
      this.looking = null;
      if (this.over) return;
      const pauseMs = this.current.level === 'full' || this.wasRefused ? lookSoonMs : lookEveryMs;
      this.timer = setTimeout(() => void this.look(), pauseMs);
      this.timer.unref();
    });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    try {
      const rooms = await measureRooms([this.home, ...this.folders()]);
      const disks = rooms
        .map((room) => ({ ...room, level: diskLevel(room) }))
        .sort((one, other) => rank[one.level] - rank[other.level] || one.freeBytes - other.freeBytes);
      const seen = disks[0]?.level ?? 'ok';
      this.become({ level: seen !== 'full' && (await this.stillRefuses()) ? 'full' : seen, disks });
    } catch (error) {
      this.log.warn({ err: error }, 'the room on the disks could not be looked at');
    }
  }

  private async stillRefuses(): Promise<boolean> {
    if (!this.wasRefused) return false;
    try {
      await tryToWrite(this.home);
      this.wasRefused = false;
    } catch (error) {
      this.log.warn({ err: error }, 'the disk takes no writes');
    }
    return this.wasRefused;
  }

  private become(state: DiskState): void {
    const before = this.current.level;
    this.current = state;
    if (before === state.level) return;
    this.log[state.level === 'ok' ? 'info' : 'warn'](state, `the room on the disks is ${state.level}`);
    this.changes.changed('disk', changeId);
  }
}
