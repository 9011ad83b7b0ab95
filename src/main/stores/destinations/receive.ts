import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { flushFolder } from '../../platform/durable-file.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { diskFull, diskRoom, noRoom } from '../../platform/faults/disk-room.ts';
import { type Manifest, manifestName } from '../snapshots/manifest.ts';
import {
  bytesOf,
  flushBelow,
  isReadRecently,
  type ListedSnapshot,
  lastRead,
  markVerified,
  newestVerified,
  readManifest,
} from '../snapshots/snapshot-folder.ts';
import { type LinkedTo, linkFrom } from '../snapshots/snapshot-writer.ts';
import { verifySnapshot } from '../snapshots/verify-snapshot.ts';
import type { CopyProgress } from './destination.ts';
import { contentsOf, indexOf } from './files-of.ts';
import type { SnapshotSource } from './sources.ts';

const filesAtOnce = 4;
const asidePrefix = '.download-';

const moreRoom = {
  en: 'there, or choose a folder of a larger disk. What has come stays, and is not fetched again.',
  ko: '더 큰 디스크의 폴더를 골라도 됩니다. 이미 받은 파일은 남아 있으며 다시 받지 않습니다.',
};

/** Whether a name in a folder is that of a copy which an attempt did not finish. */
export const isReceivedAside = (name: string) => name.startsWith(asidePrefix);

