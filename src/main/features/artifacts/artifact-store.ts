import { createHash } from 'node:crypto';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isDiskFault, systemFault } from '../../platform/faults/system-fault.ts';
import { hashing } from '../../platform/sha256.ts';
import { BackOff } from '../../platform/waiting.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import { isObjectKey } from '../../stores/objects/keys.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { RunDirectories } from '../runs/ports.ts';
import {
  attemptsWithUnstored,
  type StoredArtifact,
  setStored,
  type UnstoredArtifact,
  unstoredArtifacts,
} from './artifact-rows.ts';

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** While an artifact is copied, the room is checked again after this many bytes, because other programs write to the disk too. */
const askRoomEveryBytes = 64 * 1024 ** 2;
/** How long what is under way is waited for at the end; it may be cut off anywhere. */
const stopWithinMs = 2000;

/** An artifact for which there is no room. */
interface Waiting {
  readonly path: string;
  readonly fault: TrainyardError;
}

interface ArtifactStoreParts {
  readonly db: Db;
  readonly objects: Pick<ObjectStore, 'put'>;
  readonly directories: Pick<RunDirectories, 'openFile' | 'filesAt'>;
  /** @throws TrainyardError DISK_FULL if so many bytes more do not fit into the store */
  readonly checkRoom: (bytes: number, what: Bilingual) => Promise<void>;
  readonly machineId: string;
  readonly changes: ChangeFeed;
  readonly log: WorkLog;
}

/**
 * Puts the artifacts of attempts that are over into the bucket `artifacts`, one attempt after the other, so that they outlive their
 * run directory and are there for other machines. The object is written first, then its row: what a kill leaves in between
 * is done again. Room is asked for before each copy; what does not fit stays in its run directory, the run's history says so, and it
 * is tried again.
 */
export class ArtifactStore implements AsyncDisposable {
  private readonly parts: ArtifactStoreParts;
  private readonly waiting = new Set<string>();
  private readonly backOffs = new Map<string, BackOff>();
  /** What the history of a run says of artifacts of an attempt that wait for room. */
  private readonly noted = new Map<string, string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(parts: ArtifactStoreParts) {
    this.parts = parts;
  }

  /** An attempt of this machine is over: its artifacts are stored in the background, with patience where the stores are away. */
  attemptEnded(attemptId: string): void {
    if (this.stopping.signal.aborted) return;
    this.waiting.add(attemptId);
    this.working ??= this.work();
  }

  /** Looks for what earlier engines of this machine did not come to; call it at each start. Never rejects. */
  async sweep(): Promise<void> {
    const { db, machineId, log } = this.parts;
    try {
      for (const attemptId of await attemptsWithUnstored(db, machineId)) this.attemptEnded(attemptId);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      log.warn({ err: error }, 'artifacts that are not stored yet could not be looked for; trying again');
      this.later(longestPauseMs, () => void this.sweep());
    }
  }

  /** Resolves once nothing is under way; what failed and waits for its next try is not waited for. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  /** Stops where it is; the next start goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.waiting.clear();
    await Promise.race([this.idle(), new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())]);
  }

  private async work(): Promise<void> {
    for (const attemptId of this.waiting) {
      this.waiting.delete(attemptId);
      try {
        await this.storeAll(attemptId);
        this.backOffs.delete(attemptId);
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        this.tryAgain(attemptId, error);
      }
    }
    this.working = null;
  }

  private tryAgain(attemptId: string, error: unknown): void {
    const backOff = this.backOffs.get(attemptId) ?? new BackOff(firstPauseMs, longestPauseMs);
    this.backOffs.set(attemptId, backOff);
    const pauseMs = backOff.next();
    this.parts.log.warn(
      { err: error, attemptId, pauseMs },
      'artifacts of an attempt could not be stored; trying again',
    );
    this.later(pauseMs, () => this.attemptEnded(attemptId));
  }

  private later(ms: number, action: () => void): void {
    if (this.stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }

  /** @throws the first error, after the other artifacts had their turn */
  private async storeAll(attemptId: string): Promise<void> {
    const { db, changes, log } = this.parts;
    const artifacts = await unstoredArtifacts(db, attemptId);
    const gone: string[] = [];
    const failures: unknown[] = [];
    const waiting: Waiting[] = [];
    for (const artifact of artifacts) {
      try {
        const stored = await this.putObjects(artifact);
        if (stored === null) gone.push(artifact.path);
        else {
          failpoint('artifact.row.before');
          await setStored(db, artifact, stored);
          failpoint('artifact.row.after');
        }
      } catch (error) {
        this.stopping.signal.throwIfAborted();
        failures.push(error);
        const fault = isDiskFault(error) ? systemFault(error) : null;
        if (fault) waiting.push({ path: artifact.path, fault });
      }
    }
    const [first] = artifacts;
    if (first && gone.length + failures.length < artifacts.length) changes.changed('run', first.runId);
    if (gone.length > 0) log.info({ attemptId, gone }, 'artifacts are not in their run directory any more');
    if (first) await this.noteWaiting(attemptId, first, waiting);
    if (failures.length > 0) throw failures[0];
  }

