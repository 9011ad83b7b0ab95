import type { Logger } from 'pino';
import type { Profile } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { openEmbeddedStores } from './embedded-stores.ts';
import { readExternal } from './external-file.ts';
import type { Stores } from './stores.ts';

export interface OpenStoresParts {
  readonly home: string;
  readonly log: Logger;
  /** Brings the stack up and says where its servers are. */
  readonly stackEndpoints: () => Promise<StoreEndpoints>;
}

/** Opens the stores of a profile. */
export async function openStores(profile: Profile, parts: OpenStoresParts): Promise<Stores> {
  const { home, log } = parts;
  if (profile === 'embedded') return openEmbeddedStores({ home, log });
  const endpoints = profile === 'docker' ? await parts.stackEndpoints() : readExternal(home);
  const { openServerStores } = await import('./server-stores.ts');
  return openServerStores({ home, profile, endpoints, log });
}
