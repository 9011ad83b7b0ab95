import { userInfo } from 'node:os';
import path from 'node:path';
import type { Logger } from 'pino';
import { fault, inBoth } from '../../shared/errors/catalogue.ts';
import { beforeRevisions } from '../../shared/model/snapshots.ts';
import { openStateFolder } from '../platform/state-folder.ts';
import { withClient } from '../postgres/pool.ts';
import type { DataChange } from '../postgres/schema/data-changes.ts';
import type { Stores } from '../stores/profiles/stores.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import type { createSnapshot, OnSnapshotProgress } from '../stores/snapshots/create-snapshot.ts';
import { version } from './version.ts';

/** Where copies of the indexes of encrypted snapshots are kept: with the objects that they name, never with the snapshots. */
export const snapshotIndexes = (home: string) => path.join(home, 'cache', 'snapshot-indexes');

const attemptsWithinMs = 3_600_000;

/** What makes a snapshot of stores at the revision that they have; nothing else uses them. */
type MakeSnapshot = (stores: Stores, change: DataChange) => Promise<string | null>;

/**
 * Makes a snapshot of every store before revisions change rows.
 * @returns what answers the snapshot's id, or null where there is nothing to keep; it throws TrainyardError SNAPSHOT_BEFORE_REVISION
 */
export function snapshotBefore(
  home: string,
  settings: SettingsStore,
  log: Logger,
  onProgress: OnSnapshotProgress = () => {},
): MakeSnapshot {
  // Stores that could not be opened are tried again and again; nothing of ours writes to them meanwhile.
  let made: { readonly why: string; readonly id: string } | null = null;
  return async (stores, change) => {
    const why = beforeRevisions(change);
    if (made?.why === why) return made.id;
    if (!(await hasRows(stores))) return null;
    try {
      const { id } = (await makeSnapshot(home, settings, stores, why, onProgress)).manifest;
      made = { why, id };
      log.info({ snapshot: id, ...change }, 'a snapshot was made before revisions that change data');
      return id;
    } catch (error) {
      const { message, hint } = inBoth(error);
      throw fault(
        'SNAPSHOT_BEFORE_REVISION',
        { revisions: change.revisions.join(', '), cause: message, remedy: hint },
        { cause: error },
      );
    }
  };
}

/** Whether there is more in the tables than the migrations put there themselves. */
async function hasRows({ address }: Stores): Promise<boolean> {
  const { quoted, readTables } = await import('../stores/migration/table-shapes.ts');
  return withClient(address, async (client) => {
    for (const { name } of await readTables(client)) {
      // The local owner.
      const most = name === 'users' ? 1 : 0;
      const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT ${most + 1}`);
      if ((rowCount ?? 0) > most) return true;
    }
    return false;
  });
}

/**
 * Makes a snapshot of stores that nothing else uses; of those that were made for the same reason within the last hour it takes the place.
 * @throws what `createSnapshot` throws
 */
export async function makeSnapshot(
  home: string,
  settings: SettingsStore,
  stores: Stores,
  why: string,
  onProgress: OnSnapshotProgress,
): ReturnType<typeof createSnapshot> {
  // Loaded here: few starts need it.
  const [
    { createSnapshot },
    { keptSettings },
    { listSnapshots, removeSnapshots },
    { readSurroundings },
    { currentEncryption },
  ] = await Promise.all([
    import('../stores/snapshots/create-snapshot.ts'),
    import('../stores/snapshots/kept-settings.ts'),
    import('../stores/snapshots/snapshot-folder.ts'),
    import('../features/backups/surroundings.ts'),
    import('../features/backups/current-encryption.ts'),
  ]);
  const folder = openStateFolder(home, 'snapshots');
  const made = await createSnapshot(stores, {
    ...{ folder, why, who: userInfo().username, version, onProgress },
    ...{ surroundings: readSurroundings, settings: keptSettings(settings) },
    encryption: await currentEncryption(settings, { folder, indexes: snapshotIndexes(home) }),
    signal: new AbortController().signal,
  });
  const { manifest } = made;
  // A start that fails behind this and is repeated would fill the disk: this one has what those of the last attempts have.
  const attempts = (await listSnapshots(folder)).filter(
    (one) =>
      one.id !== manifest.id &&
      one.manifest?.why === why &&
      Date.parse(manifest.at) - Date.parse(one.manifest.at) < attemptsWithinMs,
  );
  await removeSnapshots(
    folder,
    attempts.map(({ id }) => id),
  );
  return made;
}
