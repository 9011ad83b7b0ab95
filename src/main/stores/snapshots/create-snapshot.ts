import { fault } from '../../../shared/errors/catalogue.ts';
import { diskFull } from '../../platform/faults/disk-room.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import type { Stores } from '../profiles/stores.ts';
import { writeArchive } from './archive-part.ts';
import { writeDocuments } from './documents-part.ts';
import { copyIndex, earlierIndex, keepIndex } from './earlier-index.ts';
import type { Settings } from './kept-settings.ts';
import { writeKeys } from './keys-part.ts';
import { type Details, formatOf, type Manifest, newSnapshotId, noDetails, seal } from './manifest.ts';
import { atOneMoment, type DatabaseView } from './moment.ts';
import { type Earlier, indexLines, writeObjects } from './objects-part.ts';
import { writeDetails, writeSettings } from './settings-part.ts';
import {
  closeAside,
  discard,
  isReadRecently,
  lastRead,
  markVerified,
  newestVerified,
  openAside,
  publish,
} from './snapshot-folder.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { SnapshotWriter } from './snapshot-writer.ts';
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

/** How often a snapshot is begun anew because something was removed while it was made. */
const mostAttempts = 5;

/** To whom a snapshot is encrypted. */
export interface SnapshotEncryption {
  /** Of age; X25519. */
  readonly recipient: string;
  /** The identity, encrypted with a passphrase, as an armoured file of age; null where a person keeps it. */
  readonly key: string | null;
  /** Where copies of indexes are kept; absolute. Never in a snapshot. */
  readonly indexes: string;
}

const keyName = 'key.age';

