import { fault } from '../../../shared/errors/catalogue.ts';
import { diskFull } from '../../platform/faults/disk-room.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import type { Stores } from '../profiles/stores.ts';
import { writeDocuments } from './documents-part.ts';
import type { Settings } from './kept-settings.ts';
import { writeKeys } from './keys-part.ts';
import { formatVersion, type Manifest, newSnapshotId, seal } from './manifest.ts';
import { atOneMoment, type DatabaseView } from './moment.ts';
import { type Earlier, indexLines, writeObjects } from './objects-part.ts';
import { writeSettings } from './settings-part.ts';
import { SnapshotWriter } from './snapshot-files.ts';
import {
  closeAside,
  discard,
  lastRead,
  markVerified,
  newestVerified,
  openAside,
  publish,
} from './snapshot-folder.ts';
import { markDatabase } from './table-origins.ts';
import { verifySnapshot } from './verify-snapshot.ts';
import { writeDatabase } from './write-database.ts';

/** How far a snapshot is: of a part of it, in rows, documents, objects or files. */
export interface SnapshotProgress {
  readonly part: 'database' | 'documents' | 'keys' | 'objects' | 'verification';
  readonly done: number;
}

export type OnSnapshotProgress = (progress: SnapshotProgress) => void;

/** An object that a row names, as `bucket/key`. */
export type Reference = string;

/** What the rows say of things outside the database; read at the moment of the snapshot. */
export interface Surroundings {
  readonly references: readonly Reference[];
  readonly runs: readonly string[];
  readonly inPlace: readonly {
    readonly dataset: string;
    readonly version: number;
    readonly source: string;
  }[];
}

/** What an earlier snapshot has is read again with it after so long: a disk's decay is found within that time. */
const rereadAfterMs = 7 * 24 * 60 * 60_000;
/** How often a snapshot is begun anew because something was removed while it was made. */
const mostAttempts = 5;

export interface SnapshotRequest {
  /** Of all snapshots; absolute. */
  readonly folder: string;
  readonly why: string;
  readonly who: string;
  readonly version: string;
  readonly surroundings: (view: DatabaseView) => Promise<Surroundings>;
  readonly settings: Settings;
  readonly onProgress: OnSnapshotProgress;
  /** Gets its id before anything is written under it: once more where it is begun anew. */
  readonly onNamed?: (id: string) => unknown;
  /** Ends it, however large the table or the object is that is being written; nothing is left. */
  readonly signal: AbortSignal;
}

/**
 * Makes a snapshot of every store. The database comes first, at one moment; documents and objects are written before the rows that name
 * them, so what those rows name is found after that moment, unless somebody removed it: then the snapshot is begun anew. It is written
 * aside, flushed, read back, and there by one rename: a kill leaves nothing that counts as a snapshot.
 * @returns its folder and manifest
 * @throws TrainyardError SNAPSHOT_INCOMPLETE, SNAPSHOT_COUNT_DIFFERS, DISK_FULL and what the stores throw; earlier snapshots stay as they are
 */
export async function createSnapshot(
  stores: Stores,
  request: SnapshotRequest,
): Promise<{ folder: string; manifest: Manifest }> {
  let mayLink = true;
  for (let attempt = 1; ; attempt += 1) {
    const id = newSnapshotId(new Date());
    request.onNamed?.(id);
    const aside = await openAside(request.folder, id);
    try {
      const earlier = mayLink ? await earlierIn(request.folder) : null;
      const { manifest, removed, linked } = await write(stores, aside, id, request, earlier);
      if (removed.length > 0 && attempt < mostAttempts) continue;
      if (removed.length > 0) throw incomplete(removed);
      await closeAside(aside, manifest);
      const [now, read] = [new Date(), earlier?.readAt ?? null];
      const isRecent = read !== null && Math.abs(now.getTime() - read.getTime()) < rereadAfterMs;
      const onFiles = (done: number) => request.onProgress({ part: 'verification', done });
      const [problem] = await verifySnapshot(aside, onFiles, isRecent ? linked : undefined);
      // What an earlier snapshot has may have decayed on the disk: then this one takes everything from the stores.
      if (problem && mayLink) {
        mayLink = false;
        continue;
      }
      if (problem) throw fault('SNAPSHOT_INCOMPLETE', { what: problem.message }, { cause: problem });
      markVerified(aside, now, isRecent ? read : now);
      return { folder: await publish(aside, request.folder, id), manifest };
    } catch (error) {
      if (systemFault(error)?.code !== 'DISK_FULL') throw error;
      throw diskFull(request.folder, error, false, moreRoom);
    } finally {
      // After the rename there is nothing of that name.
      await discard(aside);
    }
  }
}

