import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../platform/error-code.ts';
import { openPlainFile } from '../../platform/plain-file.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';

/** The three files that a trainer writes lines to. */
export type LineFile = 'events.jsonl' | 'stdout.log' | 'stderr.log';

/** What a file holds from an offset on. */
export interface FilePart {
  readonly bytes: Buffer;
  /** The size of the file when it was read. */
  readonly size: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Something else is in its place (a pipe, a folder), or it may not be read: it counts as empty. */
  readonly isUnreadable: boolean;
}

/** How long to wait at most before looking anyway: a watch may miss what another machine or a mapped file changes. */
const safetyMs = 1000;
/** The same where the system has no watch left to give. */
const withoutWatchMs = 200;

const lineFiles: readonly LineFile[] = ['events.jsonl', 'stdout.log', 'stderr.log'];
const nothing = Buffer.alloc(0);

/** Why a file has nothing to read: it is not there yet, or cannot be read. */
type Missing = 'absent' | 'unreadable';

/** A run directory whose files grow. */
export class RunDirectoryTail implements AsyncDisposable {
  private readonly folder: string;
  private readonly log: Pick<WorkLog, 'warn'>;
  private readonly handles = new Map<LineFile, Promise<FileHandle | Missing>>();
  /** As they were when they were last read. */
  private readonly sizes = new Map<LineFile, number>();
  private reported = false;

  constructor(folder: string, log: Pick<WorkLog, 'warn'>) {
    this.folder = folder;
    this.log = log;
  }

  /** At most `limit` bytes from `offset` on; empty if there are none, or the file does not exist yet. */
  async read(file: LineFile, offset: number, limit: number): Promise<FilePart> {
    const handle = await this.handle(file);
    // No file yet: nothing was cut short.
    if (typeof handle === 'string')
      return {
        bytes: nothing,
        size: offset,
        modifiedMs: Date.now(),
        isUnreadable: handle === 'unreadable',
      };
    const { size, mtimeMs } = await handle.stat();
    this.sizes.set(file, size);
    const length = Math.min(size - offset, limit);
    const modifiedMs = Math.floor(mtimeMs);
    if (length <= 0) return { bytes: nothing, size, modifiedMs, isUnreadable: false };
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled), size, modifiedMs, isUnreadable: false };
  }

  /** The size of a file in the directory; null for anything else. */
  async sizeOf(inner: string): Promise<number | null> {
    try {
      const found = await stat(path.join(this.folder, ...inner.split('/')));
      return found.isFile() ? found.size : null;
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG')) return null;
      throw error;
    }
  }

  /**
   * Resolves when one of the files may hold more than when it was last read, or when it is time to look anyway, or when the
   * signal aborts. The watch lives only as long as somebody waits: while a trainer writes thousands of lines a second each of them would be
   * an event, and readers then come back by themselves.
   */
  async changed(signal: AbortSignal): Promise<void> {
    const wakeups = new Wakeups();
    const watcher = this.watch(() => wakeups.wake());
    // Before the look: what is written between it and the wait wakes as well.
    const waits = wakeups.wait(watcher ? safetyMs : withoutWatchMs, signal);
    try {
      if (!(await this.grew())) await waits;
    } finally {
      wakeups.wake();
      watcher?.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const handles = [...this.handles.values()];
    this.handles.clear();
    for (const opening of handles) {
      const handle = await opening;
      if (typeof handle !== 'string') await handle.close();
    }
  }

  private watch(changed: () => void): FSWatcher | null {
    try {
      const watcher = watch(this.folder, (_, name) => {
        if (name === null || lineFiles.some((file) => file === name)) changed();
      });
      // A folder that is removed, say: the next look finds out.
      watcher.on('error', changed);
      return watcher;
    } catch (error) {
      if (!this.reported && !hasCode(error, 'ENOENT')) {
        this.reported = true;
        this.log.warn(
          { err: error, folder: this.folder },
          'the run directory cannot be watched: it is looked at regularly',
        );
      }
      return null;
    }
  }

  private async grew(): Promise<boolean> {
    for (const file of lineFiles) {
      const handle = await this.handle(file);
      if (typeof handle === 'string') continue;
      const { size } = await handle.stat();
      if (size !== (this.sizes.get(file) ?? 0)) return true;
    }
    return false;
  }

  private async handle(file: LineFile): Promise<FileHandle | Missing> {
    const opening = this.handles.get(file) ?? openIfReadable(path.join(this.folder, file));
    this.handles.set(file, opening);
    try {
      const handle = await opening;
      if (typeof handle === 'string') this.handles.delete(file);
      return handle;
    } catch (error) {
      this.handles.delete(file);
      throw error;
    }
  }
}

async function openIfReadable(file: string): Promise<FileHandle | Missing> {
  try {
    return (await openPlainFile(file)) ?? 'unreadable';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'absent';
    if (hasCode(error, 'EACCES', 'EPERM', 'ELOOP', 'ENOTDIR')) return 'unreadable';
    throw error;
  }
}
