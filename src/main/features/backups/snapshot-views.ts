import type { ListedBackup, Snapshot } from '../../../shared/contract/backups.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';
import { bytesOf, type ListedSnapshot, type Proof } from '../../stores/snapshots/snapshot-folder.ts';

/** A snapshot as people are shown it. */
export function viewOf(folder: string, manifest: Manifest, proof: Proof): Snapshot {
  const { id, at, finishedAt, why, who, version, profile, notKept, database, documents, keys, objects } =
    manifest;
  const parts = database.tables.flatMap((table) => table.parts);
  return {
    ...{ id, path: folder, at, finishedAt, why, who, version, profile, notKept, ...proof },
    bytes: bytesOf(manifest),
    stores: {
      database: {
        revision: database.revisions.at(-1)?.split('_')[0] ?? '',
        tables: database.tables.length,
        rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      },
      documents: Object.fromEntries(documents.map((collection) => [collection.name, collection.documents])),
      keys: keys?.count ?? null,
      objects: { count: objects.count, bytes: objects.bytes },
    },
  };
}

export function listedView({ id, folder, manifest, problem, proof }: ListedSnapshot): ListedBackup {
  const snapshot = manifest && viewOf(folder, manifest, proof);
  return { id, path: folder, snapshot, problem: problem?.record ?? null };
}
