import type { ListedBackup, Snapshot } from '../../../shared/contract/backups.ts';
import type { Details, Manifest } from '../../stores/snapshots/manifest.ts';
import { bytesOf, type ListedSnapshot, type Proof } from '../../stores/snapshots/snapshot-folder.ts';

/** A snapshot as people are shown it. @param details of an encrypted one, for whoever has its key */
export function viewOf(
  folder: string,
  manifest: Manifest,
  proof: Proof,
  details: Details | null = manifest.encryption ? null : manifest,
): Snapshot {
  const { id, at, finishedAt, why, version, profile, encryption, database, documents, keys, objects } =
    manifest;
  const parts = database.tables.flatMap((table) => table.parts);
  return {
    ...{ id, path: folder, at, finishedAt, why, version, profile, ...proof },
    ...{ who: details?.who ?? null, notKept: details?.notKept ?? null },
    encryption: encryption
      ? { recipient: encryption.recipient, hasPassphrase: encryption.key !== null }
      : null,
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
