import path from 'node:path';
import type { Logger } from 'pino';
import type { SnapshotKey } from '../../shared/contract/backup-encryption.ts';
import { fault, inBoth } from '../../shared/errors/catalogue.ts';
import type { BackupOperations, Begun } from '../features/backups/operations.ts';
import type { SnapshotsApi } from '../features/backups/snapshots-api.ts';
import { openStateFolder } from '../platform/state-folder.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import type { AsideParts } from './aside.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

const stopGraceMs = 10_000;

/** What an engine does with snapshots besides making them: restores and drills outlive the stores that they replace. */
export function engineSnapshotsOf(
  home: string,
  settings: SettingsStore,
  log: Logger,
  operations: BackupOperations,
  supervisor: () => StoreSupervisor,
): AsyncDisposable & { readonly api: SnapshotsApi } {
  let begun: Begun | null = null;
  const parts = (): AsideParts => ({ home, profile: supervisor().profile, settings, log });
  const openFolder = () => openStateFolder(home, 'snapshots');
  const find = async (reference: string) => {
    // A path counts from where the caller is, which an engine does not know.
    if (/[/\\]/.test(reference) && !path.isAbsolute(reference))
      throw fault('SNAPSHOT_NOT_FOUND', { snapshot: reference });
    const { findSnapshot } = await import('../stores/snapshots/snapshot-folder.ts');
    return findSnapshot(openFolder(), reference);
  };
  const stores = () => supervisor().open?.stores ?? null;
  const requireIdle = async (stopRuns: boolean) => {
    const open = stores();
    if (!open || stopRuns) return;
    const { countUnderWay } = await import('../features/backups/compare.ts');
    const count = await countUnderWay(open);
    if (count > 0) throw fault('RESTORE_RUNS_UNDER_WAY', { count });
  };
  const stopAll = async (stopRuns: boolean) => {
    await requireIdle(stopRuns);
    if (!stopRuns) return;
    const loop = supervisor().open?.services.runs.loop;
    try {
      const left = (await loop?.stopAll({ graceMs: stopGraceMs }))?.left ?? [];
      if (left.length > 0) throw fault('RESTORE_RUNS_STUCK', { count: left.length });
    } catch (error) {
      loop?.resume();
      throw error;
    }
  };
  /** Does what the stores must be closed for; where what comes into service does not open, `undo` and what was there before. */
  const whileClosed = async (change: () => Promise<void>, undo: () => Promise<void>) => {
    const { profile } = supervisor();
    let isChanged = false;
    try {
      await supervisor().whileClosed(
        async () => {
          await change();
          isChanged = true;
          return profile;
        },
        () => {},
      );
    } catch (error) {
      if (!isChanged) throw error;
      log.error({ err: error }, 'what was to come into service does not open; going back');
      const back = async () => {
        await undo();
        return profile;
      };
      // What keeps one from opening may keep the other, too; the supervisor tries again.
      await supervisor()
        .whileClosed(back, () => {})
        .catch((cause: unknown) => log.error({ err: cause }, 'what was served before does not open either'));
      const { en, ko } = inBoth(error).message;
      throw fault('RESTORE_TAKEN_BACK', { cause: { en, ko } }, { cause: error });
    }
  };
  const refuseForeign = () => {
    if (supervisor().profile === 'external') throw fault('RESTORE_SERVERS_FOREIGN', {});
  };
  /** Before anything is begun: the right key of an encrypted snapshot. */
  const requireKey = async (folder: string, key: SnapshotKey | undefined) => {
    const [{ readManifest }, { identityFor }] = await Promise.all([
      import('../stores/snapshots/snapshot-folder.ts'),
      import('../stores/snapshots/snapshot-key.ts'),
    ]);
    const identity = await identityFor(folder, await readManifest(folder), key ?? null);
    return identity === null ? null : { identities: identity };
  };
  const begin = (...work: Parameters<BackupOperations['begin']>) => {
    begun = operations.begin(...work);
    return begun.operation;
  };

  const api: SnapshotsApi = {
    list: async () => {
      const [{ listSnapshots }, { listedView }, { previousState }] = await Promise.all([
        import('../stores/snapshots/snapshot-folder.ts'),
        import('../features/backups/snapshot-views.ts'),
        import('./replace-state.ts'),
      ]);
      // Before the folder: what is done then is in the list that is read after it.
      const operation = operations.current;
      const note = previousState(home)?.note;
      return {
        snapshots: (await listSnapshots(openFolder())).map(listedView),
        operation,
        replaced: note ? { at: note.at, by: note.by, snapshot: note.snapshot } : null,
      };
    },
    progress: (...asked) => operations.progress(...asked),
    compare: async (reference) => {
      const [{ readManifest }, { compareWith }] = await Promise.all([
        import('../stores/snapshots/snapshot-folder.ts'),
        import('../features/backups/compare.ts'),
      ]);
      return compareWith(await readManifest(await find(reference)), stores());
    },
    drill: async (reference, key) => {
      const folder = await find(reference);
      const given = await requireKey(folder, key);
      return begin('drill', async (report) => {
        const { drillSnapshot } = await import('./restore-aside.ts');
        const {
          manifest,
          leftOut,
          report: drill,
        } = await drillSnapshot(parts(), { folder, key: given }, report);
        return { ...(await viewed(folder, manifest)), drill, leftOut: [...leftOut] };
      });
    },
    restore: async (reference, stopRuns, key) => {
      const folder = await find(reference);
      refuseForeign();
      const given = await requireKey(folder, key);
      await requireIdle(stopRuns);
      return begin('restore', async (report) => {
        const [{ restoreBeside }, { revertState }] = await Promise.all([
          import('./restore-aside.ts'),
          import('./replace-state.ts'),
        ]);
        const { manifest, leftOut } = await restoreBeside(
          parts(),
          { folder, key: given },
          report,
          async (change) => {
            await stopAll(stopRuns);
            await whileClosed(change, () => revertState(parts()));
          },
        );
        return { ...(await viewed(folder, manifest)), leftOut: [...leftOut] };
      });
    },
    revert: async (stopRuns) => {
      const { previousState, revertState } = await import('./replace-state.ts');
      if (!previousState(home)) throw fault('RESTORE_NOTHING_TO_REVERT', {});
      await requireIdle(stopRuns);
      return begin('revert', async (report) => {
        report({ part: 'switch', done: 0 });
        await stopAll(stopRuns);
        const change = () => revertState(parts());
        await whileClosed(change, change);
        return { snapshot: null };
      });
    },
    discard: async () => {
      const { discardPrevious } = await import('./replace-state.ts');
      if (operations.isBusy) throw fault('SNAPSHOT_UNDER_WAY', {});
      await discardPrevious(parts());
    },
  };
  return { api, [Symbol.asyncDispose]: async () => void (await begun?.abort()) };
}

async function viewed(
  folder: string,
  manifest: Parameters<typeof import('../features/backups/snapshot-views.ts').viewOf>[1],
) {
  const [{ readProof }, { viewOf }] = await Promise.all([
    import('../stores/snapshots/snapshot-folder.ts'),
    import('../features/backups/snapshot-views.ts'),
  ]);
  return { snapshot: viewOf(folder, manifest, await readProof(folder)) };
}
