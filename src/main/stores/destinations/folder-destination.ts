import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { replaceFile, writeDurably } from '../../platform/durable-file.ts';
import { hasCode, isUnreachable } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { diskRoom } from '../../platform/faults/disk-room.ts';
import { readTail } from '../../platform/plain-file.ts';
import { isSnapshotId } from '../snapshots/manifest.ts';
import { listSnapshots, removeSnapshots } from '../snapshots/snapshot-folder.ts';
import type { CopyOptions, Destination, DestinationFacts, SnapshotIds } from './destination.ts';
import { isClaimed, markerName, markerText, requireOwner } from './marker.ts';
import { isReceivedAside, receiveSnapshot, sweepReceived } from './receive.ts';
import { folderSource } from './sources.ts';

/** What systems put at the root of a disk by themselves. */
const leftovers = [
  'lost+found',
  '.DS_Store',
  '.Trashes',
  '.Spotlight-V100',
  '.fseventsd',
  'System Volume Information',
  '$RECYCLE.BIN',
  '.Trash-1000',
];

/** Bytes; somebody else may have put anything in its place. */
const largestMarker = 4096;

const isOfCopies = (name: string) => isSnapshotId(name) || isReceivedAside(name);

/** Whether one folder is another, or lies in it; both without links. */
function isWithin(folder: string, outer: string): boolean {
  const relative = path.relative(outer, folder);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

/** A folder in which each copy has a folder of its own, as a snapshot has; what stays the same lies there once. */
export class FolderDestination implements Destination {
  private readonly folder: string;
  private readonly home: string;

  /**
   * @param folder absolute
   * @param home the state folder, whose loss the copies are to outlast
   */
  constructor(folder: string, home: string) {
    this.folder = folder;
    this.home = home;
  }

  async claim(owner: string, takesOver: boolean): Promise<void> {
    // Only its last part is made: a folder above it that is missing may be a disk's that is not attached.
    await mkdir(this.folder, { mode: 0o700 }).catch((error: unknown) => {
      if (hasCode(error, 'EEXIST')) return;
      throw hasCode(error, 'ENOENT', 'ENOTDIR')
        ? fault('DESTINATION_MISSING', { folder: path.dirname(this.folder) }, { cause: error })
        : error;
    });
    const resolved = await this.resolve();
    const home = await realpath(this.home);
    if (isWithin(resolved, home) || isWithin(home, resolved))
      throw fault('DESTINATION_INSIDE', { folder: resolved, home });
    const names = (await readdir(resolved)).filter((name) => !leftovers.includes(name));
    const found = { place: this.folder, marker: await this.readMarker(), names, isOfCopies };
    if (isClaimed({ ...found, owner, takesOver })) return;
    failpoint('destination.claim.before');
    replaceFile(path.join(resolved, markerName), markerText(owner));
    failpoint('destination.claim.after');
  }

  async check(owner: string): Promise<DestinationFacts> {
    const resolved = await this.requireOwned(owner);
    const probe = path.join(resolved, `.trainyard-test-${randomUUID()}`);
    try {
      await writeDurably(probe, Buffer.from(owner));
      await readFile(probe);
    } finally {
      await rm(probe, { force: true });
    }
    const [there, home, { freeBytes }] = await Promise.all([
      stat(resolved),
      stat(this.home),
      diskRoom(resolved),
    ]);
    return {
      resolved: resolved === this.folder ? null : resolved,
      ...{ isSameDisk: there.dev === home.dev, freeBytes },
    };
  }

  async copy(folder: string, { onCopied, signal }: CopyOptions): Promise<void> {
    const resolved = await this.resolve();
    const id = path.basename(folder);
    if ((await this.list()).includes(id)) return;
    // One that is there and cannot be used is in the way of the good one.
    await removeSnapshots(resolved, [id]);
    await receiveSnapshot(folderSource(folder, signal), resolved, onCopied);
  }

  async list(): Promise<SnapshotIds> {
    const found = await listSnapshots(await this.resolve());
    return found
      .filter(({ problem }) => problem === null)
      .map(({ id }) => id)
      .sort();
  }

  async remove(ids: SnapshotIds, awaited: SnapshotIds): Promise<void> {
    const resolved = await this.resolve();
    await removeSnapshots(resolved, ids);
    await sweepReceived(resolved, awaited);
  }

  [Symbol.dispose](): void {}

  private async requireOwned(owner: string): Promise<string> {
    const resolved = await this.resolve();
    requireOwner({ place: this.folder, marker: await this.readMarker() }, owner);
    return resolved;
  }

  /** The folder without links. */
  private async resolve(): Promise<string> {
    try {
      return await realpath(this.folder);
    } catch (error) {
      throw isUnreachable(error)
        ? fault('DESTINATION_AWAY', { place: this.folder }, { cause: error })
        : error;
    }
  }

  private async readMarker(): Promise<string | null> {
    const { text } = await readTail(path.join(this.folder, markerName), largestMarker);
    return text === '' ? null : text;
  }
}
