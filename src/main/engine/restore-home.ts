import type { OnSnapshotProgress } from '../stores/snapshots/create-snapshot.ts';
import { type EngineOptions, holdHome } from './held-home.ts';

/**
 * Restores a snapshot into the stores of a state folder that hold nothing yet, with no engine on it.
 * @param folder of the snapshot
 * @throws TrainyardError ENGINE_RUNNING, RESTORE_…, SNAPSHOT_… and what opening the stores throws
 */
export async function restoreHome(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  folder: string,
  onProgress: OnSnapshotProgress,
) {
  await using stack = new AsyncDisposableStack();
  const { home, profile, settings, postgres, log } = holdHome({ ...options, sample: false }, stack);
  const [
    { openStores },
    { startEmbeddedPostgres },
    { restoreSnapshot },
    { openLocalStack },
    { stackImages },
  ] = await Promise.all([
    import('../stores/profiles/open-stores.ts'),
    import('../postgres/embedded/embedded-postgres.ts'),
    import('../stores/snapshots/restore-snapshot.ts'),
    import('../stack/verbs/open-stack.ts'),
    import('../stack/stack-images.ts'),
  ]);
  const stores = stack.use(
    await openStores(profile, home, log, {
      postgres: () => postgres ?? startEmbeddedPostgres(home, { isPasswordTried: false }),
      stack: async () => {
        const local = stack.use(
          openLocalStack({
            home,
            environment: process.env,
            profile: () => profile,
            images: stackImages(settings),
            log,
          }),
        );
        await local.stack.up({ services: [], onProgress: () => {} });
        return local.stack.endpoints();
      },
    }),
  );
  try {
    return await restoreSnapshot(folder, stores, settings, onProgress);
  } finally {
    stores.expectEnd();
  }
}
