import type { Stores } from '../stores/profiles/stores.ts';
import { finishDecided } from './decided-switch.ts';
import { type EngineOptions, type HeldHome, holdHome } from './held-home.ts';

/**
 * Opens the stores of a state folder with no engine on it; their servers are started where they are the product's own. What has to be
 * taken back goes onto the stack.
 * @throws TrainyardError ENGINE_RUNNING and what opening the stores throws
 */
export async function holdStores(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  stack: AsyncDisposableStack,
): Promise<HeldHome & { readonly stores: Stores }> {
  const held = holdHome({ ...options, sample: false }, stack);
  const { home, profile, settings, postgres, log } = held;
  await finishDecided(home, settings);
  const [{ openStores }, { startEmbeddedPostgres }, { stackOf }] = await Promise.all([
    import('../stores/profiles/open-stores.ts'),
    import('../postgres/embedded/embedded-postgres.ts'),
    import('./aside.ts'),
  ]);
  const stores = stack.use(
    await openStores(profile, home, log, {
      postgres: () => postgres ?? startEmbeddedPostgres(home, { isPasswordTried: false }),
      stack: async () => {
        const local = stack.use(stackOf(home, held));
        await local.stack.up({ services: [], onProgress: () => {} });
        return local.stack.endpoints();
      },
    }),
  );
  stack.defer(() => stores.expectEnd());
  return { ...held, stores };
}
