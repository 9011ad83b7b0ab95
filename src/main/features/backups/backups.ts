import type { BackupOperation } from '../../../shared/contract/backups.ts';
import type { KeptError } from '../../../shared/errors/error.ts';
import { byHand } from '../../../shared/model/snapshots.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import type { SnapshotEncryption } from '../../stores/snapshots/create-snapshot.ts';
import type { Settings } from '../../stores/snapshots/kept-settings.ts';
import type { BackupOperations, Begun } from './operations.ts';

/** What whoever begins a snapshot does beside it. */
interface SnapshotSteps {
  /** It is written under this id; once more under another where it is begun anew. */
  readonly onNamed: (id: string) => unknown;
  /** It is there. Nothing else is begun before this is done. */
  readonly onMade: (id: string) => Promise<void>;
  /** It failed; where it ends with the stores, nothing of it is called. */
  readonly onFailed: (error: KeptError) => void;
}

/** Makes snapshots of open stores. */
export class Backups implements AsyncDisposable {
  private readonly parts;
  private begun: Begun | null = null;

  constructor(parts: {
    readonly stores: Stores;
    /** Makes the folder of all snapshots where it is missing, and answers its path. */
    readonly openFolder: () => string;
    readonly settings: () => Settings;
    /** To whom the next snapshot is encrypted. */
    readonly encryption: () => Promise<SnapshotEncryption | null>;
    /** Whose engine it is, by the name that the system knows. */
    readonly who: string;
    readonly version: string;
    readonly operations: BackupOperations;
    /** Called once a snapshot is there. */
    readonly onMade: () => void;
  }) {
    this.parts = parts;
  }

  /** Begins a snapshot. @throws TrainyardError SNAPSHOT_UNDER_WAY */
  begin(why: string, steps?: SnapshotSteps): BackupOperation {
    const { stores, openFolder, settings, encryption, who, version, operations, onMade } = this.parts;
    this.begun = operations.begin(
      'create',
      async (report, signal) => {
        // Loaded here: no start needs it.
        const [{ createSnapshot }, { viewOf }, { readSurroundings }] = await Promise.all([
          import('../../stores/snapshots/create-snapshot.ts'),
          import('./snapshot-views.ts'),
          import('./surroundings.ts'),
        ]);
        const { folder, manifest, details } = await createSnapshot(stores, {
          ...{ folder: openFolder(), why: why === '' ? byHand : why, who, version, settings: settings() },
          surroundings: readSurroundings,
          encryption: await encryption(),
          signal,
          ...(steps && { onNamed: steps.onNamed }),
          onProgress: report,
        });
        await steps?.onMade(manifest.id);
        onMade();
        return {
          snapshot: viewOf(
            folder,
            manifest,
            { verifiedAt: new Date().toISOString(), provenAt: null },
            details,
          ),
        };
      },
      steps?.onFailed,
    );
    return this.begun.operation;
  }

  /** Ends what is being made; nothing is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.begun?.abort();
  }
}