/** What attempts left in a folder whose snapshots nobody awaits is removed. */
export async function sweepReceived(folder: string, awaited: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (isReceivedAside(name) && !awaited.includes(name.slice(asidePrefix.length)))
      await rm(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Copies a snapshot into a folder, where it gets its id as name by one rename once all of it is there and was read. What an earlier attempt
 * left is taken up: a file has its name once all of it came. What the newest snapshot there has is linked to, where the file system can.
 * @returns its folder
 * @throws TrainyardError SNAPSHOT_DOWNLOADED, DESTINATION_LINKED, SNAPSHOT_…, what the source throws; DISK_FULL, as a rule before a large file is fetched
 */
export async function receiveSnapshot(
  source: SnapshotSource,
  into: string,
  onCopied: (progress: CopyProgress) => void,
): Promise<string> {
  const target = path.join(into, source.id);
  if (existsSync(target)) throw fault('SNAPSHOT_DOWNLOADED', { folder: target });
  const aside = path.join(into, `${asidePrefix}${source.id}`);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  // Somebody else may write to the folder, too: nothing goes through a link of theirs.
  if (!(await lstat(aside)).isDirectory()) throw fault('DESTINATION_LINKED', { folder: aside });
  const receiver = new Receiver(source, into, aside);
  await receiver.fetch(manifestName);
  const manifest = await readManifest(aside);
  if (manifest.id !== source.id)
    throw fault('SNAPSHOT_RENAMED', { folder: source.id, snapshot: manifest.id });
  await receiver.receive(manifest, onCopied);
  await flushBelow(aside);
  failpoint('snapshot-receive.rename.before');
  await rename(aside, target);
  await flushFolder(into);
  failpoint('snapshot-receive.rename.after');
  return target;
}

/** A snapshot that is linked to, by its files. */
interface Earlier extends LinkedTo {
  readonly readAt: Date | null;
  /** Paths of its files by what they hold. */
  readonly paths: ReadonlyMap<string, string>;
}

function earlierOf({ folder, manifest, proof }: ListedSnapshot, readAt: Date | null): Earlier | null {
  if (manifest === null || proof.verifiedAt === null) return null;
  const paths = new Map(manifest.files.map((file) => [file.sha256, file.path] as const));
  return { folder, readAt, verifiedAt: new Date(proof.verifiedAt), paths };
}

class Receiver {
  private readonly source: SnapshotSource;
  private readonly into: string;
  private readonly aside: string;
  private readonly linked = new Set<string>();
  private earlier: Earlier | null = null;

  constructor(source: SnapshotSource, into: string, aside: string) {
    this.source = source;
    this.into = into;
    this.aside = aside;
  }

  private fileOf(name: string): string {
    return path.join(this.aside, ...name.split('/'));
  }

  async fetch(name: string): Promise<void> {
    this.source.signal.throwIfAborted();
    const file = this.fileOf(name);
    if (existsSync(file)) return;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    failpoint('snapshot-receive.file.before');
    try {
      await this.source.fetch(name, `${file}.partial`);
    } catch (error) {
      throw hasCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(this.into, error, false, moreRoom) : error;
    }
    await rename(`${file}.partial`, file);
    failpoint('snapshot-receive.file.after');
  }

  async receive(manifest: Manifest, onCopied: (progress: CopyProgress) => void): Promise<void> {
    const newest = await newestVerified(this.into);
    this.earlier = newest && earlierOf(newest, await lastRead(newest.folder));
    await this.fetchAll(manifest, onCopied);
    const readAt = this.earlier?.readAt ?? null;
    const isTrusted = isReadRecently(readAt, new Date());
    let [problem] = await this.verify(isTrusted ? this.linked : new Set());
    if (problem && this.linked.size > 0) {
      // What an earlier snapshot has may have decayed on the disk.
      await this.removeLinked();
      this.earlier = null;
      await this.fetchAll(manifest, onCopied);
      [problem] = await this.verify(new Set());
    }
    if (problem) {
      // Fetched again by the next attempt: what lies there may be the half of a file.
      if (problem.place.file !== undefined) await rm(this.fileOf(problem.place.file), { force: true });
      throw problem;
    }
    // Not before: what was written after this time counts as changed.
    const now = new Date();
    markVerified(this.aside, now, isTrusted && this.linked.size > 0 ? readAt : now);
  }

  private verify(trusted: ReadonlySet<string>) {
    return verifySnapshot(this.aside, () => this.source.signal.throwIfAborted(), trusted);
  }

  private async fetchAll(manifest: Manifest, onCopied: (progress: CopyProgress) => void): Promise<void> {
    for (const { path: name, sha256, bytes } of manifest.files)
      await this.link(name, this.earlier?.paths.get(sha256) ?? null, bytes);
    const index = indexOf(manifest);
    await this.fetch(index);
    const contents = await contentsOf(this.aside, manifest);
    for (const name of contents) await this.link(name, name, null);
    await this.requireRoom(manifest);
    const names = [...manifest.files.map((file) => file.path), ...contents];
    let done = 0;
    await forEachConcurrently(names, filesAtOnce, async (name) => {
      await this.fetch(name);
      done += 1;
      onCopied({ done, files: names.length });
    });
  }

  /** @param earlierName what the earlier snapshot calls it; null where it has none */
  private async link(name: string, earlierName: string | null, bytes: number | null): Promise<void> {
    const file = this.fileOf(name);
    if (!this.earlier || earlierName === null || existsSync(file)) return;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    if (await linkFrom(this.earlier, earlierName, file, bytes)) this.linked.add(name);
  }

  private async removeLinked(): Promise<void> {
    for (const name of this.linked) await rm(this.fileOf(name), { force: true });
    this.linked.clear();
  }

  /** @throws TrainyardError DISK_FULL where what has not come yet does not fit */
  private async requireRoom(manifest: Manifest): Promise<void> {
    const names = await readdir(this.aside, { recursive: true });
    const sizes = await Promise.all(names.map((name) => lstat(path.join(this.aside, name))));
    const there = sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
    const room = await diskRoom(this.into);
    const missing = bytesOf(manifest) - there;
    if (missing < room.freeBytes) return;
    const what = {
      en: `The snapshot needs ${formatBytes(missing)}, which the disk does not have`,
      ko: `스냅숏에 ${formatBytes(missing)}가 필요한데 디스크에 그만한 공간이 없습니다`,
    };
    throw noRoom(what, room, moreRoom);
  }
}
