import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { PostgresAddress } from '../../postgres/pool.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import { connect } from '../lib/client.ts';
import { profileServers } from '../lib/profile-servers.ts';

/** What a command reads and writes itself. */
export interface ReachedStores {
  readonly address: PostgresAddress;
  readonly documents: DocumentStore;
  readonly openObjects: () => Promise<Pick<ObjectStore, 'get' | 'head'>>;
}

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
    const { stores } = await holdStores({ home }, stack);
    const { address, documents, objects } = stores;
    return await use({ address, documents, openObjects: async () => objects });
  }
  using client = await connect(engine);
  // It may have been started with another profile than was chosen. It answers once its stores are open.
  const { profile } = await client.api.system.info();
  return await use(await openBeside(home, profile, stack));
}

/** Not as an engine opens them, which puts in order what another one may have left half done: here it is under way. */
async function openBeside(
  home: string,
  profile: Profile,
  stack: AsyncDisposableStack,
): Promise<ReachedStores> {
  const endpoints = profile === 'embedded' ? null : await profileServers(home, profile, stack);
  const address = endpoints?.postgres ?? (await import('../embedded-database.ts')).runningDatabase(home);
  if (!address) throw fault('DATABASE_UNAVAILABLE', {});
  return {
    address,
    documents: await documentsOf(address, endpoints, stack),
    openObjects: () => objectsOf(home, endpoints, stack),
  };
}

async function documentsOf(
  address: PostgresAddress,
  endpoints: StoreEndpoints | null,
  stack: AsyncDisposableStack,
): Promise<DocumentStore> {
  if (endpoints?.mongo) {
    const { openMongoDocuments } = await import('../../stores/documents/mongo/document-store.ts');
    return stack.use(await openMongoDocuments(endpoints.mongo));
  }
  const [{ createPool }, { PostgresDocumentStore }] = await Promise.all([
    import('../../postgres/pool.ts'),
    import('../../stores/documents/postgres/document-store.ts'),
  ]);
  const pool = createPool(address);
  stack.defer(() => pool.end());
  return new PostgresDocumentStore(pool);
}

async function objectsOf(home: string, endpoints: StoreEndpoints | null, stack: AsyncDisposableStack) {
  if (!endpoints?.s3) {
    const { FilesObjectStore } = await import('../../stores/objects/files/object-store.ts');
    return FilesObjectStore.openToRead(path.join(home, 'objects'));
  }
  const { openS3Objects } = await import('../../stores/objects/s3/object-store.ts');
  // Nothing that is only read comes into it.
  const cache = await mkdtemp(path.join(tmpdir(), 'trainyard-objects-'));
  stack.defer(() => rm(cache, { recursive: true, force: true }));
  return stack.use(await openS3Objects(endpoints.s3, cache, () => undefined));
}