export interface SnapshotRequest {
  /** Of all snapshots; absolute. */
  readonly folder: string;
  readonly why: string;
  readonly who: string;
  readonly version: string;
  readonly surroundings: (view: DatabaseView) => Promise<Surroundings>;
  readonly settings: Settings;
  /** Null: everybody can read it. */
  readonly encryption: SnapshotEncryption | null;
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
 * What an encrypted one holds is counted while it is written; read back are its bytes: nobody here has its key.
 * @returns its folder and manifest, and what an encrypted manifest does not say
 * @throws TrainyardError SNAPSHOT_INCOMPLETE, SNAPSHOT_COUNT_DIFFERS, DISK_FULL and what the stores throw; earlier snapshots stay as they are
 */
export async function createSnapshot(
  stores: Stores,
  request: SnapshotRequest,
): Promise<{ folder: string; manifest: Manifest; details: Details }> {
  let mayLink = true;
  for (let attempt = 1; ; attempt += 1) {
    const id = newSnapshotId(new Date());
    request.onNamed?.(id);
    const aside = await openAside(request.folder, id);
    try {
      const earlier = mayLink ? await earlierIn(request) : null;
      const { manifest, details, removed, linked } = await write(stores, aside, id, request, earlier);
      if (removed.length > 0 && attempt < mostAttempts) continue;
      if (removed.length > 0) throw incomplete(removed);
      await closeAside(aside, manifest);
      const [now, read] = [new Date(), earlier?.readAt ?? null];
      const isRecent = isReadRecently(read, now);
      const onFiles = (done: number) => request.onProgress({ part: 'verification', done });
      const [problem] = await verifySnapshot(aside, onFiles, isRecent ? linked : undefined);
      // What an earlier snapshot has may have decayed on the disk: then this one takes everything from the stores.
      if (problem && mayLink) {
        mayLink = false;
        continue;
      }
      if (problem) throw fault('SNAPSHOT_INCOMPLETE', { what: problem.message }, { cause: problem });
      markVerified(aside, now, isRecent ? read : now);
      const folder = await publish(aside, request.folder, id);
      if (request.encryption) await keepIndex(request.encryption.indexes, id);
      return { folder, manifest, details };
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

/** What a new snapshot links to: the newest that was found whole, where it is encrypted to the same recipient, or neither is. */
async function earlierIn({ folder, encryption }: SnapshotRequest): Promise<Earlier | null> {
  const found = await newestVerified(folder);
  const verifiedAt = found?.proof.verifiedAt ?? null;
  if (!found?.manifest || verifiedAt === null) return null;
  if (found.manifest.encryption?.recipient !== encryption?.recipient) return null;
  const readAt = (await lastRead(found.folder)) ?? new Date(verifiedAt);
  return {
    ...{ folder: found.folder, manifest: found.manifest, verifiedAt: new Date(verifiedAt), readAt },
    lines: encryption
      ? earlierIndex(encryption.indexes, found.id)
      : indexLines(new SnapshotReader(found.folder, found.manifest, null)),
  };
}

interface Written {
  readonly manifest: Manifest;
  readonly details: Details;
  /** What rows named at the snapshot's moment, and was removed while it was made. */
  readonly removed: readonly Reference[];
  /** Files that an earlier snapshot has too. */
  readonly linked: ReadonlySet<string>;
}

async function write(
  stores: Stores,
  aside: string,
  id: string,
  request: SnapshotRequest,
  earlier: Earlier | null,
): Promise<Written> {
  const { why, who, version, surroundings, onProgress, signal, encryption } = request;
  const writer = new SnapshotWriter(aside, signal, encryption?.recipient);
  let rows = 0;
  const withKeys = stores.keys === null;
  const taken = await atOneMoment(stores.address, async (view, at, exported) => {
    const around = await surroundings(view);
    const schema = stores.dumpSchema?.(exported);
    // It is awaited once the rows are written.
    schema?.catch(() => undefined);
    const onRows = (_: string, more: number) => {
      rows += more;
      onProgress({ part: 'database', done: rows });
    };
    const { address } = stores;
    const database = await writeDatabase(address, view, exported, writer, earlier, withKeys, onRows);
    const archive = schema ? await writeArchive(view, writer, database, await schema) : null;
    return { at, around, database: { ...database, archive } };
  });
  await markDatabase(stores.address, id);
  const documents = await writeDocuments(stores.documents, writer, (_, done) =>
    onProgress({ part: 'documents', done }),
  );
  const keys = stores.keys ? await writeKeys(stores.keys, writer) : null;
  const { references, runs, inPlace } = taken.around;
  const missing = new Set(references);
  await using index = encryption ? await copyIndex(encryption.indexes, id) : null;
  const { objects, contents } = await writeObjects(stores.objects, writer, earlier, {
    onKept: (object) => {
      missing.delete(`${object.bucket}/${object.key}`);
      return index?.add(object);
    },
    onProgress: (done) => onProgress({ part: 'objects', done }),
  });
  const settings = await writeSettings(request.settings, writer);
  // Still named now: the store had lost it before. Else it was removed with its row while this was made.
  const named =
    missing.size === 0
      ? new Set<Reference>()
      : await atOneMoment(stores.address, async (view) => new Set((await surroundings(view)).references));
  const lost = [...missing].filter((reference) => named.has(reference));
  const removed = [...missing].filter((reference) => !named.has(reference));
  const details: Details = { who, notKept: { runs: [...runs], inPlace: [...inPlace], lost } };
  const to = encryption &&
    contents && {
      ...{ recipient: encryption.recipient, contents },
      key:
        encryption.key === null
          ? null
          : (await writer.writeOpen(keyName, [Buffer.from(encryption.key)])).path,
      details: await writeDetails(details, writer),
    };
  const manifest = seal({
    ...{ format: formatOf(to !== null), id, at: taken.at.toISOString(), why, version },
    ...(to ? noDetails : details),
    finishedAt: new Date().toISOString(),
    profile: stores.profile,
    database: taken.database,
    ...{ documents, keys, objects, settings },
    ...(to && { encryption: to }),
    files: writer.files.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
  });
  return { manifest, details, removed, linked: writer.linked };
}
