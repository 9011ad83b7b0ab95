import type { Stores } from '../stores/profiles/stores.ts';
import { finishDecided } from './decided-switch.ts';
import { type EngineOptions, type HeldHome, holdHome } from './held-home.ts';
import { snapshotBefore } from './snapshot-before.ts';

/**
 * Opens the stores of a state folder with no engine on it; their servers are started where they are the product's own. What has to be
 * taken back goes onto the stack.
 * @param isLeft the schema stays at the revision that it has, and a stack as it is
 * @throws TrainyardError ENGINE_RUNNING and what opening the stores throws
 */
export async function holdStores(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  stack: AsyncDisposableStack,
  isLeft = false,
): Promise<HeldHome & { readonly stores: Stores }> {
  const held = holdHome({ ...options, sample: false }, stack);
  const { home, profile, settings, postgres, log } = held;
  await finishDecided(home, settings);
  const [{ openStores }, { startEmbeddedPostgres }, { stackOf }] = await Promise.all([
    import('../stores/profiles/open-stores.ts'),
    import('../postgres/embedded/embedded-postgres.ts'),
    import('./aside.ts'),
  ]);
  const servers = {
    postgres: () => postgres ?? startEmbeddedPostgres(home, { isPasswordTried: false }),
    stack: async () => {
      const local = stack.use(stackOf(home, held));
      if (!isLeft) await local.stack.up({ services: [], onProgress: () => {} });
      return local.stack.endpoints();
    },
  };
  const schemaUse = isLeft ? 'stays' : { beforeDataChange: snapshotBefore(home, settings, log) };
  const stores = stack.use(await openStores(profile, home, log, servers, schemaUse));
  stack.defer(() => stores.expectEnd());
  return { ...held, stores };
}
