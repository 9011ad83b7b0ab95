import { existsSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../shared/errors/catalogue.ts';
import { errorMessage } from '../../shared/errors/error.ts';
import { countUnderWay } from '../features/backups/compare.ts';
import { startEmbeddedPostgres } from '../postgres/embedded/embedded-postgres.ts';
import { createPool, type PostgresAddress } from '../postgres/pool.ts';
import { openStores } from '../stores/profiles/open-stores.ts';
import { restoreSnapshot, type SnapshotToRestore } from '../stores/snapshots/restore-snapshot.ts';
import { type AsideParts, stackOf } from './aside.ts';
import { finishDecided } from './decided-switch.ts';
import { type EngineOptions, holdHome } from './held-home.ts';
import { discardPrevious, previousState, revertState } from './replace-state.ts';
import { drillSnapshot, type RestoreProgress, restoreBeside } from './restore-aside.ts';
import { snapshotBefore } from './snapshot-before.ts';

/**
 * Does something with the snapshots of a state folder without an engine on it.
 * @throws TrainyardError ENGINE_RUNNING, and what `work` throws
 */
export async function withHeldHome<Result>(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  work: (parts: AsideParts) => Promise<Result>,
): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const parts = holdHome({ ...options, sample: false, opensStores: false }, stack);
  await finishDecided(parts.home, parts.settings);
  return await work(parts);
}

/**
 * Restores a snapshot into a state folder: beside what it holds, which is kept; of the external profile into servers that hold nothing yet.
 * @throws TrainyardError RESTORE_RUNS_UNDER_WAY, RESTORE_…, SNAPSHOT_… and what opening the stores throws
 */
export function restoreHome(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  snapshot: SnapshotToRestore,
  onProgress: (progress: RestoreProgress) => void,
) {
  return withHeldHome(options, async (parts) => {
    if (parts.profile === 'external') return restoreInPlace(parts, snapshot, onProgress);
    await refuseUnderWay(parts);
    return restoreBeside(parts, snapshot, onProgress, (change) => change());
  });
}

/** Proves a snapshot with no engine on the state folder. */
export const drillInHome = (
  options: Pick<EngineOptions, 'home'>,
  snapshot: SnapshotToRestore,
  onProgress: (progress: RestoreProgress) => void,
) => withHeldHome(options, (parts) => drillSnapshot(parts, snapshot, onProgress));

/** Brings back what the last restore took out of service. @throws TrainyardError RESTORE_NOTHING_TO_REVERT, RESTORE_RUNS_UNDER_WAY */
export const revertHome = (options: Pick<EngineOptions, 'home'>) =>
  withHeldHome(options, async (parts) => {
    if (previousState(parts.home)) await refuseUnderWay(parts);
    await revertState(parts);
  });

/** Removes what the last restore took out of service. @throws TrainyardError RESTORE_NOTHING_TO_REVERT */
export const discardInHome = (options: Pick<EngineOptions, 'home'>) => withHeldHome(options, discardPrevious);

/** The servers are somebody else's: there is no place beside them. */
async function restoreInPlace(
  { home, profile, settings, log }: AsideParts,
  snapshot: SnapshotToRestore,
  onProgress: (progress: RestoreProgress) => void,
) {
  const own = () => Promise.reject(new Error('The external profile has no servers of its own.'));
  await using stores = await openStores(
    profile,
    home,
    log,
    { postgres: own, stack: own },
    { beforeDataChange: snapshotBefore(home, settings, log) },
  );
  try {
    return await restoreSnapshot(snapshot, stores, settings, onProgress);
  } finally {
    stores.expectEnd();
  }
}

/** Trainers outlive an engine. A database that cannot be asked stops nobody: it may be what the restore is for. @throws TrainyardError RESTORE_RUNS_UNDER_WAY */
async function refuseUnderWay(parts: AsideParts): Promise<void> {
  let count = 0;
  try {
    await using stack = new AsyncDisposableStack();
    const address = await servedDatabase(parts, stack);
    if (!address) return;
    const pool = createPool(address, { onIdleError: () => {} });
    stack.defer(() => pool.end());
    count = await countUnderWay({ pool });
  } catch (error) {
    parts.log.warn({ err: error }, `the database cannot be asked for runs under way: ${errorMessage(error)}`);
  }
  if (count > 0) throw fault('RESTORE_RUNS_UNDER_WAY', { count });
}

/** Null where there is none, or none that runs. */
async function servedDatabase(
  parts: AsideParts,
  stack: AsyncDisposableStack,
): Promise<PostgresAddress | null> {
  const { home, profile } = parts;
  if (profile === 'embedded') {
    if (!existsSync(path.join(home, 'database.json'))) return null;
    const postgres = await startEmbeddedPostgres(home);
    stack.defer(() => postgres.stop());
    return postgres.connection;
  }
  if (!existsSync(path.join(home, 'stack', 'stack.json'))) return null;
  const local = stack.use(stackOf(home, parts));
  return (await local.stack.endpoints()).postgres;
}