  /** Says in the run's history that artifacts wait for room, and that they are stored: each once, however often it is tried. */
  private async noteWaiting(
    attemptId: string,
    { runId, attempt }: UnstoredArtifact,
    waiting: readonly Waiting[],
  ): Promise<void> {
    const { db, log } = this.parts;
    const [first] = waiting;
    const note = first && `${waiting.length} ${first.fault.code}`;
    if (note === this.noted.get(attemptId)) return;
    const which =
      waiting.length === 1
        ? `The artifact ${first?.path} waits`
        : `${waiting.length} artifacts wait, the first ${first?.path}`;
    const data = first
      ? {
          cause: first.fault.code,
          message: `${which}: not stored yet, and still in the run directory. ${first.fault.message}. ${first.fault.hint}`,
        }
      : { message: 'The artifacts that waited for room are stored.' };
    try {
      await db.transaction((tx) => appendToJournal(tx, runId, attempt, 'attempt', data));
      if (note) this.noted.set(attemptId, note);
      else this.noted.delete(attemptId);
    } catch (error) {
      // The disk without room may be the database's. The run's history gets its entry at the next try.
      log.warn({ err: error, attemptId }, 'a run could not be told of its artifacts');
    }
  }

  /** Null if its files are gone. */
  private async putObjects(artifact: UnstoredArtifact): Promise<StoredArtifact | null> {
    const { runId, attempt, path, runDirectory } = artifact;
    const { directories, checkRoom } = this.parts;
    const files = await directories.filesAt(runDirectory, path);
    if (files.length === 0) return null;
    const objectKey = artifactKey(runId, attempt, path);
    const what = phrase('The artifact {path}', '결과물 {path}', { path });
    await checkRoom(
      files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      what,
    );
    failpoint('artifact.put.before');
    if (files.length === 1 && files[0]?.path === path) {
      const stored = await this.putFile(runDirectory, path, objectKey, what);
      return stored && { objectKey, ...stored };
    }
    let sizeBytes = 0;
    let count = 0;
    for (const file of files) {
      const key = keyInFolder(objectKey, file.path.slice(path.length + 1));
      const stored = await this.putFile(runDirectory, file.path, key, what);
      // A process that outlives its run may remove one of them: the others are kept.
      if (stored === null) continue;
      sizeBytes += stored.sizeBytes;
      count += 1;
    }
    return count === 0 ? null : { objectKey: `${objectKey}/`, sha256: null, sizeBytes };
  }

  /** Null if it is gone, or no file any more. */
  private async putFile(
    runDirectory: string,
    file: string,
    key: string,
    what: Bilingual,
  ): Promise<{ sha256: string; sizeBytes: number } | null> {
    const { directories, objects, checkRoom } = this.parts;
    const { signal } = this.stopping;
    const opened = await directories.openFile(runDirectory, file).catch((error: unknown) => {
      if (error instanceof TrainyardError && error.code === 'ARTIFACT_NOT_FOUND') return null;
      throw error;
    });
    if (opened === null) return null;
    const { body, size: sizeAtFirst } = opened;
    async function* checked() {
      let read = 0;
      let askAt = askRoomEveryBytes;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        read += chunk.length;
        if (read >= askAt) {
          askAt += askRoomEveryBytes;
          await checkRoom(sizeAtFirst - read, what);
        }
        yield chunk;
      }
    }
    try {
      let sha256 = '';
      const bytes = hashing(checked(), (found) => {
        sha256 = found;
      });
      const { size } = await objects.put('artifacts', key, bytes);
      return { sha256, sizeBytes: size };
    } finally {
      // A put that was refused at once has not read it.
      body.destroy();
    }
  }
}

/** S3 takes keys of 1,024 bytes; a folder's key leaves room for the names in it. */
const longestKey = 1000;
const longestFolder = 700;
const mostFolderSegments = 6;

/** Names that no key can have stand as their hash. A path of a trainer's own that looks so can only meet itself. */
function hashed(path: string): string {
  return `_/${createHash('sha256').update(path).digest('hex')}`;
}

/** The key of an artifact in the bucket `artifacts`: `<run>/<attempt>/<path>`, where the path can stand in a key. */
function artifactKey(runId: string, attempt: number, path: string): string {
  const base = `${runId}/${attempt}`;
  const key = `${base}/${path}`;
  const fits = key.length <= longestFolder && key.split('/').length <= mostFolderSegments;
  return fits && isObjectKey(key) ? key : `${base}/${hashed(path)}`;
}

/** The key of a file of an artifact that is a folder. @param name relative to the folder */
function keyInFolder(folderKey: string, name: string): string {
  const key = `${folderKey}/${name}`;
  return key.length <= longestKey && isObjectKey(key) ? key : `${folderKey}/${hashed(name)}`;
}