const moreRoom = {
  en: 'there: remove old snapshots (trainyard backup prune), or move the folder of snapshots to a larger disk and link to it. Earlier snapshots are as they were.',
  ko: '오래된 스냅숏을 지우거나(trainyard backup prune), 스냅숏 폴더를 더 큰 디스크로 옮기고 링크하세요. 이전 스냅숏은 그대로입니다.',
};

function incomplete(removed: readonly Reference[]) {
  const named = removed.slice(0, 3).join(', ');
  return fault('SNAPSHOT_INCOMPLETE', {
    what: {
      en: `objects are removed all the time (${named})`,
      ko: `객체가 계속 지워지고 있습니다(${named})`,
    },
  });
}

/** What a new snapshot links to: the newest that was found whole. */
async function earlierIn(folder: string): Promise<Earlier | null> {
  const found = await newestVerified(folder);
  const verifiedAt = found?.proof.verifiedAt ?? null;
  if (!found?.manifest || verifiedAt === null) return null;
  const readAt = (await lastRead(found.folder)) ?? new Date(verifiedAt);
  return { folder: found.folder, manifest: found.manifest, verifiedAt: new Date(verifiedAt), readAt };
}

interface Written {
  readonly manifest: Manifest;
  /** What rows named at the snapshot's moment, and was removed while it was made. */
  readonly removed: readonly Reference[];
  /** Files that an earlier snapshot has too. */
  readonly linked: ReadonlySet<string>;
}

async function write(
  stores: Stores,
  aside: string,
  id: string,
  { why, who, version, surroundings, settings, onProgress, signal }: SnapshotRequest,
  earlier: Earlier | null,
): Promise<Written> {
  const writer = new SnapshotWriter(aside, signal);
  let rows = 0;
  const withKeys = stores.keys === null;
  const taken = await atOneMoment(stores.address, async (view, at, exported) => ({
    at,
    around: await surroundings(view),
    database: await writeDatabase(stores.address, view, exported, writer, earlier, withKeys, (_, more) => {
      rows += more;
      onProgress({ part: 'database', done: rows });
    }),
  }));
  await markDatabase(stores.address, id);
  const documents = await writeDocuments(stores.documents, writer, (_, done) =>
    onProgress({ part: 'documents', done }),
  );
  const keys = stores.keys ? await writeKeys(stores.keys, writer) : null;
  const objects = await writeObjects(stores.objects, writer, earlier, (done) =>
    onProgress({ part: 'objects', done }),
  );
  const settingsFile = await writeSettings(settings, writer);
  const { references, runs, inPlace } = taken.around;
  const unsealed: Parameters<typeof seal>[0] = {
    ...{ format: formatVersion, id, at: taken.at.toISOString(), why, who, version },
    finishedAt: new Date().toISOString(),
    profile: stores.profile,
    database: taken.database,
    ...{ documents, keys, objects },
    settings: settingsFile,
    notKept: { runs: [...runs], inPlace: [...inPlace], lost: [] },
    files: writer.files.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
  };
  const missing = new Set(references);
  for await (const { bucket, key } of indexLines(aside, seal(unsealed))) missing.delete(`${bucket}/${key}`);
  if (missing.size === 0) return { manifest: seal(unsealed), removed: [], linked: writer.linked };
  // Still named now: the store had lost it before. Else it was removed with its row while this was made.
  const named = await atOneMoment(
    stores.address,
    async (view) => new Set((await surroundings(view)).references),
  );
  const lost = [...missing].filter((reference) => named.has(reference));
  const removed = [...missing].filter((reference) => !named.has(reference));
  const manifest = seal({ ...unsealed, notKept: { ...unsealed.notKept, lost } });
  return { manifest, removed, linked: writer.linked };
}
