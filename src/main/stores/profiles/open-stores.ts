import type { Logger } from 'pino';
import type { Profile } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { openEmbeddedStores } from './embedded-stores.ts';
import { readExternal } from './external-file.ts';
import type { Stores } from './stores.ts';

/** Opens the stores of a profile. @param stackEndpoints brings the stack up and says where its servers are */
export async function openStores(
  profile: Profile,
  home: string,
  log: Logger,
  stackEndpoints: () => Promise<StoreEndpoints>,
): Promise<Stores> {
  if (profile === 'embedded') return openEmbeddedStores(home, log);
  const endpoints = profile === 'docker' ? await stackEndpoints() : readExternal(home);
  const { openServerStores } = await import('./server-stores.ts');
  return openServerStores(profile, endpoints, home, log);
}
