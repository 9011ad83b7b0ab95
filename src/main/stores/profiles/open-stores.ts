import type { Logger } from 'pino';
import type { Profile } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import type { EmbeddedPostgres } from '../../postgres/embedded/embedded-postgres.ts';
import { openEmbeddedStores } from './embedded-stores.ts';
import type { SchemaUse, Stores } from './stores.ts';

/** What brings up the servers that are the product's own. */
interface Servers {
  readonly postgres: () => Promise<EmbeddedPostgres>;
  /** Brings the stack up and says where its servers are. */
  readonly stack: () => Promise<StoreEndpoints>;
}

/** Opens the stores of a profile. */
export async function openStores(
  profile: Profile,
  home: string,
  log: Logger,
  servers: Servers,
  schemaUse: SchemaUse,
): Promise<Stores> {
  if (profile === 'embedded') return openEmbeddedStores(home, await servers.postgres(), log, schemaUse);
  const [{ openServerStores }, { readExternal }] = await Promise.all([
    import('./server-stores.ts'),
    import('./external-file.ts'),
  ]);
  const endpoints = profile === 'docker' ? await servers.stack() : readExternal(home);
  return openServerStores(profile, endpoints, home, log, schemaUse);
}
