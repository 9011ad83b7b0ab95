import type { Logger } from 'pino';
import { TrainyardError } from '../../shared/model/errors.ts';
import type { Profile } from '../../shared/model/stack.ts';
import { openEmbeddedStores } from './embedded-stores.ts';
import type { Stores } from './stores.ts';

/** Opens the stores of a profile. */
export async function openStores(
  profile: Profile,
  { home, log }: { home: string; log: Logger },
): Promise<Stores> {
  if (profile === 'embedded') return openEmbeddedStores({ home, log });
  throw new TrainyardError('PROFILE_UNKNOWN', profile, '');
}
