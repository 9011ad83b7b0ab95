import { pino } from 'pino';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import { connect } from '../lib/client.ts';

/** What a command reads and writes itself. */
export type ReachedStores = Pick<Stores, 'profile' | 'address' | 'documents'>;

/**
 * Uses the stores of the state folder: beside its engine where one runs, so that nothing has to pass through that, else opened for as long as
 * this takes.
 * @throws TrainyardError what opening the stores throws
 */
export async function withStores<Result>(use: (stores: ReachedStores) => Promise<Result>): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const home = openHome(homeFolder());
  const engine = findEngine(home);
  if (!engine) {
    const { holdStores } = await import('../../engine/held-stores.ts');
    return await use((await holdStores({ home }, stack)).stores);
  }
  using client = await connect(engine);
  // It may have been started with another profile than was chosen. It answers once its stores are open.
  const { profile } = await client.api.system.info();
  return await use(await openBeside(home, profile, stack));
}

async function openBeside(
  home: string,
  profile: Profile,
  stack: AsyncDisposableStack,
): Promise<ReachedStores> {
  if (profile === 'embedded') return openEmbeddedBeside(home, stack);
  const { openServerStores } = await import('../../stores/profiles/server-stores.ts');
  const stores = stack.use(
    await openServerStores(profile, await endpointsOf(home, profile, stack), home, pino({ level: 'silent' })),
  );
  stack.defer(() => stores.expectEnd());
  return stores;
}

async function endpointsOf(home: string, profile: 'docker' | 'external', stack: AsyncDisposableStack) {
  if (profile === 'external')
    return (await import('../../stores/profiles/external-file.ts')).readExternal(home);
  const { openStack } = await import('../stack/cli-stack.ts');
  return stack.use(await openStack(profile)).stack.endpoints();
}

async function openEmbeddedBeside(home: string, stack: AsyncDisposableStack): Promise<ReachedStores> {
  const [{ runningDatabase }, { createPool }, { PostgresDocumentStore }] = await Promise.all([
    import('../embedded-database.ts'),
    import('../../postgres/pool.ts'),
    import('../../stores/documents/postgres/document-store.ts'),
  ]);
  const address = runningDatabase(home);
  if (!address) throw fault('DATABASE_UNAVAILABLE', {});
  const pool = createPool(address);
  stack.defer(() => pool.end());
  return { profile: 'embedded', address, documents: new PostgresDocumentStore(pool) };
}
